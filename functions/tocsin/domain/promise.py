"""A promise: a target with its calendar and its warnings, everything needed to say when something is due."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from tocsin.domain.calendar import BusinessCalendar, Interval
from tocsin.domain.instants import BusinessDays, parse_duration, short_duration
from tocsin.domain.metrics import Metric

_PERCENT = re.compile(r"(\d{1,2})%", re.ASCII)


@dataclass(frozen=True, slots=True)
class Threshold:
    """When to warn: after a share of the target (`75%`), or when so much of it is left (`30m left`)."""

    percent: int = 0
    left: timedelta = timedelta()

    def used_at(self, target: timedelta) -> timedelta:
        """How much of `target` is used up when this is reached; zero or less: the target is too short for it."""
        return target * self.percent / 100 if self.percent else target - self.left

    def __str__(self) -> str:
        """As the contract writes it."""
        return f"{self.percent}%" if self.percent else f"{short_duration(self.left)} left"


def parse_threshold(value: Any) -> Threshold:
    """`75%`, `30m` or `30m left`. Raises ValueError for anything else."""
    if isinstance(value, Threshold):
        return value
    text = value.strip() if isinstance(value, str) else ""
    if (match := _PERCENT.fullmatch(text)) and int(match[1]) > 0:
        return Threshold(percent=int(match[1]))
    try:
        return Threshold(left=parse_duration(text.removesuffix("left").strip()))
    except ValueError:
        raise ValueError(f"{value!r} is not a threshold; write a share from 1% to 99%, or time left: 30m") from None


WarnAt = Annotated[
    Threshold,
    PlainValidator(parse_threshold),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "examples": ["75%", "30m left"]}),
]


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised for one metric: the target in open time, or the end of the N-th business day."""

    metric: Metric
    target: timedelta | BusinessDays
    calendar: BusinessCalendar
    warn_at: tuple[Threshold | BusinessDays, ...]

    def due_at(self, started_at: datetime, pauses: Sequence[Interval]) -> datetime | None:
        """When the target is used up; None while a pause is open that began before that."""
        return self._instant(self.target, started_at, pauses)

    def warnings(
        self, started_at: datetime, pauses: Sequence[Interval], given: frozenset[str] | set[str] = frozenset()
    ) -> list[tuple[str, datetime]]:
        """Each warning not yet `given`, as the contract writes it, with its instant; none at or after the deadline."""
        found = []
        for threshold in self.warn_at:
            if (label := _label(threshold)) in given:
                continue
            if (used := self._used_at(threshold)) and (at := self._instant(used, started_at, pauses)):
                found.append((label, at))
        return found

    def _used_at(self, threshold: Threshold | BusinessDays) -> timedelta | BusinessDays | None:
        if isinstance(threshold, BusinessDays) or isinstance(self.target, BusinessDays):
            return threshold if isinstance(threshold, BusinessDays) else None
        used = threshold.used_at(self.target)
        return used if used > timedelta() else None

    def _instant(
        self, amount: timedelta | BusinessDays, start: datetime, pauses: Sequence[Interval]
    ) -> datetime | None:
        if isinstance(amount, BusinessDays):
            return self.calendar.end_of_business_day(start, amount)
        return self.calendar.deadline(start, amount, pauses)


def _label(threshold: Threshold | BusinessDays) -> str:
    return f"{int(threshold)}bd" if isinstance(threshold, BusinessDays) else str(threshold)
