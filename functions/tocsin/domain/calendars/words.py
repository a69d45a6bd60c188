"""Calendars as a contract's text says them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from tocsin.domain.calendars.business_hours import MonthDay, Window
from tocsin.domain.calendars.calendar_terms import CalendarTerms
from tocsin.domain.calendars.holiday_terms import HolidayTerms
from tocsin.domain.calendars.notation import month_day, special_date, window_seconds
from tocsin.domain.values.markdown import TextTable
from tocsin.domain.values.wording import enumerated

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MIDNIGHT = 86_400
WHOSE_ZONE = {"customer": "the customer", "site": "the ticket's site", "team": "the first tier's team"}


def calendar_words(name: str, terms: CalendarTerms) -> Iterator[str | TextTable]:
    """The sentences about one calendar, and the table of its extraordinary days; `name` begins a sentence."""
    yield f"{name} are {_weekly(terms)}."
    yield f"{name} are in the time zone {_zone(terms)}."
    if isinstance(terms.holidays, str):
        yield f"{name} are closed on the holidays “{terms.holidays}”."
    elif terms.holidays.country:
        yield f"{name} are closed on {_public_holidays(terms.holidays)}."
    days = sorted([*_closed_days(terms.own_holidays), *_special_days(terms)])
    if days:
        yield f"{name} differ on these days; hours that a day has of its own apply even where it is a holiday:"
        yield TextTable(["Day", "Name", "Open"], [row for _, row in days])


def holidays_words(name: str, holidays: HolidayTerms) -> Iterator[str | TextTable]:
    """The sentences about a set of holidays."""
    own = sorted(_closed_days(holidays))
    parts = [_public_holidays(holidays)] if holidays.country else []
    parts += ["these days:"] if own else []
    yield f"The holidays “{name}” are {enumerated(parts) or 'none'}{'' if own else '.'}"
    if own:
        yield TextTable(["Day", "Name"], [(day, name) for _, (day, name, _) in own])


def window_words(windows: Sequence[Window]) -> str:
    """`from 09:00 to 12:00 and from 13:00 to 17:00`, `all day`, `closed`."""
    return enumerated(_window(opens, closes) for opens, closes in sorted(set(windows))) or "closed"


def _window(opens: int, closes: int) -> str:
    if closes == 0:  # the midnight at the end of the day, like 24:00
        closes = MIDNIGHT
    if (opens, closes) == (0, MIDNIGHT):
        return "all day"
    return f"from {_time(opens)} to {_time(closes)}" + (" the next day" if closes <= opens else "")


def _time(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}"


def _weekly(terms: CalendarTerms) -> str:
    windows: list[list[Window]] = [[] for _ in WEEKDAYS]
    for day, window in terms.windows():
        windows[day].append(window)
    hours = [window_words(each) for each in windows]
    if set(hours) == {"all day"}:
        return "around the clock"
    runs = [[*days] for _, days in groupby(range(len(WEEKDAYS)), hours.__getitem__)]
    opened = [f"{_days_words(run)} {hours[run[0]]}" for run in runs if hours[run[0]] != "closed"]
    closed = [_days_words(run) for run in runs if hours[run[0]] == "closed"]
    return "; ".join(opened) + (f"; closed on {enumerated(closed)}" if closed else "")


def _days_words(days: Sequence[int]) -> str:
    first, last = WEEKDAYS[days[0]], WEEKDAYS[days[-1]]
    if len(days) == len(WEEKDAYS):
        return "every day"
    return first if first == last else f"{first} {'and' if len(days) == 2 else 'to'} {last}"


def _zone(terms: CalendarTerms) -> str:
    source = terms.timezone
    if isinstance(source, str):
        return source
    return f"of {WHOSE_ZONE[source.of]}, or in {source.otherwise} where that is not known"


def _public_holidays(holidays: HolidayTerms) -> str:
    where = f"{holidays.country}, subdivision {holidays.subdivision}" if holidays.subdivision else holidays.country
    return f"the public holidays of {where}"


DayRow = tuple[tuple[bool, str], tuple[str, str, str]]
"""Of the table of days, after what it is sorted by: those of every year first, then by date."""


def _closed_days(holidays: HolidayTerms) -> Iterator[DayRow]:
    for day, name in holidays.yearly.items():
        yield _row(month_day(day), name, "closed")
    for closed, name in holidays.dates.items():
        yield _row(closed, name, "closed")


def _special_days(terms: CalendarTerms) -> Iterator[DayRow]:
    for special, hours in terms.special_days.items():
        yield _row(special_date(special), hours.name, window_words([window_seconds(each) for each in hours.open]))


def _row(day: date | MonthDay, name: str, hours: str) -> DayRow:
    if isinstance(day, date):
        return (True, day.isoformat()), (f"{day:%a} {day}", name, hours)
    month, number = day
    yearly = f"{number} {date(2024, month, 1):%B}, " + ("in leap years" if day == (2, 29) else "every year")
    return (False, f"{month:02}-{number:02}"), (yearly, name, hours)
