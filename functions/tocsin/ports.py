"""What the use cases need from the world. `tocsin.adapters` has the real ones, `tocsin.wiring` chooses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from tocsin.domain.calendars.calendar_terms import PublicHolidays
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.reminders import Reminder
from tocsin.domain.identifiers import TicketKey
from tocsin.domain.reports.outcome import Outcome
from tocsin.domain.team import Team
from tocsin.domain.tickets.events import Event
from tocsin.domain.tickets.ticket import Ticket


class Clock(Protocol):
    """Where *now* comes from."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        ...


class SequenceConflict(Exception):
    """Somebody else appended first; read again and decide again."""


class RequestRepeated(Exception):
    """The idempotency key has been used before."""


@dataclass(frozen=True, slots=True)
class Head:
    """The projection of a ticket for lists, the due-index and dispatch. Derived from the log, never the truth."""

    key: TicketKey
    sequence: int
    status: str
    priority: str
    contract_id: str
    contract_version: int
    subject: str
    opened_at: datetime
    generation: int
    next_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class TicketRecord:
    """A ticket as stored: its log, and where its execution is parked, if it is."""

    events: list[Event]
    task_token: str | None = None
    waiting_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A request with an idempotency key: its fingerprint, and the answer that it got."""

    helpdesk_id: str
    idempotency_key: str
    fingerprint: str
    answer: Mapping[str, Any]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list, and the opaque cursor to the rest."""

    items: list[dict[str, Any]]
    next_cursor: str | None


class TicketLog(Protocol):
    """The append-only logs of all tickets, each with its head."""

    def load(self, key: TicketKey) -> TicketRecord | None:
        """Everything stored of a ticket, read consistently, events in the order of their sequence."""
        ...

    def append(
        self,
        head: Head,
        events: Sequence[Event],
        request: Request | None = None,
        outcome: Outcome | None = None,
        uncounted: datetime | None = None,
    ) -> None:
        """Append events and move the head, all or nothing; with a conclusion goes its outcome.

        `uncounted` is the `resolved_at` of an outcome that counts no longer, since the ticket was reopened.

        Raises SequenceConflict when the log does not end right before `events`, RequestRepeated when the
        request's key has been used.
        """
        ...

    def request(self, helpdesk_id: str, idempotency_key: str) -> Request | None:
        """The request recorded under an idempotency key."""
        ...

    def listed(
        self, helpdesk_id: str, status: str, contract_id: str | None, limit: int, cursor: str | None
    ) -> tuple[list[Head], str | None]:
        """Tickets of a status, those due next first, and the cursor to the rest. ValueError for a bad cursor."""
        ...

    def outcomes(self, helpdesk_id: str, contract_id: str, start: datetime, end: datetime) -> Iterator[Outcome]:
        """Of each ticket of a contract that, by its last conclusion, was resolved in [start, end): that outcome."""
        ...

    def overdue(self, before: datetime) -> Iterator[TicketKey]:
        """Tickets whose next timer lies before an instant, from the due-index."""
        ...


@dataclass(frozen=True, slots=True)
class ContractVersion:
    """A contract as it was put: immutable, with the document as given and its SHA-256."""

    contract: Contract
    version: int
    put_at: datetime
    document: Mapping[str, Any]
    sha256: str
    public_holidays: PublicHolidays = field(default_factory=dict)
    """As they were known when it was put: no update of a library moves the deadlines of its tickets."""


class Contracts(Protocol):
    """Contract versions."""

    def get(self, helpdesk_id: str, contract_id: str, version: int | None = None) -> ContractVersion | None:
        """A version, or the newest."""
        ...

    def put(self, helpdesk_id: str, version: ContractVersion) -> None:
        """Store the next version, and have its reminders looked at; SequenceConflict when that number is taken."""
        ...

    def listed(self, helpdesk_id: str, limit: int, cursor: str | None) -> tuple[list[ContractVersion], str | None]:
        """The newest version of each contract, and the cursor to the rest."""
        ...


@dataclass(frozen=True, slots=True)
class SentReminder:
    """A reminder of a contract's dates that SNS has taken, and under which MessageId."""

    reminder: Reminder
    sent_at: datetime
    message_id: str


