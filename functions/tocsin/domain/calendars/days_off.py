"""What a feed of holidays says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


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
