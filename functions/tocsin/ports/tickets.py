"""The logs of tickets, and their executions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from tocsin.domain.reports.outcome import Outcome
from tocsin.domain.tickets.events import AnyEvent
from tocsin.domain.tickets.records import Head, ListedTicket, Parked, Request
from tocsin.domain.tickets.texts import Texts
from tocsin.domain.values.identifiers import TicketKey


class TicketLog(Protocol):
    """The append-only logs of all tickets, each with its head."""

    def events(self, key: TicketKey) -> list[AnyEvent]:
        """The whole log in the order of its sequence, read consistently; empty when there is no such ticket."""
        ...

    def page_of_events(self, key: TicketKey, after: int, limit: int) -> tuple[list[AnyEvent], bool]:
        """At most `limit` events after a sequence number, and whether there are more.

        A page of long events may be shorter, but it is only empty where nothing follows.
        """
        ...

    def texts(self, key: TicketKey, sequences: Collection[int]) -> Mapping[int, Texts]:
        """What was said at length with these events; nothing for one whose texts were erased."""
        ...

    def head(self, key: TicketKey) -> tuple[Head, Parked | None] | None:
        """The head, and where the ticket's execution is or was last parked; None when there is no such ticket.

        One consistent read of a few hundred bytes, whatever the length of the log.
        """
        ...

    def append(
        self,
        head: Head,
        events: Sequence[AnyEvent],
        request: Request | None = None,
        outcome: Outcome | None = None,
        uncounted: datetime | None = None,
        texts: Mapping[int, Texts] = MappingProxyType({}),
    ) -> None:
        """Append events and move the head, all or nothing; with a conclusion goes its outcome.

        `uncounted` is the `resolved_at` of an outcome that counts no longer, since the ticket was reopened. `texts` are
        those of the events, by their sequence numbers.

        Raises SequenceConflict when the log does not end right before `events`, RequestRepeated when the
        request's key has been used.
        """
        ...

    def request(self, helpdesk_id: str, idempotency_key: str) -> Request | None:
        """The request recorded under an idempotency key."""
        ...

    def listed(
        self, helpdesk_id: str, status: str, contract_id: str | None, limit: int, cursor: str | None
    ) -> tuple[list[ListedTicket], str | None]:
        """Tickets of a status, those due next first, and the cursor to the rest. ValueError for a bad cursor."""
        ...

    def occurrences(self, helpdesk_id: str, root: str) -> list[datetime]:
        """When tickets were opened that are about the same as the `root` that began it, the latest hundred in order."""
        ...

    def outcomes(self, helpdesk_id: str, contract_id: str, start: datetime, end: datetime) -> Iterator[Outcome]:
        """Of each ticket of a contract that, by its last conclusion, was resolved in [start, end): that outcome."""
        ...

    def overdue(self, before: datetime) -> Iterator[TicketKey]:
        """Tickets whose next timer lies before an instant, from the due-index."""
        ...


class Executions(Protocol):
    """The executions of the ticket state machine."""

    def start(self, key: TicketKey, generation: int) -> None:
        """Start the execution of a ticket's generation; harmless when it has been started before."""
        ...

    def wake(self, task_token: str) -> None:
        """End the wait that a token stands for; harmless when it is over."""
        ...
