"""Periods of reports: weeks, months and quarters of a calendar on the wall."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Literal, NamedTuple

from tocsin.domain.calendars.business_hours import load_zone
from tocsin.domain.contracts.term import months_after
from tocsin.domain.values.instants import FIRST_YEAR, LAST_YEAR

PeriodKind = Literal["week", "month", "quarter"]

_PERIOD = re.compile(r"(?P<year>\d{4})-(?:Q(?P<quarter>[1-4])|W(?P<week>\d\d)|(?P<month>\d\d))", re.ASCII)


class Period(NamedTuple):
    """Local dates from `first` to before `end`."""

    kind: PeriodKind
    name: str
    first: date
    end: date

    def bounds(self, timezone: str) -> tuple[datetime, datetime]:
        """The instants at which it begins and ends in a zone, half-open, in UTC."""
        zone = load_zone(timezone)
        start, end = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (self.first, self.end))
        return start, end


def parse_period(text: str) -> Period:
    """`2026-03`, `2026-Q1` or the ISO week `2026-W13`. Raises ValueError for anything else."""
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise ValueError("is not a period; write a month 2026-03, a quarter 2026-Q1 or a week 2026-W13")
    year = int(match["year"])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}; check the year")
    try:
        if match["week"]:
            monday = date.fromisocalendar(year, int(match["week"]), 1)
            return Period("week", text, monday, date.fromordinal(monday.toordinal() + 7))
        if match["quarter"]:
            first = date(year, int(match["quarter"]) * 3 - 2, 1)
            return Period("quarter", text, first, months_after(first, 3))
        first = date(year, int(match["month"]), 1)
        return Period("month", text, first, months_after(first, 1))
    except ValueError:
        raise ValueError(f"{text!r} does not exist; check the month or the week") from None
