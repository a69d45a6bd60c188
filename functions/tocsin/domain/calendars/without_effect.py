"""Entries of a calendar that others hide: refused when a contract is put, since somebody meant something by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tocsin.domain.calendars.calendar_terms import CalendarTerms
from tocsin.domain.calendars.notation import WEEKDAYS, month_day, special_date, weekdays, window_seconds
from tocsin.domain.values.faults import Fault

DAY_SECONDS = 86_400


def without_effect(terms: CalendarTerms) -> Iterator[Fault]:
    """A fault for each entry that changes nothing, with its path inside the calendar."""
    yield from _hidden_keys(terms)
    yield from _closed_and_open(terms)
    for key, windows in terms.weekly.items():
        yield from _windows_inside_others(f"weekly.{key}", windows)
    for day, special in terms.special_days.items():
        yield from _windows_inside_others(f"special_days.{day}.open", special.open)
    yield from _holidays_with_hours(terms)


def _hidden_keys(terms: CalendarTerms) -> Iterator[Fault]:
    """Keys of `weekly` of whose days none has their hours."""
    saying = terms.keys_by_weekday()
    for key in terms.weekly:
        named = weekdays(key)
        if not any(key in saying[day] for day in named):
            others = ", ".join(dict.fromkeys(other for day in named for other in saying[day]))
            why = "has no effect, since each of its days has the hours of a key that names fewer days"
            yield Fault(f"weekly.{key}", f"{why}: {others}; leave it out")


def _closed_and_open(terms: CalendarTerms) -> Iterator[Fault]:
    """Keys that close a day to which another key, that names as many days, gives hours."""
    for day, keys in terms.keys_by_weekday().items():
        opening = next((key for key in keys if terms.weekly[key]), None)
        for key in keys:
            if opening is not None and not terms.weekly[key]:
                name = WEEKDAYS[day]
                remedy = "leave one of them out" if len(weekdays(key)) == 1 else f"give {name} a key of its own"
                why = f"is closed, but {opening} names as many days and is open on {name}"
                yield Fault(f"weekly.{key}", f"{why}; {remedy}")


def _windows_inside_others(path: str, windows: Sequence[str]) -> Iterator[Fault]:
    """Of equal ones the first has an effect."""
    spans = [_span(window) for window in windows]
    for number, (opens, closes) in enumerate(spans):
        for other, (begins, ends) in enumerate(spans):
            inside = begins <= opens and closes <= ends
            if inside and (other < number or (other > number and spans[other] != spans[number])):
                yield Fault(f"{path}.{number}", f"has no effect: {windows[other]} contains it; leave it out")
                break


def _span(window: str) -> tuple[int, int]:
    """In seconds since the midnight before it opens."""
    opens, closes = window_seconds(window)
    return opens, closes if closes > opens else closes + DAY_SECONDS


def _holidays_with_hours(terms: CalendarTerms) -> Iterator[Fault]:
    """Those listed in the calendar itself: public ones, and those of a set, are there for others as well."""
    special = {special_date(day): day for day in terms.special_days}
    own: Mapping[str, str | None] = {
        **{f"dates.{day}": special.get(day) or special.get((day.month, day.day)) for day in terms.own_holidays.dates},
        **{f"yearly.{day}": special.get(month_day(day)) for day in terms.own_holidays.yearly},
    }
    for path, hours in own.items():
        if hours is not None:
            why = f"has no effect, since `special_days` has {hours}; leave out one of the two"
            yield Fault(f"holidays.{path}", why)
