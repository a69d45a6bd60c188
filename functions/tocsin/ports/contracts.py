"""Contract versions, and the reminders of their dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from tocsin.domain.contracts.reminders import SentReminder
from tocsin.domain.contracts.version import ContractVersion
from tocsin.ports.subscriptions import Watchable


class Contracts(Watchable, Protocol):
    """Contract versions; the subscriptions of their customers are watched."""

    def get(self, helpdesk_id: str, contract_id: str, version: int | None = None) -> ContractVersion | None:
        """A version, or the newest."""
        ...

    def put(self, helpdesk_id: str, version: ContractVersion) -> None:
        """Store the next version, and have its reminders looked at; SequenceConflict when that number is taken."""
        ...

    def look_again(self, helpdesk_id: str, contract_id: str, at: datetime) -> None:
        """Look at the customer's subscriptions again at an instant."""
        ...

    def listed(self, helpdesk_id: str, limit: int, cursor: str | None) -> tuple[list[ContractVersion], str | None]:
        """The newest version of each contract, and the cursor to the rest."""
        ...


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
