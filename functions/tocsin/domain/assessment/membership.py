"""Whose tier it is: who takes a ticket takes it for the tier whose team they are in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tocsin.domain.assessment.roster import Roster
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import AnyEvent
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.target import TargetKind


def with_tier(event: AnyEvent, ticket: Ticket, roster: Roster) -> AnyEvent:
    """The event with the tier of whoever takes the ticket by it: pinned, since teams may change later.

    A link has said already which tier it was sent to.
    """
    match event:
        case ev.Acknowledged(tier=None) | ev.Snoozed(tier=None) | ev.AgentReplied(public=True):
            return replace(event, tier=_tier_of(event.actor.id, ticket, roster))
        case ev.Assigned():
            return replace(event, tier=_tier_of(event.to.id, ticket, roster))
        case _:
            return event


def turns_taken(ticket: Ticket, event: AnyEvent, roster: Roster) -> Iterator[tuple[str, str]]:
    """The teams for which somebody has used up their turn by taking the ticket in this event, and who they are."""
    taken = ticket.chain.acknowledged
    if taken is None or taken.sequence != event.sequence:
        return
    for target in ticket.policy.tier(taken.tier).whom:
        team = roster(target)
        if target.kind is TargetKind.TEAM and team and team.takes_turns(taken.by):
            yield target.name, taken.by


def _tier_of(member_id: str, ticket: Ticket, roster: Roster) -> int | None:
    taken = ticket.chain.acknowledged
    if not member_id or (taken and taken.by == member_id):
        return taken.tier if taken and member_id else None
    return next((tier for tier in _nearest_first(ticket) if _is_in(member_id, tier, ticket, roster)), None)


def _nearest_first(ticket: Ticket) -> Iterator[int]:
    """Whoever is in several teams takes it for the tier that was alerted last, or for the one nearest to it."""
    last = ticket.chain.tier or 1
    yield from sorted(range(1, ticket.policy.last + 1), key=lambda tier: (abs(tier - last), tier))


def _is_in(member_id: str, tier: int, ticket: Ticket, roster: Roster) -> bool:
    teams = filter(None, map(roster, ticket.policy.tier(tier).whom))
    return any(team.has(member_id) for team in teams)
