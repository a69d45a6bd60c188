"""A ticket as the API shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tocsin.domain.assessment import Assessment
from tocsin.domain.events import Event
from tocsin.domain.instants import format_instant
from tocsin.domain.obligation import Obligation
from tocsin.domain.ticket import Ticket


def ticket_view(assessment: Assessment, sequence: int, now: datetime) -> dict[str, Any]:
    """The ticket as it is at `now`, even where its execution has not acted on it yet; `sequence` is the log's."""
    ticket = assessment.ticket
    return {
        "ticket_id": ticket.key.ticket_id,
        "status": ticket.status,
        "priority": ticket.priority,
        "contract": {"contract_id": ticket.contract.contract_id, "version": ticket.contract_version},
        **ticket.attributes,
        "opened_at": format_instant(ticket.opened_at),
        "resolved_at": _or_none(ticket.resolved_at),
        "settled": ticket.settled,
        "tier": ticket.chain.tier or None,
        "escalation": _escalation(ticket),
        "sequence": sequence,
        "obligations": [obligation_view(obligation, now) for obligation in ticket.promised()],
        "next_due_at": _or_none(assessment.timer.at if assessment.timer else None),
    }


def obligation_view(obligation: Obligation, now: datetime) -> dict[str, Any]:
    """Where an obligation stands: state, when it is due, when it is warned about."""
    due_at = obligation.due_at()
    warnings = obligation.promise.warnings(obligation.started_at, obligation.pauses) if obligation.promise else []
    return {
        "obligation_id": obligation.obligation_id,
        "metric": obligation.metric.name,
        "state": obligation.state(now),
        "started_at": format_instant(obligation.started_at),
        "due_at": _or_none(due_at),
        "warn_at": [format_instant(at) for _, at in warnings if due_at is None or at < due_at],
        "ended_at": _or_none(obligation.ended_at),
        "met_by": obligation.met_by,
    }


def event_view(event: Event) -> dict[str, Any]:
    """An event of the log."""
    return {
        "sequence": event.sequence,
        "type": event.type,
        "occurred_at": format_instant(event.occurred_at),
        "recorded_at": format_instant(event.recorded_at),
        "actor": {"kind": event.actor.kind, "id": event.actor.id},
        "details": dict(event.details),
    }


def _escalation(ticket: Ticket) -> dict[str, Any]:
    chain = ticket.chain
    next_alert = None if ticket.over else chain.next_alert(ticket.contract, ticket.priority)
    tiers = ticket.contract.escalation.tiers
    return {
        "team": tiers[chain.tier - 1].team if chain.tier else None,
        "alerted_at": _or_none(chain.alerted_at if chain.tier else None),
        "acknowledged_by": chain.acknowledged.by if chain.acknowledged else None,
        "acknowledged_at": _or_none(chain.acknowledged.at if chain.acknowledged else None),
        "escalates_at": _or_none(next_alert.at if next_alert else None),
        "exhausted": chain.exhausted,
    }


def _or_none(instant: datetime | None) -> str | None:
    return format_instant(instant) if instant else None
