"""How contracts write hours, days and time zones: the texts, and what they mean."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, PlainValidator, WithJsonSchema

from tocsin.domain.calendars.business_hours import MonthDay, Window, load_zone
from tocsin.domain.values.instants import FIRST_YEAR, LAST_YEAR

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MONTH_DAY = re.compile(r"\d\d-\d\d", re.ASCII)
_A_LEAP_YEAR = 2024


def zone(name: str) -> str:
    """A time zone's name as it was written; raises ValueError for what is none."""
    try:
        load_zone(name)
    except ValueError:
        raise ValueError(f"{name!r} is not a time zone; write an IANA name such as Europe/Berlin") from None
    return name


def _seconds(text: str) -> int:
    match = _TIME.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a time of day; write 09:00, or 24:00 for the end of the day")
    return 86_400 if text == "24:00" else int(match[1]) * 3600 + int(match[2]) * 60


def window_seconds(text: str) -> Window:
    """`09:00-17:00` as seconds since local midnight; raises ValueError for what is not a window."""
    opens, dash, closes = text.partition("-")
    if not dash:
        raise ValueError(f"{text!r} is not a window; write opening and closing time, such as 09:00-17:00")
    if opens.strip() == "24:00":
        raise ValueError(f"{text!r} opens at 24:00; write 00:00 on the next day")
    return _seconds(opens.strip()), _seconds(closes.strip())


def weekdays(key: str) -> list[int]:
    """`mon`, `mon-fri`, `sat,sun` or `daily` as weekday numbers, Monday 0; raises ValueError for anything else."""
    if key == "daily":
        return list(range(7))
    days: list[int] = []
    for part in key.lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            raise ValueError(f"{key!r} is not a set of weekdays; write mon, mon-fri, sat,sun or daily")
        start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        days += [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]
    return days


def month_day(text: str) -> MonthDay:
    """`12-24` as month and day; raises ValueError for anything else."""
    try:
        day = _iso_date(f"{_A_LEAP_YEAR}-{text}")
    except ValueError:
        raise ValueError(f"{text!r} is not a day of the year; write month and day, such as 12-24") from None
    return day.month, day.day


def special_date(text: str) -> date | MonthDay:
    """`2026-12-24`, or `12-24` for every year; raises ValueError for anything else."""
    try:
        day = month_day(text) if _MONTH_DAY.fullmatch(text) else _iso_date(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date; write 2026-12-24, or 12-24 for every year") from None
    return _plausible(day) if isinstance(day, date) else day


def _iso_date(text: str) -> date:
    if not _DATE.fullmatch(text):  # Python knows dates by week as well
        raise ValueError
    return date.fromisoformat(text)


def _local_time(value: object) -> time:
    """`09:00`; an offset would contradict the zone that it is a time in."""
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d(:00)?", value, re.ASCII):
        raise ValueError("is not a time of day; write it as 09:00, without an offset")
    return time.fromisoformat(value)


def _readable_by(parse: Callable[[str], object]) -> AfterValidator:
    """Checks a text by reading it, and keeps it as it was written: the contract stays quotable."""

    def check(text: str) -> str:
        parse(text)
        return text

    return AfterValidator(check)


def _plausible(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}; check the year")
    return day


def _written_day(value: Any) -> date:
    # pydantic takes numbers for seconds since 1970, and instants at midnight for dates.
    try:
        return value if type(value) is date else _iso_date(value)
    except (TypeError, ValueError):
        raise ValueError("is not a date; write it as 2026-12-24") from None


Day = Annotated[date, BeforeValidator(_written_day)]
PlausibleDay = Annotated[Day, AfterValidator(_plausible)]
WindowText = Annotated[str, _readable_by(window_seconds)]
WeekdayNames = Annotated[str, _readable_by(weekdays)]
Zone = Annotated[str, AfterValidator(zone)]
LocalTime = Annotated[
    time,
    PlainValidator(_local_time),
    PlainSerializer(lambda at: f"{at:%H:%M}"),
    WithJsonSchema({"type": "string", "examples": ["09:00"]}),
]
YearlyDate = Annotated[str, _readable_by(month_day)]
SpecialDate = Annotated[str, _readable_by(special_date)]
