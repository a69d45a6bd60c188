"""Where *now* comes from, and how time is let pass."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where *now* comes from, and how time is let pass."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        ...

    def pause(self, at_most: timedelta) -> None:
        """Wait for a part of `at_most` that is drawn by lot, so that rivals who wait do not meet again."""
        ...
