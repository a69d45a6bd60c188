"""When a business is open, year by year: wall-clock opening hours turned into stretches of UTC.

The only place where time zones matter. Wall times resolve as PEP 495 with `fold=0`, RFC 5545 section 3.3.5 and
Temporal's `compatible` agree: a time that does not exist moves forward by the gap, one that happens twice is the first.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import resources
from itertools import chain
from operator import itemgetter
from types import MappingProxyType
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]  # [opens, closes), aware UTC
Window = tuple[int, int]  # (opens, closes) in seconds since local midnight
Holidays = Callable[[int], Mapping[date, str]]

NO_SPECIAL_DAYS: Mapping[date, Sequence[Window]] = MappingProxyType({})
DAY = timedelta(days=1)
DAY_SECONDS = 86_400
WEEK = range(7)
YEARS = range(1900, 2201)  # a mistyped year must not fill the memory with the hours of all years up to it
FOUR_DAYS = timedelta(days=4)
SEVEN_DAYS = timedelta(days=7)
EIGHT_DAYS = timedelta(days=8)

_WallWindow = tuple[timedelta, timedelta]  # since local midnight; closes > opens, at most 48 h
_opens_of = itemgetter(0)
_closes_of = itemgetter(1)


def no_holidays(_year: int) -> Mapping[date, str]:
    """The holidays of a business that has none."""
    return {}


_ZONE_NAME = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", re.ASCII)


@cache
def load_zone(name: str) -> ZoneInfo:
    """The IANA time zone `name`, such as `Europe/Berlin`; ValueError if there is none.

    Read from the pinned tzdata package and never from the machine, so that a deadline is the same everywhere.
    """
    if not _ZONE_NAME.fullmatch(name):
        raise ValueError(f"unknown time zone {name!r}")
    try:
        with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
    except (OSError, ValueError):
        raise ValueError(f"unknown time zone {name!r}") from None


def union(spans: Iterable[Span]) -> list[Span]:
    """The same time as sorted stretches that neither overlap nor touch; empty stretches are dropped."""
    merged: list[Span] = []
    for span in sorted(spans):
        opens, closes = span
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(closes, merged[-1][1]))
        elif opens < closes:
            merged.append(span)
    return merged


class BusinessHours:
    """Weekly opening hours in one time zone, less its holidays; arguments as in `BusinessCalendar`.

    A shift belongs to the local date on which it starts. A holiday closes its date from 00:00 to 24:00 and nothing
    else: the tail that an overnight shift leaves on the next date stays open. A special day replaces the shifts that
    start on its date and keeps the date from being a holiday. A date the zone skipped has no shifts.
    """

    def __init__(
        self,
        timezone: str,
        weekly: Mapping[int, Sequence[Window]],
        holidays: Holidays,
        special_days: Mapping[date, Sequence[Window]],
    ) -> None:
        if unknown := [weekday for weekday in weekly if weekday not in WEEK]:
            raise ValueError(f"weekdays are 0 (Monday) to 6 (Sunday), not {unknown}")
        self.zone = load_zone(timezone)
        self._weekly = [_wall_windows(weekly.get(weekday, ())) for weekday in WEEK]
        self._week = [
            (weekday * DAY + opens, weekday * DAY + closes)
            for weekday, windows in enumerate(self._weekly)
            for opens, closes in windows
        ]
        self._special_days = {day: _wall_windows(windows) for day, windows in special_days.items()}
        self._weeks_with_special_days = {_monday(day) for day in special_days}
        self._ask_holidays = holidays
        self._holidays: dict[int, Mapping[date, str]] = {}
        self._last_special_opening = max((day for day, windows in special_days.items() if windows), default=date.min)

    def local_date(self, at: datetime) -> date:
        """The date on the wall at an instant."""
        return at.astimezone(self.zone).date()

    def year_start(self, year: int) -> datetime:
        """The first instant of a local year; OverflowError outside the years 1900 to 2200."""
        if year not in YEARS:
            raise OverflowError(f"business hours of the year {year} are out of range")
        return self._midnight(date(year, 1, 1))

    def open_in(self, year: int) -> list[Span]:
        """The open time of a local year, sorted and disjoint."""
        # The shift of the evening before reaches into the year, that of its own last evening beyond it.
        mondays = list(_mondays(date(year - 1, 12, 31), date(year, 12, 31)))
        spans = union(chain.from_iterable(map(self._shifts_of_week, mondays)))
        _cut(spans, self._midnight(mondays[0]), self.year_start(year))
        for day in self.holidays(year):
            if self._is_closed(day):
                _cut(spans, self._midnight(day), self._midnight(day + DAY))
        _cut(spans, self.year_start(year + 1), self._midnight(mondays[-1] + EIGHT_DAYS + DAY))
        return spans

    def closing(self, day: date) -> datetime | None:
        """When the last shift that starts on a local date ends; None if the date is closed or no shift starts on it."""
        if self._is_closed(day):
            return None
        closing = max((closes for opens, closes in self._shifts(day) if closes > opens), default=None)
        if closing and self._is_closed(day + DAY):
            return min(closing, self._midnight(day + DAY))
        return closing

    def holidays(self, year: int) -> Mapping[date, str]:
        """Names of the holidays of a local year, asked for once."""
        if year not in self._holidays:
            named = self._ask_holidays(year)
            self._holidays[year] = {day: name for day, name in named.items() if day.year == year}
        return self._holidays[year]

    def has_special_opening_after(self, day: date) -> bool:
        """Whether a special day after `day` has opening hours, however far away."""
        return self._last_special_opening > day

    def _is_closed(self, day: date) -> bool:
        return day in self.holidays(day.year) and day not in self._special_days

    def _shifts_of_week(self, monday: date) -> list[Span]:
        midnight = self._wall_midnight(monday)
        # A week's shifts reach eight days far, and no zone ever changed its clocks there and back within four days. So
        # where the offset is the same at three such points, the wall clock runs evenly and plain addition will do.
        even = midnight.utcoffset() == (midnight + FOUR_DAYS).utcoffset() == (midnight + EIGHT_DAYS).utcoffset()
        if even and monday not in self._weeks_with_special_days:
            midnight = midnight.astimezone(UTC)
            return [(midnight + opens, midnight + closes) for opens, closes in self._week]
        return [shift for number in WEEK for shift in self._shifts(monday + number * DAY)]

    def _shifts(self, day: date) -> list[Span]:
        """The shifts that start on a local date, which may overlap, or be empty where the clocks skip them."""
        midnight = self._wall_midnight(day)
        if midnight.astimezone(UTC) == (midnight + DAY).astimezone(UTC):  # the zone skipped the date
            return []
        windows = self._special_days.get(day, self._weekly[day.weekday()])
        return [((midnight + opens).astimezone(UTC), (midnight + closes).astimezone(UTC)) for opens, closes in windows]

    def _midnight(self, day: date) -> datetime:
        return self._wall_midnight(day).astimezone(UTC)

    def _wall_midnight(self, day: date) -> datetime:
        # In the zone: what is added to it moves the hands of the wall clock, and only then astimezone asks the zone.
        return datetime.combine(day, time.min, self.zone)


def _monday(day: date) -> date:
    return day - day.weekday() * DAY


def _mondays(first: date, last: date) -> Iterator[date]:
    """The Mondays of the weeks that have a date in [first, last]."""
    monday = _monday(first)
    while monday <= last:
        yield monday
        monday += SEVEN_DAYS


def _wall_windows(windows: Sequence[Window]) -> list[_WallWindow]:
    return [_wall_window(opens, closes) for opens, closes in windows]


def _wall_window(opens: int, closes: int) -> _WallWindow:
    if not (0 <= opens < DAY_SECONDS and 0 <= closes <= DAY_SECONDS):
        raise ValueError(f"not a window of one day in seconds since midnight: {(opens, closes)}")
    if closes <= opens:  # overnight, or 24 hours
        closes += DAY_SECONDS
    return timedelta(seconds=opens), timedelta(seconds=closes)


def _cut(spans: list[Span], begins: datetime, ends: datetime) -> None:
    """Take [begins, ends) out of sorted, disjoint spans, in place."""
    first = bisect_right(spans, begins, key=_closes_of)
    last = bisect_left(spans, ends, key=_opens_of)
    if first < last:
        before, after = (spans[first][0], begins), (ends, spans[last - 1][1])
        spans[first:last] = [span for span in (before, after) if span[0] < span[1]]
