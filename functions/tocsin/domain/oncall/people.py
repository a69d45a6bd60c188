"""Whoever is in a schedule, or a person, as if they were a team: whom a tier's targets stand for."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tocsin.domain.oncall.members import Member
from tocsin.domain.oncall.team import Team
from tocsin.domain.oncall.timetable import Timetable
from tocsin.domain.values.reaching import Undelivered


def team_of_schedule(schedule_id: str, timetable: Timetable, teams: Iterable[Team]) -> Team:
    """Whoever is in a schedule; `teams` are all of the helpdesk's."""
    known = [*teams]
    team = Team.of_schedule(schedule_id, timetable, _people(timetable.everybody, known))
    return team.looked_at(_undelivered(known))


def team_of_member(member_id: str, teams: Iterable[Team]) -> Team | None:
    """A person who is in some team; None for nobody."""
    known = [*teams]
    people = _people([member_id], known)
    if not people:
        return None
    zones = (team.timezone for team in known if team.timezone and team.member_ids == [member_id])
    return Team.of_member(people[0], next(zones, None)).looked_at(_undelivered(known))


def _people(wanted: Collection[str], teams: Iterable[Team]) -> list[Member]:
    """Those of the wanted who are in some team, with their channels in all of them."""
    found: dict[str, Member] = {}
    for team in teams:
        for member in team.members:
            if member.member_id in wanted:
                before = found.get(member.member_id, member)
                channels = [*dict.fromkeys([*before.channels, *member.channels])]
                found[member.member_id] = before.model_copy(update={"channels": channels})
    return [*found.values()]


def _undelivered(teams: Iterable[Team]) -> Undelivered:
    return Undelivered(members=frozenset().union(*(team.undelivered.members for team in teams)))
