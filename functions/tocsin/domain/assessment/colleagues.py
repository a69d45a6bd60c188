"""To whom a ticket can be handed over: the people whom its escalation names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from tocsin.domain.assessment.roster import Roster
from tocsin.domain.oncall.team import Team
from tocsin.domain.tickets.ticket import Ticket


class Colleague(NamedTuple):
    """Somebody of a team of the contract, whether they are on call for it, and whether they have a channel at all."""

    member_id: str
    name: str
    team: str
    on_call: bool
    has_channels: bool


def colleagues(ticket: Ticket, roster: Roster, now: datetime) -> list[Colleague]:
    """Everybody whom the ticket's escalation names, each once, those who are on call first."""
    found: dict[str, Colleague] = {}
    for team in filter(None, map(roster, ticket.targets)):
        for each in _members(team, now):
            if each.member_id not in found or each.on_call > found[each.member_id].on_call:
                found[each.member_id] = each
    return sorted(found.values(), key=lambda each: not each.on_call)


def _members(team: Team, now: datetime) -> Iterator[Colleague]:
    on_call = team.on_call_at(now)
    for member in team.members:
        yield Colleague(member.member_id, member.name, team.name, member.member_id in on_call, bool(member.channels))
