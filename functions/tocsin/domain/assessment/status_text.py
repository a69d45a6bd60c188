"""Where an obligation stands and what comes next, in a sentence for people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import assert_never

from tocsin.domain.assessment.timers import DeadlineDue, ForecastDue, Timer, TriggerDue, WarningDue
from tocsin.domain.calendars.wall_time import wall_time
from tocsin.domain.escalation.steps import Exhaustion, FollowUp, NextAlert
from tocsin.domain.tickets.obligation import Obligation
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.instants import BusinessDays
from tocsin.domain.values.wording import counted, duration_words, kind_of_day, ordinal


def status_text(obligation: Obligation, now: datetime, timezone: str) -> str:
    """`1 hour 30 minutes of 4 hours left, due Fri 2026-03-27 16:50 (Europe/Berlin)`; times on the wall of that zone."""
    return status_words(obligation, now, lambda at: f"{wall_time(at, timezone)} ({timezone})")


def status_words(obligation: Obligation, now: datetime, said: Callable[[datetime], str]) -> str:
    """The same with its instants as `said`."""
    due_at, ended_at, state = obligation.due_at(), obligation.ended_at, obligation.state(now)
    due = f"due {said(due_at)}" if due_at else None
    if ended_at is not None:
        ended = said(ended_at)
        return {
            "met": f"met {ended}, in time",
            "met_late": f"met {ended}, but it was {due}",
            "cancelled": f"owed no longer since {ended}",
        }.get(state, f"not met; it was {due}")
    if state == "breached":
        return f"late; it was {due}"
    parts = [_left(obligation, now), due, _waits(obligation, state, now, said), _by_hand(obligation)]
    return ", ".join(part for part in parts if part)


def _left(obligation: Obligation, now: datetime) -> str | None:
    countdown = obligation.countdown
    if countdown is None or obligation.override is not None:
        return None
    target, used = countdown.promise.target, countdown.used_by(now, obligation.pauses)
    if isinstance(target, timedelta) and isinstance(used, timedelta):
        return f"{duration_words(target - used)} of {duration_words(target)} left"
    if isinstance(target, BusinessDays) and isinstance(used, BusinessDays):
        return f"{target - used} of {counted(target, kind_of_day(target))} left"
    return None


def _waits(obligation: Obligation, state: str, now: datetime, said: Callable[[datetime], str]) -> str | None:
    if state == "paused":
        return "paused"
    promise = obligation.promise
    if state == "out_of_hours" and promise is not None:
        opens_at = promise.calendar.next_opening(now)
        return f"outside its hours until {said(opens_at)}"
    return None


def _by_hand(obligation: Obligation) -> str | None:
    override = obligation.override
    return f"set by hand by {override.by}: {override.reason}" if override else None


def coming(ticket: Ticket, timer: Timer) -> str:
    """What a timer's event will say: `resolution: the warning at 75%`, `tier 2 (engineering) is alerted`."""
    match timer:
        case WarningDue(obligation, _, threshold):
            return f"{obligation.metric.label}: the warning at {threshold}"
        case DeadlineDue(obligation):
            return f"{obligation.metric.label}: due"
        case TriggerDue(trigger, firing):
            return f"{firing.because}: {trigger.whom} is alerted"
        case ForecastDue((obligation, _)):
            return f"{obligation.metric.label}: the customer is told to expect a breach, unless somebody has the ticket"
        case FollowUp():
            return "whoever has not acknowledged is told by further channels"
        case NextAlert(_, tier, attempt):
            again = f", for the {ordinal(attempt)} time" if attempt > 1 else ""
            return f"tier {tier} ({ticket.policy.tier(tier).whom_words}) is alerted{again}"
        case Exhaustion(unresolved=True):
            return "the last tier was alerted again, and has not resolved it in time"
        case Exhaustion(declined=True):
            return "everybody on call of the last tier declined"
        case Exhaustion():
            return "every tier was alerted, and nobody acknowledged"
        case _:
            assert_never(timer)
