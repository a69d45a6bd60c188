"""From what a helpdesk reports to the event that is recorded, and the texts that are kept beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tocsin.domain.tickets.attributes import ATTRIBUTES
from tocsin.domain.tickets.codec import StoredEvent, event_of, written
from tocsin.domain.tickets.commands import Command, OpenTicket
from tocsin.domain.tickets.events import Actor, AnyEvent, Opened, Recurrence
from tocsin.domain.tickets.texts import TEXT_NAMES, Texts, digests_of

_ENVELOPE = {"ticket_id", "recurrence_of", "type", "occurred_at", "opened_at", "actor"}


def reported(command: Command, sequence: int, occurred_at: datetime, now: datetime) -> tuple[AnyEvent, Texts]:
    """The event of a command, recorded now under that sequence number, and what was said at length."""
    return _event(command, command.type, sequence, occurred_at, now)


def opened(
    command: OpenTicket,
    occurred_at: datetime,
    now: datetime,
    *,
    version: int,
    team_timezone: str | None,
    recurrence: Recurrence | None = None,
) -> tuple[AnyEvent, Texts]:
    """The first event of a ticket, with the contract version, the team's zone and the recurrence that it pins."""
    pinned = {"contract_version": version, **({"team_timezone": team_timezone} if team_timezone else {})}
    if recurrence:
        pinned["recurrence"] = written(recurrence)
    return _event(command, Opened.type, 1, occurred_at, now, **pinned)


def _event(
    command: Command | OpenTicket, kind: str, sequence: int, occurred_at: datetime, now: datetime, **pinned: Any
) -> tuple[AnyEvent, Texts]:
    said = command.model_dump(mode="json", exclude=_ENVELOPE, exclude_none=True) | pinned
    texts = {name: said.pop(name) for name in TEXT_NAMES if name in said}
    # `channel` of a formal notification is no attribute of the ticket.
    if kind in {"opened", "attributes_changed"}:
        said["attributes"] = {name: said.pop(name) for name in ATTRIBUTES if name in said}
    actor = Actor(command.actor.kind, command.actor.id)
    details = {**said, "texts": digests_of(texts)}
    return event_of(StoredEvent(kind, sequence, occurred_at, now, actor, details)), texts
