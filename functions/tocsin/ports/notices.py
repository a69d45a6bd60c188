"""Notices in words, and the way to whom they concern."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from tocsin.domain.contracts.reminders import Reminder
from tocsin.domain.contracts.version import ContractVersion
from tocsin.domain.notices.message import Message
from tocsin.domain.tickets.ticket import Ticket


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
        """A short URL that stands for the claims, `until` among them, and cannot be forged."""
        ...

    def read(self, token: str) -> Mapping[str, Any] | None:
        """The claims for the last part of such an URL; None when it is forged, damaged or long expired."""
        ...
