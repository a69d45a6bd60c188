"""How long a ticket may be snoozed: what the contract allows, and never past the tier's time to resolve."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tocsin.domain.contracts.metrics import TIER_RESOLUTION
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.instants import format_instant


def latest_snooze(ticket: Ticket, at: datetime) -> datetime | None:
    """Until when the ticket may be snoozed at that instant; None where the contract allows no snoozing."""
    longest = ticket.contract.escalation.longest_snooze
    if longest is None or not ticket.contract.takes("acknowledgement", "agent"):
        return None
    by_tier = ticket.current.get(TIER_RESOLUTION.name)
    resolve_by = by_tier.due_at() if by_tier is not None and by_tier.running else None
    return min(at + longest, resolve_by) if resolve_by and resolve_by > at else at + longest


def snooze_faults(ticket: Ticket, at: datetime, until: datetime) -> Iterator[str]:
    """What is wrong with snoozing the ticket at that instant until then."""
    latest = latest_snooze(ticket, at)
    if latest is None:
        yield "the contract does not allow a ticket to be snoozed"
    elif until <= at:
        yield "must be later than the snooze itself"
    elif until > latest:
        yield f"may not be later than {format_instant(latest)}, by the contract and the tier's time to resolve"
