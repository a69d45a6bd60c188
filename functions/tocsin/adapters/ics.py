"""Days off out of iCalendar texts (RFC 5545): what all-day events close, and why the other events close nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from dateutil.rrule import rrulestr
from icalendar import Event
from icalendar.prop import vRecur

from tocsin.adapters.ics_events import LONGEST_TEXT, check_readable, date_of, events_in, text_of
from tocsin.domain.calendars.days_off import DayOff, LeftOut
from tocsin.domain.values.instants import FIRST_YEAR

DAY = timedelta(days=1)
A_YEAR = timedelta(days=366)
MOST_DAYS = 4000
"""As many closed dates as a calendar of a contract may have."""

MOST_DAYS_A_YEAR = 31
"""What repeats more often is no holiday."""

OF_A_RULE = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"})
OF_A_YEAR = frozenset({"BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYDAY", "BYSETPOS"})
_DEFAULTS = (("INTERVAL", [1]), ("COUNT", [None]), ("UNTIL", [None]))


class IcsFeeds:
    """`HolidayFeeds`."""

    def read(self, text: str, years: range, include_free: bool) -> tuple[list[DayOff], list[LeftOut]]:
        """See `HolidayFeeds.read`."""
        days_off: list[DayOff] = []
        left_out: list[LeftOut] = []
        events = events_in(text)
        moved: dict[str, set[date]] = defaultdict(set)
        for event in events:
            if uid := text_of(event, "UID"):
                moved[uid] |= _moved_from(event)
        for event in events:
            name, uid = text_of(event, "SUMMARY"), text_of(event, "UID")
            try:
                _check(event, include_free)
                days = _days(event, years, set() if _moved_from(event) else moved[uid])
            except (ValueError, OverflowError) as why:
                left_out.append(LeftOut(name, str(why)[:LONGEST_TEXT]))
            except (AttributeError, TypeError):  # the library believes what VALUE= says, such as a DURATION of a date
                left_out.append(LeftOut(name, "cannot be read: a property is of the wrong type"))
            else:
                days_off += [DayOff(day, name, uid) for day in sorted(days)]
            if len(days_off) > MOST_DAYS:
                raise ValueError(f"has more than {MOST_DAYS} days off; ask for fewer years")
        return days_off, left_out


def _moved_from(event: Event) -> set[date]:
    """The date in a series that an event takes the place of."""
    try:
        instead_of = event.RECURRENCE_ID
    except ValueError:  # it is left out for that
        return set()
    return {date_of(instead_of)} if instead_of else set()


def _check(event: Event, include_free: bool) -> None:
    check_readable(event)
    if not include_free and text_of(event, "TRANSP").upper() == "TRANSPARENT":
        raise ValueError("is marked as free time (TRANSP:TRANSPARENT), which closes only with include_free")


def _days(event: Event, years: range, moved: set[date]) -> set[date]:
    """The dates that an event closes; raises ValueError, with why, where there are none."""
    start, end = event.start, event.end
    if isinstance(start, datetime) or isinstance(end, datetime):
        raise ValueError(f"is not all day, but {_stretch(start, end)}; for a part of a day write special_days")
    length = max(end - start, DAY)  # some feeds end a day where it begins
    if end < start:
        raise ValueError("ends before it begins")
    if length > A_YEAR:
        raise ValueError(f"lasts {length.days} days, which is longer than a year")
    # What begins in the year before may last into the first one.
    starts = _starts(event, start, range(years.start - 1, years.stop)) - moved
    days = {first + number * DAY for first in starts for number in range(length.days)}
    if within := {day for day in days if day.year in years}:
        return within
    raise ValueError(f"has no day in the years {years[0]} to {years[-1]}")


def _stretch(start: date, end: date) -> str:
    if date_of(start) == date_of(end):
        return f"{start:%Y-%m-%d from %H:%M} to {end:%H:%M}"
    return f"from {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"


def _starts(event: Event, start: date, years: range) -> set[date]:
    starts = {start}
    if len(event.rrules) > 1:
        raise ValueError("repeats by more than one RRULE")
    for rule in event.rrules:
        starts |= set(_repeated(rule, start, years))
    for first, last in event.rdates:
        if last is not None:
            raise ValueError("repeats in periods (RDATE;VALUE=PERIOD)")
        starts.add(date_of(first))
    return {day for day in starts if day.year in years} - set(map(date_of, event.exdates))


def _repeated(rule: vRecur, start: date, years: range) -> Iterator[date]:
    """The dates of a yearly rule in `years`; of one that counts, all up to then."""
    if rule.get("FREQ") != ["YEARLY"]:
        raise ValueError(f"repeats {', '.join(rule.get('FREQ', ['never'])).lower()}; holidays repeat yearly")
    if unknown := rule.keys() - OF_A_RULE - OF_A_YEAR:
        raise ValueError(f"repeats by {', '.join(sorted(unknown))}; a year has {', '.join(sorted(OF_A_YEAR))}")
    (every, *_), (left, *_), (until, *_) = (rule.get(*part) for part in _DEFAULTS)
    if every < 1:
        raise ValueError(f"repeats every {every} years")
    if left and start.year < FIRST_YEAR:
        raise ValueError(f"counts its repetitions from {start.year} on, which is before {FIRST_YEAR}")
    for year in range(start.year, years.stop, every):
        if left is None and year not in years:
            continue
        for day in _in_year(rule, start, year):
            if day < start:
                continue
            if (until and day > date_of(until)) or left == 0:
                return
            left = left and left - 1
            yield day


def _in_year(rule: vRecur, start: date, year: int) -> list[date]:
    """The dates of a rule in one year.

    The library is asked year by year: it looks for the next date up to the year 9999, and of a rule that has none,
    such as every 30th of February, that takes seconds.
    """
    parts = {name: values for name, values in rule.items() if name in OF_A_YEAR}
    if not parts.keys() & {"BYMONTHDAY", "BYYEARDAY", "BYDAY"}:
        parts = {"BYMONTH": [start.month], **parts, "BYMONTHDAY": [start.day]}
    text = vRecur({"FREQ": ["YEARLY"], "INTERVAL": [9999], **parts}).to_ical().decode()
    try:
        days = list(islice(rrulestr(text, dtstart=datetime(year, 1, 1, tzinfo=UTC)), MOST_DAYS_A_YEAR + 1))
    except (ValueError, IndexError):  # that of a 99th Monday
        raise ValueError(f"repeats by a rule that cannot be read: {text}") from None
    if len(days) > MOST_DAYS_A_YEAR:
        raise ValueError(f"repeats on more than {MOST_DAYS_A_YEAR} days a year; close weekdays by weekly windows")
    return [day.date() for day in days]
