"""Delete a team or a schedule that nothing names any more."""

from __future__ import annotations

from tocsin.domain.oncall.stored_schedule import StoredSchedule
from tocsin.domain.oncall.team import Team
from tocsin.domain.values.faults import Conflict, NotFound
from tocsin.domain.values.target import Target, TargetKind
from tocsin.domain.values.wording import enumerated
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.notices import Notifier
from tocsin.ports.oncall import Schedules, Teams
from tocsin.use_cases.oncall.named import contracts_naming
from tocsin.use_cases.oncall.overrides import take_back_override
from tocsin.use_cases.oncall.put_schedule import BUSY, no_such_schedule, teams_on_call_by
from tocsin.use_cases.oncall.subscriptions import topics_of
from tocsin.use_cases.tickets.retrying import retrying


def delete_team(helpdesk_id: str, team_id: str, *, teams: Teams, contracts: Contracts, notifier: Notifier) -> Team:
    """Forget a team, and answer what it was; its members' topics keep the channels that they have elsewhere.

    Raises NotFound, and Conflict while the newest version of a contract names it. Tickets of an older version pass it
    over when its turn comes, and say so.
    """
    known = dict(teams.all(helpdesk_id))
    if team_id not in known:
        raise NotFound(f"There is no team {team_id!r}.")
    naming = list(contracts_naming(helpdesk_id, Target(team_id), contracts=contracts))
    if naming:
        raise Conflict(f"The team {team_id!r} is named by {enumerated(naming)}; take it out there first.")
    team = known[team_id]
    left = {**known, team_id: Team(name=team.name)}
    for watched in topics_of(helpdesk_id, team_id, left, team.members):
        notifier.subscribe(watched.topic, watched.channels)
    teams.delete(helpdesk_id, team_id)
    return team


def delete_schedule(
    helpdesk_id: str, schedule_id: str, *, schedules: Schedules, teams: Teams, contracts: Contracts, clock: Clock
) -> StoredSchedule:
    """Forget a schedule, and answer what it was; its overrides that are not over are taken back.

    Raises NotFound, and Conflict while a team is on call by it or the newest version of a contract names it.
    """
    stored = schedules.get(helpdesk_id, schedule_id)
    if stored is None:
        raise no_such_schedule(schedule_id)
    on_call = teams_on_call_by(schedule_id, teams.all(helpdesk_id))
    target = Target.of(TargetKind.SCHEDULE, schedule_id)
    naming = [f"the team {team_id}" for team_id in sorted(on_call)]
    naming += contracts_naming(helpdesk_id, target, contracts=contracts)
    if naming:
        raise Conflict(f"The schedule {schedule_id!r} is named by {enumerated(naming)}; take it out there first.")
    now = clock.now()
    for each in stored.timetable.overrides:
        if each.ends_at > now and not each.taken_back:
            take_back_override(helpdesk_id, schedule_id, each.override_id, None, schedules=schedules, clock=clock)

    def delete() -> None:
        if (current := schedules.get(helpdesk_id, schedule_id)) is not None:
            schedules.delete(helpdesk_id, current)

    retrying(delete, clock=clock, refusal=BUSY)
    return stored
