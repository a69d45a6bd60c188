"""Preview: every deadline, warning and tier that a ticket would have, before there is one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tocsin.domain.assessment.views import obligation_view
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.escalation.chain import NextAlert
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor, Event
from tocsin.domain.tickets.fold import apply, fold
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.faults import Invalid
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import format_instant


def preview_contract(
    contract: Contract, version: int, ticket: Mapping[str, Any], opened_at: datetime
) -> dict[str, Any]:
    """What would become of a ticket that nobody touches. Raises Invalid for a priority that the contract lacks.

    `ticket`: priority, and whatever else the contract's selectors look at (category, impact, urgency, tags, …).
    """
    if faults := list(contract.priority_faults(ticket.get("priority"), ticket)):
        raise Invalid(faults)
    details = {"contract_version": version, **ticket}
    opened = Event(1, ev.OPENED, opened_at, opened_at, Actor("customer"), details)
    folded = fold(TicketKey("preview", "preview"), {version: contract}, [opened])
    return {
        "contract": {"contract_id": contract.contract_id, "version": version},
        "priority": folded.priority,
        "targets": folded.row.name if folded.row else None,
        "opened_at": format_instant(opened_at),
        "obligations": [obligation_view(obligation, opened_at, contract.timezone) for obligation in folded.promised()],
        "tiers": _tiers(folded),
    }


def _tiers(ticket: Ticket) -> list[dict[str, Any]]:
    tiers = []
    alert = ticket.next_step()
    while isinstance(alert, NextAlert) and alert.attempt == 1:
        apply(ticket, _alerted(alert))
        following = ticket.next_step()
        tiers.append(
            {
                "tier": alert.tier,
                "team": ticket.contract.tier(alert.tier).team,
                "alerted_at": format_instant(alert.at),
                "escalates_at": format_instant(following.at) if following else None,
            }
        )
        alert = following
    return tiers


def _alerted(alert: NextAlert) -> Event:
    details = {"tier": alert.tier, "attempt": alert.attempt, "reached": True, "reason": alert.reason}
    return Event(2, ev.TIER_ALERTED, alert.at, alert.at, ev.TOCSIN, details)
