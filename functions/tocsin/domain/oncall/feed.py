"""A calendar feed of a schedule, and what it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.domain.oncall.timetable import Shift


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of all shifts of a schedule, or of one person's; `feed_id` is the beginning of its token's SHA-256."""

    feed_id: str
    schedule_id: str
    member_id: str | None
    made_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class FeedContent:
    """What a feed shows at an instant: the schedule's name, shifts, and names of people by their ids."""

    schedule_id: str
    name: str
    shifts: Sequence[Shift]
    people: Mapping[str, str]
    at: datetime
