"""Assess a ticket for its execution: append what fell due and say what the execution does next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tocsin.domain.assessment.assessment import Assessment
from tocsin.domain.reports.outcome import Outcome
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Event
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import parse_instant
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.oncall import Teams
from tocsin.ports.tickets import TicketLog
from tocsin.use_cases.tickets.retrying import retrying
from tocsin.use_cases.tickets.ticket_context import TicketContext, head_of, read_context

Next = Literal["send_notices", "send_final_notices", "wait", "settled", "continued"]


@dataclass(frozen=True, slots=True)
class Limits:
    """When an execution hands over: Step Functions ends one after 25,000 history events or a year
    (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html, 2026-11).
    """

    rounds: int
    age: timedelta


@dataclass(frozen=True, slots=True)
class Step:
    """What the execution does next: `sequence` is what it has seen, `wait_for` and `until` its timer."""

    next: Next
    sequence: int
    wait_for: str
    until: datetime


def assess_ticket(
    key: TicketKey,
    generation: int,
    rounds: int,
    started_at: datetime,
    limits: Limits,
    *,
    log: TicketLog,
    contracts: Contracts,
    teams: Teams,
    clock: Clock,
) -> Step:
    """The next step of the execution that is in its n-th round since `started_at`.

    Raises NotFound when there is no such ticket, Busy after too many lost races.
    """

    def decide() -> Step:
        context = read_context(key, log=log, contracts=contracts, teams=teams)
        now = clock.now()
        assessment = context.assess(now)
        hand_over_at = started_at + limits.age
        if assessment.ticket.generation != generation:
            return Step("continued", context.sequence, "", hand_over_at)
        step = _next(assessment)
        events = list(assessment.events)
        if not assessment.ticket.settled and (rounds >= limits.rounds or now >= hand_over_at):
            step = "continued"  # The next generation sends what is still to be sent.
            events.append(_continued(assessment, now))
        after = _append(context, events, now, log=log)
        timer = assessment.timer
        if timer is None or timer.at >= hand_over_at:
            return Step(step, after.sequence, "next_generation", hand_over_at)
        return Step(step, after.sequence, timer.kind, timer.at)

    return retrying(decide, clock=clock, refusal="Too many events of this ticket are being recorded at once.")


def _next(assessment: Assessment) -> Next:
    if assessment.ticket.settled:
        return "send_final_notices" if assessment.ticket.unsent else "settled"
    return "send_notices" if assessment.ticket.unsent else "wait"


def _continued(assessment: Assessment, now: datetime) -> Event:
    ticket = assessment.ticket
    details = {"generation": ticket.generation + 1}
    return Event(ticket.sequence + 1, ev.CONTINUED, now, now, ev.TOCSIN, details)


def _append(context: TicketContext, events: Sequence[Event], now: datetime, *, log: TicketLog) -> TicketContext:
    if not events:
        return context
    after = context.plus(*events)
    conclusion = next((event for event in events if event.type in ev.CONCLUSIONS), None)
    outcome = _outcome(context, after, conclusion) if conclusion else None
    log.append(head_of(after.assess(now), after.sequence, now), events, outcome=outcome)
    return after


def _outcome(before: TicketContext, after: TicketContext, conclusion: Event) -> Outcome:
    ticket = after.ticket()
    return Outcome(
        contract_id=ticket.contract.contract_id,
        contract_version=ticket.contract_version,
        priority=conclusion.details["priority"],
        opened_at=ticket.opened_at,
        resolved_at=parse_instant(conclusion.details["resolved_at"]),
        highest_tier=ticket.chain.tier or 0,
        withdrawn=conclusion.details["withdrawn"],
        obligations=conclusion.details["obligations"],
        replaces=before.counted_at,
    )
