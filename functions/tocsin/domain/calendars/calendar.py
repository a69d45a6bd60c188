"""Business-time arithmetic: when a target is due, and how much business time has passed.

Business time is real elapsed time inside the opening hours of one calendar, so a 22:00-06:00 shift lasts seven or nine
hours on the nights the clocks change. The rules of the opening hours themselves are in `business_hours`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate, islice, takewhile
from operator import itemgetter, sub
from typing import NamedTuple

from tocsin.domain.calendars.business_hours import (
    DAY_SECONDS,
    NO_SPECIAL_DAYS,
    WEEK,
    BusinessHours,
    HolidaysOfYear,
    SpecialDay,
    SpecialDays,
    Window,
    no_holidays,
    union,
)

__all__ = ["ALWAYS", "BusinessCalendar", "Interval", "NoOpenHours", "SpecialDay", "every_day", "no_holidays"]

_Pause = tuple[datetime, datetime | None]

_ZERO = timedelta(0)
_A_YEAR = timedelta(days=366)


class Interval(NamedTuple):
    """The half-open stretch of time [start, end), aware; an end of None is still open."""

    start: datetime
    end: datetime | None


class NoOpenHours(ValueError):
    """A calendar was asked when it opens next, and it stays closed for a year and for every special day after."""


@dataclass(frozen=True, slots=True)
class _OpenTime:
    """The open time of consecutive local years, as parallel lists with one entry a stretch.

    The table ends with an empty stretch at `ends`, so that every instant before `ends` has a stretch that closes
    after it. It holds datetimes and not integers: they compare and subtract as fast, and need no conversion.
    """

    years: range
    begins: datetime
    ends: datetime
    opens: list[datetime]
    closes: list[datetime]
    worked: list[timedelta]  # open time from `begins` to the opening of each stretch

    def worked_until(self, at: datetime) -> timedelta:
        """The open time from `begins` to `at`."""
        current = bisect_right(self.closes, at)
        opens = self.opens[current]
        return self.worked[current] + (at - opens) if at > opens else self.worked[current]

    def worked_between(self, start: datetime, end: datetime) -> timedelta:
        """The difference of the above, in one go; `end` is not before `start`."""
        opens, closes, worked = self.opens, self.closes, self.worked
        first = bisect_right(closes, start)
        last = bisect_right(closes, end, first)
        total = worked[last] - worked[first]
        if end > opens[last]:
            total += end - opens[last]
        if start > opens[first]:
            total -= start - opens[first]
        return total

    def earliest(self, worked: timedelta) -> datetime:
        """The first instant by which that much was worked, which may be a closing; more than none, at most all."""
        current = bisect_left(self.worked, worked) - 1
        return self.opens[current] + (worked - self.worked[current])

    def followed_by(self, later: "_OpenTime") -> "_OpenTime":
        total = self.worked[-1]
        return _OpenTime(
            range(self.years.start, later.years.stop),
            self.begins,
            later.ends,
            self.opens[:-1] + later.opens,
            self.closes[:-1] + later.closes,
            self.worked[:-1] + [total + worked for worked in later.worked],
        )


class BusinessCalendar:
    """The opening hours of one calendar, and the arithmetic of business time in it.

    weekly: weekday (Monday is 0) to windows (opens, closes), in seconds since local midnight. A window belongs to the
        weekday on which it opens; one that closes at or before its opening ends on the next date (equal: 24 hours);
        86400 is the end of the day. Windows may overlap and touch; each second counts once.
    holidays: a local year to the names of its holidays; called once for each year that is needed.
    special_days: windows that replace the weekly ones on a date or, every year, on a (month, day), for part-day
        holidays and extra openings. A date wins over a (month, day), and both over a holiday; no windows mean that no
        shift starts then.

    Datetimes must be aware (ValueError if not), come back in UTC and keep their microseconds. ValueError for an unknown
    time zone or an impossible window. Work is done when first needed, a year at a time; instances may be shared between
    threads. OverflowError for anything that needs hours outside the years 1900 to 2199.
    """

    def __init__(
        self,
        timezone: str,
        weekly: Mapping[int, Sequence[Window]],
        holidays: HolidaysOfYear = no_holidays,
        special_days: SpecialDays = NO_SPECIAL_DAYS,
    ) -> None:
        self.timezone = timezone
        self._hours = BusinessHours(timezone, weekly, holidays, special_days)
        # Replaced as a whole and never changed: a thread that loses a race builds a year again, and no more.
        self._table: _OpenTime | None = None

    def deadline(self, start: datetime, target: timedelta, pauses: Sequence[Interval] = ()) -> datetime | None:
        """The earliest instant with `target` of business time since `start`, outside the pauses.

        A target used up at closing time is due at that closing. A pause that begins exactly at the deadline does not
        move it. None if a pause that is still open begins before the deadline. A target of zero is due at the first
        open instant outside the pauses. NoOpenHours if the calendar closes for good first; ValueError if `target` is
        negative.
        """
        start = _utc(start)
        if target <= _ZERO:
            return self._first_counting_instant(start, target, pauses)
        table = self._covering(start, start)
        worked = table.worked_until(start) + target
        for begins, ends in _disjoint(pauses, start) if pauses else ():
            if (ends or begins) >= table.ends:
                table = self._table = self._extended(table, start, ends or begins)
            # A pause begins before the deadline where less was worked by then; what would be worked in it is on top.
            worked_before = table.worked_until(begins)
            if worked_before >= worked:
                break
            if ends is None:
                return None
            worked += table.worked_until(ends) - worked_before
        return self._earliest(table, worked)

    def elapsed(self, start: datetime, end: datetime, pauses: Sequence[Interval] = ()) -> timedelta:
        """The business time in [start, end) outside the pauses; zero if `end` is before `start`."""
        if not start.tzinfo is end.tzinfo is UTC:  # as it nearly always is; two calls would take a sixth of the time
            start, end = _utc(start), _utc(end)
        if end <= start:
            return _ZERO
        table = self._covering(start, end)
        worked = table.worked_between(start, end)
        if not pauses:
            return worked
        for begins, ends in _disjoint(pauses, start):
            if begins >= end:
                break
            worked -= table.worked_between(begins, end if ends is None else min(ends, end))
        return worked

    def is_open(self, at: datetime) -> bool:
        """Whether business time runs at `at`: true at an opening, false at a closing."""
        at = _utc(at)
        table = self._covering(at, at)
        return table.opens[bisect_right(table.closes, at)] <= at

    def open_at_least(self, year: int) -> timedelta:
        """A lower bound of the open time of a local year, but for the hours in which the clocks change.

        It costs a thousandth of building the hours of the year. What is left over from the year before is not in it.
        """
        return self._hours.open_at_least(year)

    def business_days_in(self, years: range, most: int) -> int:
        """How many business days some years have, counted up to `most`."""
        closings = self._hours.closings_after(date(years.start - 1, 12, 31))
        inside = takewhile(lambda each: each[0].year < years.stop, closings)
        return sum(1 for _ in islice((day for day, closing in inside if closing), most))

    def next_opening(self, at: datetime) -> datetime:
        """The first open instant at or after `at`; NoOpenHours if there is none."""
        at = _utc(at)
        # The first microsecond to be worked ends one microsecond after it begins.
        table = self._covering(at, at)
        return self._earliest(table, table.worked_until(at) + timedelta.resolution) - timedelta.resolution

    def open_windows(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """The open time in [start, end): sorted, merged where windows touch or overlap, and clipped."""
        start, end = _utc(start), _utc(end)
        table = self._covering(start, max(start, end))
        inside = slice(bisect_right(table.closes, start), bisect_left(table.opens, end))
        touched = zip(table.opens[inside], table.closes[inside], strict=True)
        clipped = ((max(opens, start), min(closes, end)) for opens, closes in touched)
        return (Interval(opens, closes) for opens, closes in union(clipped))

    def end_of_business_day(
        self, start: datetime, days: int, pauses: Sequence[Interval] = (), after: date | None = None
    ) -> datetime | None:
        """When the `days`-th business day after the local date of `start` closes; or, `after` a date, since `start`.

        A business day is a local date that is open and on which a shift starts: not a holiday, not a date with only
        the tail of a shift from the day before. It closes when the last shift that starts on it ends, overnight shifts
        on the next date; a date whose shifts end within one of the date before is no business day of its own. The date
        of `start` is never counted, whether `start` is inside opening hours or not: with hours Mon-Fri 9-17, Friday
        16:00 and Friday 20:00 plus 3 are both Wednesday 17:00.

        A day is not counted where a pause covers the time just before it closes. None if a pause that is still open
        begins before the deadline. ValueError if `days` is less than 1; NoOpenHours if the calendar closes for good
        first.
        """
        if days < 1:
            raise ValueError(f"business days are counted from 1, not {days}")
        start, paused = _utc(start), _in_utc(pauses)
        last_open_day = first = after or self._hours.local_date(start)
        for day, closing in self._hours.closings_after(first):
            if closing:
                last_open_day = day
                if any(begins < closing and ends is None for begins, ends in paused):
                    return None
                days -= start < closing and _counts(closing, paused)
                if not days:
                    return closing
            elif day - last_open_day > _A_YEAR and not self._hours.has_special_opening_after(day):
                break
        raise NoOpenHours(f"the calendar in {self.timezone} has no business day after {last_open_day}")

    def business_days(
        self, start: datetime, end: datetime, pauses: Sequence[Interval] = (), after: date | None = None
    ) -> list[date]:
        """The business days that have closed by `end`, counted as for `end_of_business_day`.

        So there are `days` at `end_of_business_day(start, days)` and not before; none if `end` is before `start`.
        """
        start, end, paused = _utc(start), _utc(end), _in_utc(pauses)
        first, last = after or self._hours.local_date(start), self._hours.local_date(end)
        closings = islice(self._hours.closings_after(first), max(0, (last - first).days))
        return [day for day, closing in closings if closing and start < closing <= end and _counts(closing, paused)]

    def local_date(self, at: datetime) -> date:
        """The date on the wall at an instant."""
        return self._hours.local_date(_utc(at))

    def holiday(self, day: date) -> str | None:
        """The name of the holiday on a local date, even where a special day keeps it open; None on other dates."""
        return self._hours.holidays(day.year).get(day)

    def special_day(self, day: date) -> str | None:
        """The name of the special day on a local date, with hours of its own or none; None on other dates."""
        return self._hours.special_day(day)

    def _first_counting_instant(
        self, start: datetime, target: timedelta, pauses: Sequence[Interval]
    ) -> datetime | None:
        if target < _ZERO:
            raise ValueError(f"a target cannot be negative: {target}")
        at = self.next_opening(start)
        for begins, ends in _disjoint(pauses, start):
            if begins > at:
                break
            if ends is None:
                return None
            at = self.next_opening(max(at, ends))
        return at

    def _earliest(self, table: _OpenTime, worked: timedelta) -> datetime:
        """The first instant by which that much was worked since the table begins, in whatever year."""
        while worked > table.worked[-1]:
            table = self._with_next_year(table)
        return table.earliest(worked)

    def _covering(self, start: datetime, end: datetime) -> _OpenTime:
        table = self._table
        if table is not None and (end < table.begins - _A_YEAR or start > table.ends + _A_YEAR):
            table = None  # Far from what is known: begin anew instead of working out the years in between.
        if table is None or start < table.begins or end >= table.ends:
            table = self._table = self._extended(table or self._year(self._hours.local_date(start).year), start, end)
        return table

    def _extended(self, table: _OpenTime, start: datetime, end: datetime) -> _OpenTime:
        while start < table.begins:
            table = self._year(table.years.start - 1).followed_by(table)
        while end >= table.ends:
            table = table.followed_by(self._year(table.years.stop))
        return table

    def _with_next_year(self, table: _OpenTime) -> _OpenTime:
        year = table.years.stop
        following = self._year(year)
        if not following.worked[-1] and not self._hours.has_special_opening_after(date(year, 12, 31)):
            raise NoOpenHours(f"the calendar in {self.timezone} has no open hours in {year}")
        self._table = table.followed_by(following)
        return self._table

    def _year(self, year: int) -> _OpenTime:
        begins, ends = self._hours.year_start(year), self._hours.year_start(year + 1)
        spans = self._hours.open_in(year)
        opens, closes = [opens for opens, _ in spans], [closes for _, closes in spans]
        worked = list(accumulate(map(sub, closes, opens), initial=_ZERO))
        return _OpenTime(range(year, year + 1), begins, ends, [*opens, ends], [*closes, ends], worked)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is UTC:
        return at
    if at.utcoffset() is None:
        raise ValueError(f"a datetime without a time zone is not an instant: {at}")
    return at.astimezone(UTC)


def _in_utc(pauses: Sequence[Interval]) -> list[_Pause]:
    # Nearly always they are in UTC already; to call a function for each end would double what a deadline costs.
    return [
        (start if start.tzinfo is UTC else _utc(start), end if end is None or end.tzinfo is UTC else _utc(end))
        for start, end in pauses
    ]


def _counts(closing: datetime, pauses: Sequence[_Pause]) -> bool:
    """Whether no pause covers the time just before a closing."""
    return not any(begins < closing and (ends is None or closing <= ends) for begins, ends in pauses)


def _disjoint(pauses: Sequence[Interval], start: datetime) -> list[_Pause]:
    """What the pauses cover from `start` on, in order and each instant once; the last may be open."""
    spans = _in_utc(pauses)
    if len(spans) > 1:
        spans.sort(key=itemgetter(0))
    found: list[_Pause] = []
    covered = start
    for paused, ends in spans:
        begins = max(covered, paused)
        if ends is None:
            found.append((begins, None))
            break
        if ends > begins:
            found.append((begins, ends))
            covered = ends
    return found


@cache
def every_day(timezone: str) -> BusinessCalendar:
    """The days on the wall of a zone, from midnight to midnight, with no holidays."""
    return BusinessCalendar(timezone, dict.fromkeys(WEEK, ((0, DAY_SECONDS),)))


ALWAYS = every_day("UTC")
