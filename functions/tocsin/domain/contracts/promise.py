"""A promise: a target with its calendar and its warnings; `tocsin.domain.contracts.countdown` says when it is due."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from tocsin.domain.calendars.calendar import BusinessCalendar
from tocsin.domain.contracts.metrics import Metric
from tocsin.domain.values.instants import BusinessDays, parse_duration, short_duration

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

Amount = timedelta | BusinessDays
"""Of time: open time, or business days."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised for one metric: the target in open time, or the end of the N-th business day."""

    metric: Metric
    target: Amount
    calendar: BusinessCalendar
    warn_at: tuple[Threshold | BusinessDays, ...]
    warnings_in: BusinessCalendar | None = None
    """Outside it warnings wait for its next opening."""

    def same_unit(self, other: Promise) -> bool:
        """Whether both count open time, business days or calendar days."""
        return type(self.target) is type(other.target)

    def same_target(self, other: Promise) -> bool:
        """Whether they differ in nothing but the hours in which they count, if at all."""
        return self.same_unit(other) and self.target == other.target
