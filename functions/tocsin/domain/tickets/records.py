"""What is stored of a ticket beside its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tocsin.domain.tickets.events import AnyEvent
from tocsin.domain.values.identifiers import TicketKey


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

    events: list[AnyEvent]
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
