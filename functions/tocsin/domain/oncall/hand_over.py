"""Hand-overs: when one turn ends and the next begins, by the clock on the wall of a zone."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from tocsin.domain.calendars.notation import WEEKDAYS, LocalTime
from tocsin.domain.calendars.wall_time import instant_at
from tocsin.domain.values.document import Part, WholeNumber

Unit = Literal["hours", "days", "weeks", "months"]
STEPS = {"hours": timedelta(hours=1), "days": timedelta(days=1), "weeks": timedelta(weeks=1)}


class HandOver(Part):
    """How often a turn ends, and at what time of the day."""

    every: Annotated[WholeNumber, Field(ge=1, le=366)] = 1
    unit: Unit
    at: LocalTime = time(9)
    weekday: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] | None = Field(
        None, description="of weekly hand-overs; that of the first day when left out"
    )

    @model_validator(mode="after")
    def _only_weeks_have_a_weekday(self) -> HandOver:
        if self.weekday and self.unit != "weeks":
            raise ValueError("has a `weekday`, which only a hand-over by weeks can have")
        return self


@dataclass(frozen=True, slots=True)
class Turns:
    """Turns that are numbered from 0; each begins with a hand-over and ends with the next one.

    `first` is when turn 0 begins, on the wall. A hand-over that a change of the clocks skips happens later by as much
    as they move, one that comes twice the first time. A turn that by this would end before it begins has no time.
    """

    zone: ZoneInfo
    first: datetime
    every: int
    unit: Unit

    @classmethod
    def of(cls, hand_over: HandOver, starts_on: date, zone: ZoneInfo) -> Turns:
        """Those that begin on a date; with a weekday, on the last one that is not after it."""
        since = (starts_on.weekday() - WEEKDAYS.index(hand_over.weekday)) % 7 if hand_over.weekday else 0
        first = datetime.combine(starts_on - timedelta(days=since), hand_over.at)
        return cls(zone, first, hand_over.every, hand_over.unit)

    def at(self, instant: datetime) -> int:
        """The number of the turn at an instant; 0 before the first one begins."""
        number = max(self._about(instant.astimezone(self.zone).replace(tzinfo=None)), 0)
        # Around a change of the clocks, and within a month, the estimate is a few off.
        while number and self._begins(number) > instant:
            number -= 1
        while self._begins(number + 1) <= instant:
            number += 1
        return number

    def between(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, int]]:
        """Beginning, end and number of each turn in [start, end), cut to it; `start` is not before the first turn."""
        numbers = range(self.at(start), self.at(end) + 1)
        # A turn is over as soon as any later one has begun, and hand-overs that were skipped may be out of order.
        begins = list(accumulate(map(self._begins, reversed(numbers)), min))[::-1]
        for number, began, ends in zip(numbers, [start, *begins[1:]], [*begins[1:], end], strict=True):
            if began < ends:
                yield began, ends, number

    def _begins(self, number: int) -> datetime:
        amount = number * self.every
        wall = _months_after(self.first, amount) if self.unit == "months" else self.first + amount * STEPS[self.unit]
        return instant_at(wall, self.zone)

    def _about(self, wall: datetime) -> int:
        """The number of the turn at a time on the wall, if its clock ran evenly; of months, that one or the next."""
        if self.unit == "months":
            return ((wall.year - self.first.year) * 12 + wall.month - self.first.month) // self.every
        return (wall - self.first) // (self.every * STEPS[self.unit])


def _months_after(wall: datetime, months: int) -> datetime:
    """The same day and time so many months later, or the last day of that month where it has no such day."""
    years, month = divmod(wall.month - 1 + months, 12)
    year, month = wall.year + years, month + 1
    return wall.replace(year=year, month=month, day=min(wall.day, monthrange(year, month)[1]))
