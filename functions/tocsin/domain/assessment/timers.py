"""What falls due next on a ticket: warnings, deadlines, triggers, forecasts, and the next step of its chain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from tocsin.domain.assessment.expected_breaches import Promised, still_promised
from tocsin.domain.contracts.promise import Threshold
from tocsin.domain.contracts.triggers.trigger import Firing, Trigger
from tocsin.domain.contracts.waits import Wait
from tocsin.domain.escalation.steps import Exhaustion, FollowUp, NextAlert
from tocsin.domain.tickets.obligation import Obligation
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.tickets.trigger_facts import facts_of


class WarningDue(NamedTuple):
    """A warning of an obligation, by the name that it has."""

    obligation: Obligation
    obligation_id: str
    threshold: str
    at: datetime
    due_at: datetime | None

    @property
    def wait(self) -> Wait:
        """What it shows as until then."""
        return self.obligation.metric.warning_wait


class DeadlineDue(NamedTuple):
    """A deadline of an obligation, by the name that it had then."""

    obligation: Obligation
    obligation_id: str
    at: datetime

    @property
    def wait(self) -> Wait:
        """What it shows as until then."""
        return self.obligation.metric.deadline_wait

    @property
    def over(self) -> bool:
        """Whether it is of no use any more to act on it."""
        return not self.obligation.running or self.obligation_id != self.obligation.obligation_id


class TriggerDue(NamedTuple):
    """A trigger of the contract that fires."""

    trigger: Trigger
    firing: Firing

    @property
    def at(self) -> datetime:
        """When it does."""
        return self.firing.at

    @property
    def wait(self) -> Wait:
        """What it shows as until then."""
        return Wait.TRIGGER


class ForecastDue(NamedTuple):
    """A deadline of which the customer is told that it will be missed, since nobody has the ticket by then."""

    promised: Promised
    at: datetime

    @property
    def wait(self) -> Wait:
        """What it shows as until then."""
        return self.promised.obligation.metric.warning_wait


Timer = WarningDue | DeadlineDue | TriggerDue | ForecastDue | FollowUp | NextAlert | Exhaustion
"""What falls due, each with the instant `at` which it does, and the `wait` that it shows as until then."""


def next_timer(ticket: Ticket, now: datetime) -> Timer | None:
    """What falls due next; of what has fallen due, triggers first, so that one alert follows several of them."""

    def order(timer: Timer) -> tuple[bool, datetime]:
        return not (isinstance(timer, TriggerDue) and timer.at <= now), timer.at

    return min(_timers(ticket, now), key=order if ticket.contract.triggers else attrgetter("at"), default=None)


def _timers(ticket: Ticket, now: datetime) -> Iterator[Timer]:
    for obligation in ticket.obligations():
        if not obligation.metric.of_tiers:
            yield from _deadlines(ticket, obligation)
            if obligation.running:
                yield from _warnings(ticket, obligation, now)
    if ticket.contract.triggers and not ticket.over:
        yield from _triggers(ticket)
    yield from _forecasts(ticket, now)
    if not ticket.over:
        yield from ticket.chain.follow_ups()
    step = ticket.next_step()
    if step is not None:
        yield step


def _triggers(ticket: Ticket) -> Iterator[TriggerDue]:
    facts = facts_of(ticket)
    for trigger in ticket.contract.triggers:
        if trigger.is_for(facts):
            for firing in trigger.firings(facts):
                if (trigger.key, firing.name) not in ticket.fired:
                    yield TriggerDue(trigger, firing)


def _deadlines(ticket: Ticket, obligation: Obligation) -> Iterator[DeadlineDue]:
    """No deadline passes in silence, not even one that was over before anybody looked."""
    for deadline in obligation.deadlines():
        if deadline not in ticket.breached:
            yield DeadlineDue(obligation, *deadline)


def _warnings(ticket: Ticket, obligation: Obligation, now: datetime) -> Iterator[WarningDue]:
    due_at, name = obligation.due_at(), obligation.obligation_id
    if due_at is not None and due_at <= now:
        return  # Who is late already needs no warning.
    for label, at in obligation.warnings():
        if (name, label) not in ticket.warned:
            yield WarningDue(obligation, name, label, at, due_at)


def _forecasts(ticket: Ticket, now: datetime) -> Iterator[ForecastDue]:
    terms = ticket.contract.forecast
    if terms is None or ticket.over or ticket.waiting_for or ticket.chain.acknowledged:
        return
    for promised in still_promised(ticket, now):
        at = promised.obligation.reached_at(Threshold(left=terms.unacknowledged_with_left))
        if at is not None and at < promised.due_at and promised.name not in ticket.breach_told_at:
            yield ForecastDue(promised, at)
