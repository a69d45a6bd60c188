"""When a business is open, year by year: wall-clock opening hours turned into stretches of UTC.

The only place where time zones matter. Wall times resolve as PEP 495 with `fold=0`, RFC 5545 section 3.3.5 and
Temporal's `compatible` agree: a time that does not exist moves forward by the gap, one that happens twice is the first.
"""

import re
from bisect import bisect_left, bisect_right
from calendar import isleap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, cached_property
from importlib import resources
from itertools import chain
from operator import itemgetter
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]  # [opens, closes), aware UTC
Window = tuple[int, int]  # (opens, closes) in seconds since local midnight; closing at or before opening is overnight
HolidaysOfYear = Callable[[int], Mapping[date, str]]
MonthDay = tuple[int, int]  # (12, 24); (2, 29) comes in leap years only


class SpecialDay(NamedTuple):
    """What replaces the weekly windows on a date; without windows no shift starts on it."""

    name: str
    windows: Sequence[Window]


SpecialDays = Mapping[date | MonthDay, SpecialDay]

NO_SPECIAL_DAYS: SpecialDays = MappingProxyType({})
DAY = timedelta(days=1)
TWO_DAYS = timedelta(days=2)
DAY_SECONDS = 86_400
WEEK = range(7)
YEARS = range(1900, 2201)  # a mistyped year must not fill the memory with the hours of all years up to it
FOUR_DAYS = timedelta(days=4)
TWO_WEEKS = timedelta(days=14)
# Since Monday, and since the Monday of the last evening of the year before up to a week that is all in the year after.
# Written out: to multiply a timedelta takes ten times as long as to add one.
DAYS_OF_A_WEEK = [timedelta(days=number) for number in WEEK]
WEEKS_OF_A_YEAR = [timedelta(weeks=number) for number in range(55)]

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
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
    reached = _LONG_AGO
    for span in sorted(spans):
        opens, closes = span
        if opens > reached:
            if opens < closes:
                merged.append(span)
                reached = closes
        elif closes > reached:
            merged[-1] = (merged[-1][0], closes)
            reached = closes
    return merged


