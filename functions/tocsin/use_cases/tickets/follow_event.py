"""Follow a recorded event: start the ticket's execution, or wake it if the event concerns it now."""

from __future__ import annotations

from tocsin.domain.tickets.events import STARTS_EXECUTION, Opened
from tocsin.domain.tickets.records import Head, Parked
from tocsin.domain.values.faults import NotFound
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import rounded_up_to_second
from tocsin.ports.tickets import Executions, TicketLog

FIRST_GENERATION = 1


def follow_event(key: TicketKey, event_type: str, *, log: TicketLog, executions: Executions) -> None:
    """Idempotent: events delivered twice or late start nothing twice and wake nobody in vain.

    Decided from the head alone, which every append brings up to date; the log is not read. Raises NotFound when there
    is no such ticket.
    """
    if event_type == Opened.type:
        executions.start(key, FIRST_GENERATION)
        return
    found = log.head(key)
    if found is None:
        raise NotFound(f"There is no ticket {key.ticket_id!r}.")
    head, parked = found
    revived = head.settled and head.acts_at is not None
    if event_type in STARTS_EXECUTION or revived:
        executions.start(key, head.generation)
    if parked is not None and _sooner(head, parked):
        executions.wake(parked.task_token)


def _sooner(head: Head, parked: Parked) -> bool:
    """Whether there is something to do now, or a timer before the one that the execution sleeps to.

    For the rest it finds out when it wakes by itself, which saves the state transitions of a round. It sleeps to whole
    seconds, so a timer is rounded as its wait was.
    """
    return head.acts_at is not None and rounded_up_to_second(head.acts_at) < parked.until
