"""A ticket as the API shows it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, assert_never

from tocsin.domain.assessment.assessment import Assessment
from tocsin.domain.assessment.status_text import coming, status_text
from tocsin.domain.assessment.timers import DeadlineDue, ForecastDue, Timer, TriggerDue, WarningDue
from tocsin.domain.escalation.steps import Exhaustion, FollowUp, NextAlert
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.codec import details_of, type_of
from tocsin.domain.tickets.events import Event
from tocsin.domain.tickets.obligation import Obligation
from tocsin.domain.tickets.texts import NO_TEXTS, Texts
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.instants import BusinessDays, CalendarDays, format_instant, format_target


def ticket_view(assessment: Assessment, sequence: int, now: datetime, texts: Texts = NO_TEXTS) -> dict[str, Any]:
    """The ticket as it is at `now`, even where its execution has not acted on it yet; `sequence` is the log's.

    `texts` are those of the ticket itself: its description and its hand-off package.
    """
    ticket = assessment.ticket
    timezone = ticket.contract.timezone
    return {
        "ticket_id": ticket.key.ticket_id,
        "status": ticket.status,
        "waiting_for": ticket.waiting_for,
        "priority": ticket.priority,
        "contract": {"contract_id": ticket.contract.contract_id, "version": ticket.contract_version},
        **ticket.attributes,
        **{name: texts[name] for name in ("description", "handoff") if name in texts},
        "opened_at": format_instant(ticket.opened_at),
        "resolved_at": _or_none(ticket.resolved_at),
        "settled": ticket.settled,
        "tier": ticket.chain.tier,
        "escalation": _escalation(ticket, now),
        "sequence": sequence,
        "obligations": [
            {**obligation_view(obligation, now, timezone), **_told_ahead(ticket, obligation)}
            for obligation in ticket.promised()
        ],
        "next_due_at": _or_none(assessment.timer.at if assessment.timer else None),
        "next_event": _next_event(assessment),
    }


def _next_event(assessment: Assessment) -> dict[str, Any] | None:
    """What happens then unless something is reported before."""
    timer = assessment.timer
    if timer is None:
        return None
    text = coming(assessment.ticket, timer)
    return {"type": _type_of(timer), "at": format_instant(timer.at), "text": text}


def _type_of(timer: Timer) -> str:
    match timer:
        case WarningDue():
            return ev.Warned.type
        case DeadlineDue():
            return ev.Breached.type
        case TriggerDue():
            return ev.TriggerFired.type
        case ForecastDue():
            return ev.BreachForecast.type
        case FollowUp():
            return ev.AlertFollowedUp.type
        case NextAlert():
            return ev.TierAlerted.type
        case Exhaustion():
            return ev.EscalationExhausted.type
        case _:
            assert_never(timer)


def obligation_view(obligation: Obligation, now: datetime, timezone: str) -> dict[str, Any]:
    """Where an obligation stands: state, when it is due, when it is warned about; `text` has the zone's wall times."""
    countdown, override = obligation.countdown, obligation.override
    view = {
        "obligation_id": obligation.obligation_id,
        "metric": obligation.metric.name,
        "state": obligation.state(now),
        "started_at": format_instant(obligation.started_at),
        "target": format_target(countdown.promise.target) if countdown else None,
        "due_at": _or_none(obligation.due_at()),
        "warn_at": [format_instant(at) for _, at in obligation.warnings()],
        "ended_at": _or_none(obligation.ended_at),
        "met_by": obligation.met_by,
        **_used_and_left(obligation, now),
        "text": status_text(obligation, now, timezone),
    }
    if override is not None:
        view["set_by_hand"] = {
            "due_at": format_instant(override.due_at),
            "by": override.by,
            "reason": override.reason,
            "sequence": override.sequence,
            "due_by_contract": _or_none(countdown.due_at(obligation.pauses)) if countdown else None,
        }
    return view


def _told_ahead(ticket: Ticket, obligation: Obligation) -> dict[str, Any]:
    """Since when the customer was to be told that it would be missed, and how long before; nothing if never."""
    due_at = obligation.due_at()
    told_at = ticket.breach_told_at.get((obligation.obligation_id, due_at)) if due_at else None
    if told_at is None or due_at is None:
        return {}
    return {"breach_told_at": format_instant(told_at), "breach_told_ahead_seconds": (due_at - told_at).total_seconds()}


def _used_and_left(obligation: Obligation, now: datetime) -> dict[str, Any]:
    """Of the target: seconds of open time, or whole days; left is negative where it is late."""
    countdown = obligation.countdown
    if countdown is None:
        return {}
    target, used = countdown.promise.target, countdown.used_by(obligation.ended_at or now, obligation.pauses)
    if isinstance(target, timedelta) and isinstance(used, timedelta):
        return {"used_seconds": used.total_seconds(), "left_seconds": (target - used).total_seconds()}
    if isinstance(target, BusinessDays) and isinstance(used, BusinessDays):
        days = "calendar_days" if isinstance(target, CalendarDays) else "business_days"
        return {f"used_{days}": int(used), f"left_{days}": target - used}
    return {}


def event_view(event: Event, texts: Texts = NO_TEXTS) -> dict[str, Any]:
    """An event of the log, with its texts; one that was erased since is null."""
    details = details_of(event)
    said = {name: texts.get(name) for name in details.pop("texts", {})}
    return {
        "sequence": event.sequence,
        "type": type_of(event),
        "occurred_at": format_instant(event.occurred_at),
        "recorded_at": format_instant(event.recorded_at),
        "actor": {"kind": event.actor.kind, "id": event.actor.id},
        "details": {**details, **details.pop("attributes", {}), **said},
    }


def _too_few(ticket: Ticket) -> dict[str, Any]:
    """Who has acknowledged, and how many have to, where one is not enough; nothing where it is."""
    chain = ticket.chain
    return {} if chain.needed == 1 else {"confirmed_by": [*chain.confirmed], "needed": chain.needed}


def _escalation(ticket: Ticket, now: datetime) -> dict[str, Any]:
    """The fields of an `EscalationView`."""
    chain = ticket.chain
    step = ticket.next_step()
    whom = ticket.policy.tier(chain.tier).whom if chain.tier else ()
    return {
        "policy": ticket.policy.known_as,
        "team": whom[0] if whom else None,
        "targets": [{target.kind.value: target.name} for target in whom],
        "alerted_at": _or_none(chain.alerted_at if chain.tier else None),
        **_too_few(ticket),
        "acknowledged_by": chain.acknowledged.by if chain.acknowledged else None,
        "acknowledged_at": _or_none(chain.acknowledged.at if chain.acknowledged else None),
        "snoozed_until": _or_none(chain.snoozed_until),
        "escalates_at": _or_none(step.at if step else None),
        "exhausted": chain.exhausted,
        "obligations": [
            obligation_view(obligation, now, ticket.contract.timezone) for obligation in ticket.promised_by_tiers()
        ],
    }


def _or_none(instant: datetime | None) -> str | None:
    return format_instant(instant) if instant else None