class BusinessHours:
    """Weekly opening hours in one time zone, less its holidays; arguments as in `BusinessCalendar`.

    A shift belongs to the local date on which it starts. A holiday closes its date from 00:00 to 24:00 and nothing
    else: the tail that an overnight shift leaves on the next date stays open. A special day replaces the shifts that
    start on its date and keeps the date from being a holiday; one of a date wins over one of every year. A date the
    zone skipped has no shifts.
    """

    def __init__(
        self,
        timezone: str,
        weekly: Mapping[int, Sequence[Window]],
        holidays: HolidaysOfYear,
        special_days: SpecialDays,
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
        self._special_days = {day: (name, _wall_windows(windows)) for day, (name, windows) in special_days.items()}
        self._ask_holidays = holidays
        self._holidays: dict[int, Mapping[date, str]] = {}
        self._last_special_opening = max(
            (day if isinstance(day, date) else date.max for day, (_, windows) in special_days.items() if windows),
            default=date.min,
        )

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
        begins, ends = self.year_start(year), self.year_start(year + 1)
        # The shift of the evening before reaches into the year, that of its own last evening beyond it.
        first = date(year - 1, 12, 31)
        first -= first.weekday() * DAY
        spans = union(chain.from_iterable(self._weeks_of_shifts(first)))
        _cut(spans, self._midnight(first), begins)
        for day in self.holidays(year):
            if self._is_closed(day):
                _cut(spans, self._midnight(day), self._midnight(day + DAY))
        _cut(spans, ends, ends + TWO_WEEKS)
        return spans

    def closings_after(self, day: date) -> Iterator[tuple[date, datetime | None]]:
        """The local dates after `day`, endlessly, each with the instant at which its business is over.

        None if no business day ends with it: it is closed, no shift starts on it, or a shift of the date before is
        over as late.
        """
        closing = self._closing(day)
        while True:
            day, before = day + DAY, closing
            closing = self._closing(day)
            yield day, None if closing and before and closing <= before else closing

    def _closing(self, day: date) -> datetime | None:
        """When the last shift that starts on a local date ends; None if the date is closed or no shift starts on it."""
        if self._is_closed(day):
            return None
        closing = max((closes for opens, closes in self._shifts(day) if closes > opens), default=None)
        if closing and self._is_closed(day + DAY):
            return min(closing, self._midnight(day + DAY))
        return closing

    def open_at_least(self, year: int) -> timedelta:
        """A lower bound of the open time of a local year, found without building its hours.

        What a shift has after midnight is left out. The bound may be too high by the hours in which the clocks change.
        """
        first, days = date(year, 1, 1), 366 if isleap(year) else 365
        total = sum((self._open_on_weekdays[(first.weekday() + day) % 7] for day in range(days - 364)), timedelta())
        total += 52 * sum(self._open_on_weekdays, timedelta())
        for day in {*self.holidays(year), *self._special_days_of(year)}:
            total += self._open_on(day) - self._open_on_weekdays[day.weekday()]
        return total

    def _special_days_of(self, year: int) -> Iterator[date]:
        for day in self._special_days:
            if isinstance(day, date):
                if day.year == year:
                    yield day
            elif day != (2, 29) or isleap(year):
                yield date(year, *day)

    def _open_on(self, day: date) -> timedelta:
        if not self._special_day(day):
            return timedelta() if self._is_closed(day) else self._open_on_weekdays[day.weekday()]
        midnight = self._midnight(day + DAY)
        open_time = (min(closes, midnight) - opens for opens, closes in union(self._shifts(day)) if opens < midnight)
        return sum(open_time, timedelta())

    @cached_property
    def _open_on_weekdays(self) -> Sequence[timedelta]:
        return [_within_a_day(windows) for windows in self._weekly]

    def holidays(self, year: int) -> Mapping[date, str]:
        """Names of the holidays of a local year, asked for once."""
        if year not in self._holidays:
            named = self._ask_holidays(year)
            self._holidays[year] = {day: name for day, name in named.items() if day.year == year}
        return self._holidays[year]

    def special_day(self, day: date) -> str | None:
        """The name of the special day on a local date."""
        special = self._special_day(day)
        return special[0] if special else None

    def has_special_opening_after(self, day: date) -> bool:
        """Whether a special day after `day` has opening hours, however far away."""
        return self._last_special_opening > day

    def _is_closed(self, day: date) -> bool:
        return day in self.holidays(day.year) and not self._special_day(day)

    def _weeks_of_shifts(self, monday: date) -> Iterator[list[Span]]:
        """The shifts of each week from `monday` on, for a year."""
        midnight = self._wall_midnight(monday)
        midnights = [midnight + since for since in WEEKS_OF_A_YEAR]
        offsets = [(midnight.utcoffset(), (midnight + FOUR_DAYS).utcoffset()) for midnight in midnights]
        for midnight, (offset, later), following in zip(midnights, offsets, offsets[1:], strict=False):
            # A week's shifts reach eight days far, and no zone ever changed its clocks there and back within four days.
            # So where the offset is the same at four such points, the wall clock runs evenly and addition will do.
            even = offset == later and following == (offset, later)
            if even and not (self._special_days and self._has_special_day(midnight.date())):
                yield _placed(self._week, midnight)
            else:
                yield [shift for since in DAYS_OF_A_WEEK for shift in self._shifts(midnight.date() + since)]

    def _has_special_day(self, monday: date) -> bool:
        return any(self._special_day(monday + since) for since in DAYS_OF_A_WEEK)

    def _shifts(self, day: date) -> list[Span]:
        """The shifts that start on a local date, which may overlap, or be empty where the clocks skip them."""
        special = self._special_day(day)
        windows = special[1] if special else self._weekly[day.weekday()]
        midnight = self._wall_midnight(day)
        if midnight.utcoffset() == (midnight + TWO_DAYS).utcoffset():
            return _placed(windows, midnight)
        if midnight.astimezone(UTC) == (midnight + DAY).astimezone(UTC):  # the zone skipped the date
            return []
        return [((midnight + opens).astimezone(UTC), (midnight + closes).astimezone(UTC)) for opens, closes in windows]

    def _special_day(self, day: date) -> tuple[str, list[_WallWindow]] | None:
        return self._special_days.get(day) or self._special_days.get((day.month, day.day))

    def _midnight(self, day: date) -> datetime:
        return self._wall_midnight(day).astimezone(UTC)

    def _wall_midnight(self, day: date) -> datetime:
        # In the zone: what is added to it moves the hands of the wall clock, and only then astimezone asks the zone.
        return datetime.combine(day, time.min, self.zone)


def _placed(windows: Sequence[_WallWindow], midnight: datetime) -> list[Span]:
    """The windows after a midnight where the clock on the wall runs evenly, so that plain addition will do."""
    start = midnight.astimezone(UTC)
    return [(start + opens, start + closes) for opens, closes in windows]


def _within_a_day(windows: Sequence[_WallWindow]) -> timedelta:
    """How much of one date the windows that open on it cover."""
    day = datetime(2026, 1, 1, tzinfo=UTC)
    covered = union((day + opens, day + min(closes, DAY)) for opens, closes in windows)
    return sum((closes - opens for opens, closes in covered), timedelta())


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
