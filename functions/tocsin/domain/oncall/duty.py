"""What is told of a schedule: who is on call until when and who is next, gaps, and people on duty twice at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from tocsin.domain.calendars.business_hours import Span
from tocsin.domain.oncall.timetable import Shift, Timetable

REPORTED = timedelta(days=90)
"""How far ahead gaps and double duty are looked for."""

HORIZONS = (timedelta(days=2), timedelta(days=15), timedelta(days=100), timedelta(days=400))
"""How far is looked ahead for whoever is next, the next one where the one before shows nobody."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is on call at an instant, and what comes after."""

    at: datetime
    now: Shift | None
    """None for nobody."""
    until: datetime | None
    """When somebody else or nobody is on call, or after a gap somebody; None if that is more than a year away."""
    following: Shift | None
    """The next shift of somebody from then on, where it is known."""


class DoubleDuty(NamedTuple):
    """Somebody is on call by this schedule and by another one at once."""

    starts_at: datetime
    ends_at: datetime
    member_id: str
    schedule_id: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is amiss with a schedule in [start, end)."""

    start: datetime
    end: datetime
    gaps: Sequence[Span]
    double_duty: Sequence[DoubleDuty]


def duty_at(timetable: Timetable, at: datetime) -> Duty:
    """Who is on call at an instant, until when, and who is next."""
    duty = Duty(at, None, None, None)
    for horizon in HORIZONS:
        duty = _duty_within(timetable.shifts(at, at + horizon), at, at + horizon)
        if duty.following:
            break
    return duty


def _duty_within(shifts: Sequence[Shift], at: datetime, end: datetime) -> Duty:
    now = shifts[0] if shifts and shifts[0].starts_at == at else None
    until, number = at, 0
    while now and number < len(shifts) and shifts[number][:3:2] == (until, now.member_id):
        until, number = shifts[number].ends_at, number + 1
    following = shifts[number] if number < len(shifts) else None
    if now is None:
        return Duty(at, None, following and following.starts_at, following)
    return Duty(at, now, until if until < end else None, following)


def outlook(schedule_id: str, timetables: Mapping[str, Timetable], now: datetime) -> Outlook:
    """What is amiss with one of a helpdesk's schedules in the next 90 days."""
    end = now + REPORTED
    mine = timetables[schedule_id].shifts(now, end)
    found = [
        twice
        for other_id, other in timetables.items()
        if other_id != schedule_id
        for twice in double_duty(mine, other.shifts(now, end), other_id)
    ]
    return Outlook(now, end, timetables[schedule_id].gaps(now, end), sorted(found))


def double_duty(mine: Sequence[Shift], others: Sequence[Shift], schedule_id: str) -> list[DoubleDuty]:
    """When the same person has a shift in both, each of which is in order and does not overlap."""
    found: list[DoubleDuty] = []
    first = 0
    for shift in mine:
        while first < len(others) and others[first].ends_at <= shift.starts_at:
            first += 1
        for number in range(first, len(others)):
            other = others[number]
            if other.starts_at >= shift.ends_at:
                break
            if other.member_id == shift.member_id:
                starts_at = max(shift.starts_at, other.starts_at)
                if found and found[-1].ends_at == starts_at and found[-1].member_id == shift.member_id:
                    starts_at = found.pop().starts_at
                ends_at = min(shift.ends_at, other.ends_at)
                found.append(DoubleDuty(starts_at, ends_at, shift.member_id, schedule_id))
    return found
