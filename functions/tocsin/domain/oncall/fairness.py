"""How duty is shared: hours, nights, weekends, shifts and pages of each person in a schedule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tocsin.domain.calendars.business_hours import Span, load_zone
from tocsin.domain.calendars.wall_time import instant_at
from tocsin.domain.oncall.nights import DAY, NIGHT_BEGINS, NIGHT_ENDS, night_began
from tocsin.domain.oncall.pages import Pages
from tocsin.domain.oncall.timetable import Timetable

SATURDAY = 5
NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class Paged:
    """How often somebody was paged, and how often that was at night or on Saturdays and Sundays."""

    times: int = 0
    at_night: int = 0
    at_weekends: int = 0
    passed_over: int = 0
    """How often they were on call and spared, since they had been paged often enough that night."""


@dataclass(frozen=True, slots=True)
class Share:
    """Somebody's part of a period: how long they are on call, how much of it at night and on Saturdays and Sundays."""

    member_id: str
    on_call: timedelta
    at_night: timedelta
    at_weekends: timedelta
    shifts: int
    paged: Paged = Paged()


class Fairness(NamedTuple):
    """Everybody's share, those with the most first, and how long nobody is on call."""

    shares: list[Share]
    nobody: timedelta


def fairness(timetable: Timetable, start: datetime, end: datetime, pages: Iterable[Pages] = ()) -> Fairness:
    """How duty in [start, end) is shared: all shares and the time of nobody are as long as the period.

    A night hour of a weekend counts as both; an hour that a change of the clocks adds or takes is counted as it passes.
    `pages` are those of the period, whatever put people on call; they count for whoever has shifts, or takes turns.
    """
    shifts, gaps = timetable.covered(start, end)
    zone = load_zone(timetable.schedule.timezone)
    nights, weekends = list(_nights(start, end, zone)), list(_weekends(start, end, zone))
    by_member: dict[str, list[Span]] = {}
    for shift in shifts:
        by_member.setdefault(shift.member_id, []).append((shift.starts_at, shift.ends_at))
    paged = _paged(pages, zone)
    for member_id in paged.keys() & timetable.everybody:
        by_member.setdefault(member_id, [])
    shares = [
        Share(
            member_id,
            _length(spans),
            _common(spans, nights),
            _common(spans, weekends),
            len(spans),
            paged.get(member_id, Paged()),
        )
        for member_id, spans in by_member.items()
    ]
    return Fairness(sorted(shares, key=lambda share: (-share.on_call, share.member_id)), _length(gaps))


def _paged(pages: Iterable[Pages], zone: ZoneInfo) -> dict[str, Paged]:
    found: dict[str, Paged] = {}
    for each in pages:
        at_night = night_began(each.at, zone) is not None
        at_weekend = each.at.astimezone(zone).weekday() >= SATURDAY
        for member_id in each.paged:
            before = found.get(member_id, Paged())
            found[member_id] = replace(
                before,
                times=before.times + 1,
                at_night=before.at_night + at_night,
                at_weekends=before.at_weekends + at_weekend,
            )
        for member_id in each.passed_over:
            before = found.get(member_id, Paged())
            found[member_id] = replace(before, passed_over=before.passed_over + 1)
    return found


def _nights(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Span]:
    for day in _days(start, end, zone):
        begins = instant_at(datetime.combine(day, NIGHT_BEGINS), zone)
        ends = instant_at(datetime.combine(day + DAY, NIGHT_ENDS), zone)
        if begins < ends:  # Where the calendar skips a day, its night has no time.
            yield begins, ends


def _weekends(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Span]:
    for day in _days(start, end, zone):
        begins = instant_at(datetime.combine(day, time()), zone)
        ends = instant_at(datetime.combine(day + DAY, time()), zone)
        if day.weekday() >= SATURDAY and begins < ends:
            yield begins, ends


def _days(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[date]:
    """From the day before, whose night hangs over."""
    day = start.astimezone(zone).date() - DAY
    while day <= end.astimezone(zone).date():
        yield day
        day += DAY


def _length(spans: Iterable[Span]) -> timedelta:
    return sum((end - start for start, end in spans), NOTHING)


def _common(spans: list[Span], others: list[Span]) -> timedelta:
    """How long both lists have in common; each is in order and does not overlap in itself."""
    total, first = NOTHING, 0
    for start, end in spans:
        while first < len(others) and others[first][1] <= start:
            first += 1
        number = first
        while number < len(others) and others[number][0] < end:
            total += min(end, others[number][1]) - max(start, others[number][0])
            number += 1
    return total
