"""Assess a ticket for its execution: append what fell due and say what the execution does next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tocsin.domain.assessment.assessment import Assessment, decide
from tocsin.domain.assessment.roster import Roster
from tocsin.domain.contracts.waits import Wait
from tocsin.domain.reports.outcome import Outcome
from tocsin.domain.tickets.events import TOCSIN, Conclusion, Continued
from tocsin.domain.tickets.fold import record
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.identifiers import TicketKey
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.oncall import Teams
from tocsin.ports.tickets import TicketLog
from tocsin.use_cases.tickets.retrying import retrying
from tocsin.use_cases.tickets.ticket_context import head_of, read_context

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
    wait_for: Wait
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

    def assess_once() -> Step:
        context = read_context(key, log=log, contracts=contracts, teams=teams)
        ticket, now = context.ticket(), clock.now()
        hand_over_at = started_at + limits.age
        if ticket.generation != generation:
            return Step("continued", ticket.sequence, Wait.NEXT_GENERATION, hand_over_at)
        hand_over = rounds >= limits.rounds or now >= hand_over_at
        step, assessment = _act(ticket, context.roster, now, hand_over=hand_over, log=log)
        at_the_latest = hand_over_at, Wait.NEXT_GENERATION
        until, wait_for = min(assessment.wait or at_the_latest, at_the_latest, key=lambda wait: wait[0])
        return Step(step, ticket.sequence, wait_for, until)

    return retrying(assess_once, clock=clock, refusal="Too many events of this ticket are being recorded at once.")


def _act(ticket: Ticket, roster: Roster, now: datetime, *, hand_over: bool, log: TicketLog) -> tuple[Next, Assessment]:
    """Append what fell due, in as many transactions as it takes; the next generation sends what is still to be sent."""
    while True:
        counted_before = ticket.generations.counted
        assessment = decide(ticket, roster, now)
        continues = assessment.complete and hand_over and not ticket.settled
        if continues:
            record(ticket, _continued(ticket, now))
        appended = ticket.log[assessment.seen :]
        if appended:
            outcome = _outcome(ticket, counted_before)
            log.append(head_of(assessment, ticket.sequence, now), appended, outcome=outcome)
        if assessment.complete:
            return "continued" if continues else _next(assessment), assessment


def _next(assessment: Assessment) -> Next:
    if assessment.ticket.settled and not assessment.queue_moves_at:
        return "send_final_notices" if assessment.to_send else "settled"
    return "send_notices" if assessment.to_send else "wait"


def _continued(ticket: Ticket, now: datetime) -> Continued:
    return Continued(
        sequence=ticket.sequence + 1,
        occurred_at=now,
        recorded_at=now,
        actor=TOCSIN,
        generation=ticket.generation + 1,
    )


def _outcome(ticket: Ticket, before: Conclusion | None) -> Outcome | None:
    """What reports keep of a ticket that has concluded anew."""
    conclusion = ticket.generations.counted
    if conclusion is None or conclusion is before:
        return None
    return Outcome(
        contract_id=ticket.contract.contract_id,
        contract_version=ticket.contract_version,
        priority=conclusion.priority,
        opened_at=ticket.opened_at,
        resolved_at=conclusion.resolved_at,
        highest_tier=ticket.chain.tier,
        withdrawn=conclusion.withdrawn,
        obligations=conclusion.obligations,
        replaces=before.resolved_at if before else None,
    )
