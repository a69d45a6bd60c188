"""Sweep the due-index: a ticket that is overdue although nothing has fired gets a new execution."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.domain.assessment.assessment import decide
from tocsin.domain.tickets.events import TOCSIN, Rearmed
from tocsin.domain.tickets.fold import follow
from tocsin.domain.values.faults import SequenceConflict
from tocsin.domain.values.identifiers import TicketKey
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.oncall import Teams
from tocsin.ports.tickets import TicketLog
from tocsin.use_cases.tickets.ticket_context import TicketContext, head_of, read_context

GRACE = timedelta(seconds=60)
"""A healthy execution acts within seconds; swept every minute, a lost one is found in under two."""

PATIENCE = timedelta(minutes=10)
"""How long a re-armed ticket is left alone: when AWS is ill, more executions do not help."""


@dataclass(frozen=True, slots=True)
class Swept:
    """Tickets that were re-armed (none in health), and those that could not even be looked at."""

    rescued: list[TicketKey]
    failed: list[tuple[TicketKey, Exception]]


def sweep(*, log: TicketLog, contracts: Contracts, teams: Teams, clock: Clock) -> Swept:
    """Look at everything overdue. Starting is dispatch's part, when it sees `rearmed` in the stream."""
    swept = Swept([], [])
    for key in log.overdue(clock.now() - GRACE):
        try:
            context = read_context(key, log=log, contracts=contracts, teams=teams)
            if _abandoned(context, clock.now()) and _rearm(context, clock.now(), log=log):
                swept.rescued.append(key)
        except Exception as error:  # noqa: BLE001 - one ticket keeps none of the others from being rescued
            swept.failed.append((key, error))
    return swept


def _abandoned(context: TicketContext, now: datetime) -> bool:
    assessment = context.assess(now)
    last_event = context.events[-1].recorded_at
    rearmed = assessment.ticket.generations.rearmed
    patient = rearmed is not None and now - rearmed.recorded_at < PATIENCE
    return assessment.something_to_do and not patient and now - last_event >= GRACE


def _rearm(context: TicketContext, now: datetime, *, log: TicketLog) -> bool:
    ticket = context.ticket()
    event = Rearmed(
        sequence=ticket.sequence + 1,
        occurred_at=now,
        recorded_at=now,
        actor=TOCSIN,
        generation=ticket.generation + 1,
    )
    after = decide(follow(ticket, event), context.roster, now)
    try:
        log.append(head_of(after, event.sequence, now), [event])
    except SequenceConflict:
        return False  # Somebody just acted on it, so it is not lost.
    return True