class Reminders(Protocol):
    """When the dates of contracts are to be looked at, and what has been sent of them."""

    def due(self, now: datetime) -> Iterator[tuple[str, str]]:
        """Helpdesk and contract of all whose dates are to be looked at by now."""
        ...

    def sent(self, helpdesk_id: str, contract_id: str) -> list[SentReminder]:
        """Everything that was sent, in the order of its days."""
        ...

    def record(self, helpdesk_id: str, contract_id: str, sent: SentReminder) -> None:
        """Keep that it was sent; the same reminder again replaces what was kept of it."""
        ...

    def look_again(self, helpdesk_id: str, contract_id: str, version: int, at: datetime | None) -> None:
        """Look at the contract again at an instant, or never; nothing happens unless `version` is the newest."""
        ...


class Teams(Protocol):
    """Teams of helpdesks."""

    def get(self, helpdesk_id: str, team_id: str) -> Team | None:
        """A team."""
        ...

    def all(self, helpdesk_id: str) -> Mapping[str, Team]:
        """All teams of a helpdesk by id."""
        ...

    def put(self, helpdesk_id: str, team_id: str, team: Team) -> bool:
        """Store a team; True when it is new."""
        ...


@dataclass(frozen=True, slots=True)
class Credential:
    """Whom a bearer token speaks for."""

    helpdesk_id: str
    scopes: frozenset[str]
    created_at: datetime
    revoked_at: datetime | None = None


class Credentials(Protocol):
    """Tokens, stored by their SHA-256."""

    def get(self, token_sha256: str) -> Credential | None:
        """Whom a token speaks for, revoked or not."""
        ...

    def put(self, token_sha256: str, credential: Credential) -> None:
        """Store or replace."""
        ...

    def of_helpdesk(self, helpdesk_id: str) -> Mapping[str, Credential]:
        """All credentials of a helpdesk by the SHA-256 of their token."""
        ...


class Executions(Protocol):
    """The executions of the ticket state machine."""

    def start(self, key: TicketKey, generation: int) -> None:
        """Start the execution of a ticket's generation; harmless when it has been started before."""
        ...

    def wake(self, task_token: str) -> None:
        """End the wait that a token stands for; harmless when it is over."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """A notice ready for SNS: a topic, and the text for each protocol."""

    topic: str
    subject: str
    email: str
    sms: str
    data: Mapping[str, Any]
    attributes: Mapping[str, str]


class Notifier(Protocol):
    """Topics and what is published to them."""

    def publish(self, message: Message) -> str:
        """Hand a message to SNS and return its MessageId."""
        ...

    def subscribe(self, topic: str, channels: Iterable[tuple[str, str]]) -> None:
        """Create the topic if needed and make (protocol, address) pairs its subscriptions, no more and no fewer."""
        ...


class Messages(Protocol):
    """Notices in words."""

    def render(self, notice: Mapping[str, Any], ticket: Ticket, now: datetime) -> Message:
        """The message that tells a notice to its recipient."""
        ...


class ReminderMessages(Protocol):
    """Reminders of a contract's dates in words."""

    def render(self, helpdesk_id: str, version: ContractVersion, reminder: Reminder, now: datetime) -> Message:
        """The message that reminds the team that the contract names."""
        ...


class Links(Protocol):
    """Signed acknowledgement links."""

    def sign(self, claims: Mapping[str, Any]) -> str:
        """An URL that carries the claims and cannot be forged."""
        ...

    def read(self, signed: str) -> Mapping[str, Any] | None:
        """The claims of the last part of such an URL; None when it is forged or damaged."""
        ...


@dataclass(frozen=True, slots=True)
class DayOff:
    """A date that an event of a feed closes: the event's name, and its id there."""

    day: date
    name: str
    event_id: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An event of a feed that closes nothing, and why."""

    name: str
    why: str


class HolidayFeeds(Protocol):
    """Calendars that others publish."""

    def read(self, text: str, years: range, include_free: bool) -> tuple[list[DayOff], list[LeftOut]]:
        """The days off in `years`, and every event that makes none; ValueError for a text that is no calendar.

        Events that are marked as free time make days off only with `include_free`.
        """
        ...
