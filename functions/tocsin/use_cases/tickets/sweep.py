"""Sweep the due-index: whatever is overdue although nothing has fired is started, woken or given a new execution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from tocsin.domain.assessment.assessment import decide
from tocsin.domain.tickets.events import TOCSIN, Rearmed
from tocsin.domain.tickets.fold import follow
from tocsin.domain.values.faults import SequenceConflict
from tocsin.domain.values.identifiers import TicketKey
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.oncall import Teams
from tocsin.ports.side_by_side import SideBySide
from tocsin.ports.tickets import Executions, TicketLog
from tocsin.use_cases.tickets.ticket_context import TicketContext, head_of, read_context

GRACE = timedelta(seconds=60)
"""A healthy execution acts within seconds; swept every minute, a lost one is found in under two."""

QUEUE_PATIENCE = timedelta(minutes=3)
"""How long a reported event may wait in the stream before its ticket's execution is taken for dead."""

PATIENCE = timedelta(minutes=10)
"""How long a new execution is left alone: when AWS is ill, more executions do not help."""

BATCH = 500
"""So many overdue tickets are read from the index at once; when time is up, the rest of it is not read."""

Rescue = Literal["started", "woken", "re-armed"]


@dataclass(frozen=True, slots=True)
class Swept:
    """Tickets that were rescued (none in health) and how, and those that could not even be looked at."""

    rescued: list[tuple[TicketKey, Rescue]]
    failed: list[tuple[TicketKey, Exception]]


def sweep(
    *,
    log: TicketLog,
    contracts: Contracts,
    teams: Teams,
    executions: Executions,
    clock: Clock,
    until: datetime,
    side_by_side: SideBySide = map,
) -> Swept:
    """Look at everything overdue until time is up; the next call goes on with what is left.

    It needs nobody else: executions are started and woken from here, whether or not anything reads the table's
    stream. Both are harmless where dispatch does the same a moment later.
    """

    def look_at(key: TicketKey) -> tuple[TicketKey, Rescue | Exception | None]:
        try:
            if clock.now() >= until:
                return key, None
            context = read_context(key, log=log, contracts=contracts, teams=teams)
            return key, _rescue(context, clock.now(), log=log, executions=executions)
        except Exception as error:  # noqa: BLE001 - one ticket keeps none of the others from being rescued
            return key, error

    swept = Swept([], [])
    for batch in _batches(log.overdue(clock.now() - GRACE)):
        if clock.now() >= until:
            break
        for key, result in side_by_side(look_at, batch):
            if isinstance(result, Exception):
                swept.failed.append((key, result))
            elif result is not None:
                swept.rescued.append((key, result))
    return swept


def _batches(keys: Iterator[TicketKey]) -> Iterator[list[TicketKey]]:
    while batch := list(islice(keys, BATCH)):
        yield batch


def _rescue(context: TicketContext, now: datetime, *, log: TicketLog, executions: Executions) -> Rescue | None:
    assessment = context.assess(now)
    last = context.events[-1]
    if not assessment.something_to_do or now - last.recorded_at < GRACE:
        return None
    begun = next(event for event in reversed(context.events) if event.starts_execution)
    acted = any(not event.reported for event in context.events if event.sequence > begun.sequence)
    young = now - begun.recorded_at < PATIENCE
    if young and not acted:
        # The event that starts it may still be in the stream; the same name starts nothing twice.
        executions.start(context.key, assessment.ticket.generation)
        return "started"
    if young and isinstance(begun, Rearmed):
        return None
    found = log.head(context.key)
    parked = found[1] if found else None
    if parked and last.reported and now - last.recorded_at < QUEUE_PATIENCE:
        executions.wake(parked.task_token)
        return "woken"
    return _rearm(context, now, log=log, executions=executions)


def _rearm(context: TicketContext, now: datetime, *, log: TicketLog, executions: Executions) -> Rescue | None:
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
        return None  # Somebody just acted on it, so it is not lost.
    executions.start(context.key, event.generation)
    return "re-armed"
