"""Put a team: store its roster and make the topics follow it, so that nobody needs a redeploy to change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from tocsin.domain.oncall.stored_schedule import StoredSchedule
from tocsin.domain.oncall.team import Team
from tocsin.domain.values.channels import CHANNEL_TYPES
from tocsin.domain.values.faults import Fault, Invalid
from tocsin.domain.values.target import Target, TargetKind
from tocsin.domain.values.validation_errors import faults_of
from tocsin.domain.values.wording import enumerated
from tocsin.ports.clock import Clock
from tocsin.ports.notices import Notifier
from tocsin.ports.oncall import Schedules, Teams
from tocsin.use_cases.oncall.subscriptions import topics_of

FAULTY = "The team has faults; nothing was stored."


def put_team(
    helpdesk_id: str,
    team_id: str,
    document: Mapping[str, Any],
    *,
    teams: Teams,
    schedules: Schedules,
    notifier: Notifier,
    clock: Clock,
) -> tuple[Team, bool]:
    """The team and whether it is new. Raises Invalid with all faults of the document.

    A member in several teams has one topic with the channels of all of them; who leaves a team loses only those.
    """
    before = dict(teams.all(helpdesk_id))
    people = {Target(name).name: each for name, each in before.items() if Target(name).kind is TargetKind.MEMBER}
    try:
        team = Team.model_validate(document, context={"known": {"member": [*people]}}).with_people(people)
    except ValidationError as error:
        raise Invalid(faults_of(error, Team, CHANNEL_TYPES), FAULTY) from None
    if team.schedule_id:
        stored = schedules.get(helpdesk_id, team.schedule_id)
        if faults := list(_faults_of_schedule(team, team.schedule_id, stored, clock.now())):
            raise Invalid(faults, FAULTY)
    after = {**before, team_id: team}
    left = before[team_id].members if team_id in before else ()
    for watched in topics_of(helpdesk_id, team_id, after, [*team.members, *left], before):
        notifier.subscribe(watched.topic, watched.channels)
    # Last, so that a put that failed half-way can be repeated: until it is stored, who has left is still known.
    return team, teams.put(helpdesk_id, team_id, team)


def _faults_of_schedule(team: Team, schedule_id: str, stored: StoredSchedule | None, now: datetime) -> Iterator[Fault]:
    if stored is None:
        yield Fault("on_call.schedule", f"there is no schedule {schedule_id!r}; put it first")
        return
    strangers = stored.timetable.people(now) - {member.member_id for member in team.members}
    if strangers:
        names = enumerated(sorted(strangers))
        yield Fault("on_call.schedule", f"{schedule_id!r} has people in it who are no members of this team: {names}")
