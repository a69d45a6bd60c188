"""The term of a contract in dates. All of them are days that still belong to it."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple


class Term(NamedTuple):
    """The first day, the last day, the last day for giving notice, the last day on which tickets are measured."""

    begins_on: date
    ends_on: date
    notice_by: date | None
    measured_until: date

    def as_json(self) -> dict[str, str | None]:
        """By name; null where there is none."""
        return {name: day and day.isoformat() for name, day in self._asdict().items()}


def term_of(begins_on: date, months: int, notice_days: int | None = None, transition_days: int = 0) -> Term:
    """The dates of a term that begins with a day and lasts so many months.

    It ends on the day before the one of the same number, so from 1 January to 31 December; where there is none of
    that number, with the month: 31 January and a month end on the last of February. From `notice_by` to `ends_on` lie
    `notice_days`. Dates beyond those that there are become the first or the last of them.
    """
    after = months_after(begins_on, months)
    ends_on = _shifted(after, -1) if after.day == begins_on.day and after < date.max else after
    notice_by = None if notice_days is None else _shifted(ends_on, -notice_days)
    return Term(begins_on, ends_on, notice_by, _shifted(ends_on, transition_days))


def months_after(day: date, months: int) -> date:
    """The day of the same number so many months later; the last of its month where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _shifted(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min
