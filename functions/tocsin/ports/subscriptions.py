"""Whose subscriptions are watched, and when each is looked at next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol


class Watchable(Protocol):
    """Teams, or contracts with channels of the customer: each is looked at once it was put."""

    def to_look_at(self, now: datetime) -> Iterator[tuple[str, str]]:
        """Helpdesk and id of each whose subscriptions are to be looked at by now."""
        ...
