"""People as a resource of their own: put, read, delete. Each is kept as a team of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from tocsin.domain.oncall.members import Person
from tocsin.domain.oncall.team import Team
from tocsin.domain.values.channels import CHANNEL_TYPES
from tocsin.domain.values.faults import Conflict, Invalid, NotFound
from tocsin.domain.values.target import Target, TargetKind
from tocsin.domain.values.validation_errors import faults_of
from tocsin.domain.values.wording import enumerated
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.notices import Notifier
from tocsin.ports.oncall import Schedules, Teams
from tocsin.use_cases.oncall.named import contracts_naming
from tocsin.use_cases.oncall.subscriptions import topics_of


def put_member(
    helpdesk_id: str,
    member_id: str,
    document: Mapping[str, Any],
    *,
    teams: Teams,
    notifier: Notifier,
    clock: Clock,
) -> tuple[Person, bool]:
    """The person and whether they are new. Raises Invalid with all faults of the document.

    Their topic has their channels and those by which teams describe them; the teams that name them are looked at soon.
    """
    try:
        person = Person.model_validate(document)
    except ValidationError as error:
        raise Invalid(faults_of(error, Person, CHANNEL_TYPES), "The member has faults; nothing was stored.") from None
    own = Target.of(TargetKind.MEMBER, member_id)
    known = teams.all(helpdesk_id)
    alone = Team.of_person(member_id, person)
    _follow(helpdesk_id, member_id, {**_without(known, member_id), own: alone}, known, notifier=notifier)
    is_new = teams.put(helpdesk_id, own, alone)
    _look_soon(helpdesk_id, member_id, known, clock.now(), teams=teams)
    return person, is_new


def read_member(helpdesk_id: str, member_id: str, *, teams: Teams) -> Person:
    """A person as they were put. NotFound for somebody whom only teams describe, or nobody."""
    found = teams.get(helpdesk_id, Target.of(TargetKind.MEMBER, member_id))
    if found is None:
        raise NotFound(f"There is no member {member_id!r}.")
    return found.person


def list_members(helpdesk_id: str, *, teams: Teams) -> dict[str, Person]:
    """All people of a helpdesk by id, in order."""
    known = teams.all(helpdesk_id)
    people = {Target(name).name: team for name, team in known.items() if Target(name).kind is TargetKind.MEMBER}
    return {member_id: people[member_id].person for member_id in sorted(people)}


def delete_member(
    helpdesk_id: str,
    member_id: str,
    *,
    teams: Teams,
    schedules: Schedules,
    contracts: Contracts,
    notifier: Notifier,
    clock: Clock,
) -> Person:
    """Forget a person, and answer who they were; their topic keeps the channels by which teams describe them.

    Raises NotFound, and Conflict while teams, schedules or contracts name them.
    """
    person = read_member(helpdesk_id, member_id, teams=teams)
    known = teams.all(helpdesk_id)
    now = clock.now()
    naming = [
        *_teams_naming(member_id, known),
        *_schedules_naming(helpdesk_id, member_id, known, now, schedules=schedules),
        *contracts_naming(helpdesk_id, Target.of(TargetKind.MEMBER, member_id), contracts=contracts),
    ]
    if naming:
        raise Conflict(f"The member {member_id!r} is named by {enumerated(naming)}; take them out there first.")
    _follow(helpdesk_id, member_id, _without(known, member_id), known, notifier=notifier)
    teams.delete(helpdesk_id, Target.of(TargetKind.MEMBER, member_id))
    return person


def _without(known: Mapping[str, Team], member_id: str) -> dict[str, Team]:
    """The teams, of which those that name somebody by id no longer count the channels that they had."""
    own = Target.of(TargetKind.MEMBER, member_id)
    nobody: Mapping[str, Team] = {}
    return {
        name: team.with_people(nobody) if member_id in team.named else team
        for name, team in known.items()
        if name != own
    }


def _follow(
    helpdesk_id: str, member_id: str, teams: Mapping[str, Team], before: Mapping[str, Team], *, notifier: Notifier
) -> None:
    """Let the topics of somebody have the channels that they have in these teams, instead of those before."""
    own = Target.of(TargetKind.MEMBER, member_id)
    alone = teams.get(own) or Team.of_person(member_id, Person(name=member_id))
    for watched in topics_of(helpdesk_id, own, {**teams, own: alone}, alone.members, before):
        notifier.subscribe(watched.topic, watched.channels)


def _look_soon(helpdesk_id: str, member_id: str, known: Mapping[str, Team], now: datetime, *, teams: Teams) -> None:
    """Have the subscriptions of all teams with somebody looked at: what was found of them may be different now."""
    for team_id, team in known.items():
        if member_id in team.named:
            teams.looked_at(helpdesk_id, team_id, team.undelivered, now)


def _teams_naming(member_id: str, known: Mapping[str, Team]) -> Iterator[str]:
    yield from (f"the team {team_id}" for team_id, team in sorted(known.items()) if member_id in team.named)


def _schedules_naming(
    helpdesk_id: str, member_id: str, known: Mapping[str, Team], now: datetime, *, schedules: Schedules
) -> Iterator[str]:
    """Schedules with somebody in them whom no team describes."""
    own = Target.of(TargetKind.MEMBER, member_id)
    others = [team for name, team in known.items() if name != own]
    if any(member_id in team.member_ids and member_id not in team.named for team in others):
        return
    for schedule_id, stored in sorted(schedules.all(helpdesk_id).items()):
        if member_id in stored.timetable.people(now):
            yield f"the schedule {schedule_id}"
