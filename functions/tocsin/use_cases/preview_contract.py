"""Preview: every deadline, warning and tier that a ticket would have, before there is one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tocsin.domain import events as ev
from tocsin.domain.contract import Contract
from tocsin.domain.escalation import NextAlert
from tocsin.domain.events import Actor, Event
from tocsin.domain.faults import Fault, Invalid
from tocsin.domain.fold import apply, fold
from tocsin.domain.identifiers import TicketKey
from tocsin.domain.instants import format_instant
from tocsin.domain.ticket import Ticket
from tocsin.domain.view import obligation_view


def preview_contract(contract: Contract, version: int, priority: str, opened_at: datetime) -> dict[str, Any]:
    """What would become of a ticket that nobody touches. Raises Invalid for an unknown priority."""
    if priority not in contract.targets:
        raise Invalid(
            [Fault("priority", f"the contract has no targets for it; it knows {', '.join(contract.targets)}")]
        )
    opened = Event(1, ev.OPENED, opened_at, opened_at, Actor("customer"), {"priority": priority})
    ticket = fold(TicketKey("preview", "preview"), contract, version, [opened])
    return {
        "contract": {"contract_id": contract.contract_id, "version": version},
        "priority": priority,
        "opened_at": format_instant(opened_at),
        "obligations": [obligation_view(obligation, opened_at) for obligation in ticket.promised()],
        "tiers": _tiers(ticket),
    }


def _tiers(ticket: Ticket) -> list[dict[str, Any]]:
    tiers = []
    alert = ticket.chain.next_alert(ticket.contract, ticket.priority)
    while alert is not None and alert.attempt == 1 and not alert.exhausted:
        apply(ticket, _alerted(alert))
        following = ticket.chain.next_alert(ticket.contract, ticket.priority)
        tiers.append(
            {
                "tier": alert.tier,
                "team": ticket.contract.escalation.tiers[alert.tier - 1].team,
                "alerted_at": format_instant(alert.at),
                "escalates_at": format_instant(following.at) if following else None,
            }
        )
        alert = following
    return tiers


def _alerted(alert: NextAlert) -> Event:
    details = {"tier": alert.tier, "attempt": alert.attempt, "reached": True}
    return Event(2, ev.TIER_ALERTED, alert.at, alert.at, ev.TOCSIN, details)
