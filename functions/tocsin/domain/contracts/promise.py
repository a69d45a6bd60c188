"""A promise: a target with its calendar and its warnings, everything needed to say when something is due."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from tocsin.domain.calendars.calendar import BusinessCalendar, Interval
from tocsin.domain.contracts.metrics import Metric
from tocsin.domain.instants import BusinessDays, parse_duration, short_duration

NOTHING = timedelta()
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

    def due_at(
        self,
        counts_from: datetime,
        pauses: Sequence[Interval],
        used: Amount = NOTHING,
        after: date | None = None,
    ) -> datetime | None:
        """When the target is used up, of which some may have been before; None while a pause is open by then.

        `counts_from` where nothing was left. Business days count `after` a date, which is that of `counts_from` when
        left out.
        """
        return self._when(self.target, counts_from, pauses, used, after)

    def used(
        self, counts_from: datetime, at: datetime, pauses: Sequence[Interval], after: date | None = None
    ) -> Amount:
        """How much counts between two instants, in the unit of the target."""
        if isinstance(self.target, BusinessDays):
            return BusinessDays(len(self.calendar.business_days(counts_from, at, pauses, after)))
        return self.calendar.elapsed(counts_from, at, pauses)

    def warnings(
        self,
        counts_from: datetime,
        pauses: Sequence[Interval],
        due_at: datetime | None,
        used: Amount = NOTHING,
        given: frozenset[str] | set[str] = frozenset(),
        by_hand: bool = False,
        after: date | None = None,
    ) -> list[tuple[str, datetime]]:
        """Each warning not yet `given`, as the contract writes it, with its instant; none at or after the deadline.

        Where the deadline is no amount of open time, because it is a business day or was set by hand, shares are
        shares of the open time that there is until then.
        """
        found = []
        for threshold in self.warn_at:
            if (label := _label(threshold)) not in given:
                if isinstance(threshold, BusinessDays):
                    at = None if by_hand else self._when(threshold, counts_from, pauses, used, after)
                elif by_hand or isinstance(self.target, BusinessDays):
                    at = self._before(due_at, threshold, counts_from, pauses)
                else:
                    warned = threshold.used_at(self.target)
                    at = self._when(warned, counts_from, pauses, used) if warned > NOTHING else None
                if at is not None and self.warnings_in is not None:
                    at = self.warnings_in.next_opening(at)
                if at is not None and (due_at is None or at < due_at):
                    found.append((label, at))
        return found

    def _before(
        self, due_at: datetime | None, threshold: Threshold, counts_from: datetime, pauses: Sequence[Interval]
    ) -> datetime | None:
        if due_at is None:
            return None
        warned = threshold.used_at(self.calendar.elapsed(counts_from, due_at, pauses))
        return self.calendar.deadline(counts_from, warned, pauses) if warned > NOTHING else None

    def _when(
        self,
        amount: Amount,
        counts_from: datetime,
        pauses: Sequence[Interval],
        used: Amount,
        after: date | None = None,
    ) -> datetime | None:
        if isinstance(amount, BusinessDays):
            days = amount - (used if isinstance(used, BusinessDays) else 0)
            return self.calendar.end_of_business_day(counts_from, days, pauses, after) if days > 0 else counts_from
        left = amount - used if isinstance(used, timedelta) else amount
        return self.calendar.deadline(counts_from, left, pauses) if left > NOTHING else counts_from


def _label(threshold: Threshold | BusinessDays) -> str:
    return f"{int(threshold)}bd" if isinstance(threshold, BusinessDays) else str(threshold)
