"""Why a ticket was escalated, why it will be, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.domain.instants import format_instant, short_duration
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Event
from tocsin.domain.tickets.ticket import Ticket

_REASONS: Mapping[str, str] = {
    "opened": "the ticket was opened",
    "reopened": "the ticket was reopened",
    "escalated": "somebody asked for this tier",
    "not_acknowledged": "nobody acknowledged in time",
    "not_resolved": "the tier before did not resolve it in time",
}


def reasons(ticket: Ticket) -> dict[str, Any]:
    """`steps`: each alert with its cause. `next`: the one to come, or null and `why_not` in words."""
    alert = ticket.next_alert()
    coming = None
    if alert is not None:
        tier = "nobody: the chain gives up" if alert.exhausted else ticket.contract.tier(alert.tier).team
        coming = {"at": format_instant(alert.at), "tier": alert.tier or None, "team": tier, "why": _why_then(ticket)}
    return {
        "steps": [_step(event) for event in ticket.log if event.type == ev.TIER_ALERTED],
        "next": coming,
        "why_not": None if alert else _why_not(ticket),
    }


def _step(event: Event) -> dict[str, Any]:
    details = event.details
    again = f", for the {details['attempt']}. time" if details["attempt"] > 1 else ""
    return {
        "at": format_instant(event.occurred_at),
        "tier": details["tier"],
        "team": details["team"],
        "why": _REASONS.get(details["reason"], details["reason"]) + again,
        "reached": details["reached"],
    }


def _why_then(ticket: Ticket) -> str:
    chain = ticket.chain
    if chain.requested:
        return f"{_REASONS[chain.requested.event.type]}; a tier is alerted in its hours"
    tier = ticket.contract.tier(chain.tier)
    if chain.acknowledged and tier.resolve_within:
        return f"tier {chain.tier} has {short_duration(tier.resolve_within)} to resolve it"
    if not chain.reached:
        return f"of tier {chain.tier} nobody could be reached"
    return f"tier {chain.tier} has {short_duration(tier.acknowledge_within)} of its hours to acknowledge"


def _why_not(ticket: Ticket) -> str:
    taken = ticket.chain.acknowledged
    if ticket.over:
        return f"the ticket is {ticket.status}"
    if taken:
        return f"{taken.by} acknowledged at {format_instant(taken.at)}"
    return "every tier was alerted, and nobody acknowledged"
