"""What is stored of a ticket beside its events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tocsin.domain.values.identifiers import TicketKey


@dataclass(frozen=True, slots=True)
class ListedTicket:
    """What lists show of a ticket."""

    key: TicketKey
    sequence: int
    status: str
    priority: str
    contract_id: str
    contract_version: int
    subject: str
    opened_at: datetime
    next_due_at: datetime | None
    """When the next warning, deadline or alert is due; None when none is."""


@dataclass(frozen=True, slots=True)
class Head(ListedTicket):
    """The projection of a ticket for lists, the due-index and dispatch. Derived from the log, never the truth."""

    acts_at: datetime | None
    """When an execution next has something to do: what is due next, or to be sent."""
    generation: int
    settled: bool
    """Whether its execution has ended with it: if anything is left to do after all, that needs a new one."""


@dataclass(frozen=True, slots=True)
class Parked:
    """Where a ticket's execution sleeps: the token that wakes it, and until when it sleeps by itself."""

    task_token: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """A request with an idempotency key: its fingerprint, and the event that it recorded.

    The answer is not kept: it is made again from the log up to `sequence`, as of `recorded_at`. The log does not say
    which teams of tiers that were due at that instant nobody could be reached in, and after how many seconds somebody
    would first be told by further channels; that is kept in `unreached` and `later`.
    """

    helpdesk_id: str
    idempotency_key: str
    fingerprint: str
    ticket_id: str
    sequence: int
    recorded_at: datetime
    unreached: tuple[str, ...] = ()
    later: int | None = None
