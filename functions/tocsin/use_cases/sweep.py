"""Sweep the due-index: a ticket that is overdue although nothing has fired gets a new execution."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.domain.identifiers import TicketKey
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Event
from tocsin.ports import Clock, Contracts, SequenceConflict, Teams, TicketLog
from tocsin.use_cases.dossier import Dossier, head_of, open_dossier

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
            dossier = open_dossier(key, log=log, contracts=contracts, teams=teams)
            if _abandoned(dossier, clock.now()) and _rearm(dossier, clock.now(), log=log):
                swept.rescued.append(key)
        except Exception as error:  # noqa: BLE001 - one ticket keeps none of the others from being rescued
            swept.failed.append((key, error))
    return swept


def _abandoned(dossier: Dossier, now: datetime) -> bool:
    assessment = dossier.assess(now)
    last_event = dossier.events[-1].recorded_at
    rearmed = [event.recorded_at for event in assessment.ticket.lifecycle if event.type == ev.REARMED]
    patient = bool(rearmed) and now - max(rearmed) < PATIENCE
    return assessment.something_to_do and not patient and now - last_event >= GRACE


def _rearm(dossier: Dossier, now: datetime, *, log: TicketLog) -> bool:
    generation = dossier.ticket().generation + 1
    event = Event(dossier.sequence + 1, ev.REARMED, now, now, ev.TOCSIN, {"generation": generation})
    try:
        log.append(head_of(dossier.plus(event).assess(now), event.sequence, now), [event])
    except SequenceConflict:
        return False  # Somebody just acted on it, so it is not lost.
    return True
