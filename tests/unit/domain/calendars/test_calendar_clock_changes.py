"""Nights on which the clocks change, all over the world, with every instant worked out by hand.

A shift lasts from 22:00 to 06:00 on the wall. UTC is the time on the wall less the offset, which is given where it is
not the one before: `20:00 (+2)` is 18:00 in UTC.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.domain.calendars.calendar import BusinessCalendar, Interval

HOUR = timedelta(hours=1)
EVERY_NIGHT = dict.fromkeys(range(7), ((22 * 3600, 6 * 3600),))


@dataclass(frozen=True)
class Night:
    zone: str
    opens: str
    closes: str
    hours: float
    due: str
    """One hour after the next opening."""

    def __str__(self) -> str:
        return f"{self.zone} {self.opens:.10}"


NIGHTS = [
    # 22:00 (+1) to 06:00 (+2); the next opening is 22:00 (+2).
    Night("Europe/Berlin", "2024-03-30T21:00", "2024-03-31T04:00", 7, "2024-03-31T21:00"),
    # 22:00 (+2) to 06:00 (+1); 22:00 (+1).
    Night("Europe/Berlin", "2024-10-26T20:00", "2024-10-27T05:00", 9, "2024-10-27T22:00"),
    # 22:00 (-5) to 06:00 (-4); 22:00 (-4).
    Night("America/New_York", "2024-03-10T03:00", "2024-03-10T10:00", 7, "2024-03-11T03:00"),
    # 22:00 (-4) to 06:00 (-5); 22:00 (-5).
    Night("America/New_York", "2024-11-03T02:00", "2024-11-03T11:00", 9, "2024-11-04T04:00"),
    # 22:00 (+10:30) to 06:00 (+11); 22:00 (+11). Half an hour, in the south.
    Night("Australia/Lord_Howe", "2024-10-05T11:30", "2024-10-05T19:00", 7.5, "2024-10-06T12:00"),
    # 22:00 (+11) to 06:00 (+10:30); 22:00 (+10:30).
    Night("Australia/Lord_Howe", "2024-04-06T11:00", "2024-04-06T19:30", 8.5, "2024-04-07T12:30"),
    # 22:00 (+9:30) to 06:00 (+10:30); 22:00 (+10:30).
    Night("Australia/Adelaide", "2024-10-05T12:30", "2024-10-05T19:30", 7, "2024-10-06T12:30"),
    # 22:00 (+10:30) to 06:00 (+9:30); 22:00 (+9:30).
    Night("Australia/Adelaide", "2024-04-06T11:30", "2024-04-06T20:30", 9, "2024-04-07T13:30"),
    # 22:00 (+12:45) to 06:00 (+13:45); 22:00 (+13:45).
    Night("Pacific/Chatham", "2024-09-28T09:15", "2024-09-28T16:15", 7, "2024-09-29T09:15"),
    # 22:00 (+13:45) to 06:00 (+12:45); 22:00 (+12:45).
    Night("Pacific/Chatham", "2024-04-06T08:15", "2024-04-06T17:15", 9, "2024-04-07T10:15"),
    # 22:00 (+0) to 06:00 (+2); 22:00 (+2). Two hours.
    Night("Antarctica/Troll", "2024-03-30T22:00", "2024-03-31T04:00", 6, "2024-03-31T21:00"),
    # 22:00 (+2) to 06:00 (+0); 22:00 (+0).
    Night("Antarctica/Troll", "2024-10-26T20:00", "2024-10-27T06:00", 10, "2024-10-27T23:00"),
    # 22:00 (+5:30) to 06:00; no change on the nights on which Europe has one.
    Night("Asia/Kolkata", "2024-03-30T16:30", "2024-03-31T00:30", 8, "2024-03-31T17:30"),
    Night("Asia/Kolkata", "2024-10-26T16:30", "2024-10-27T00:30", 8, "2024-10-27T17:30"),
    # 22:00 (+3:30) to 06:00 (+4:30); 22:00 (+4:30). At midnight before a Monday, when a new week has begun.
    Night("Asia/Tehran", "2016-03-20T18:30", "2016-03-21T01:30", 7, "2016-03-21T18:30"),
    # 22:00 (-3) to 06:00 (-2); 22:00 (-2). At midnight, and no longer since 2019.
    Night("America/Sao_Paulo", "2018-11-04T01:00", "2018-11-04T08:00", 7, "2018-11-05T01:00"),
    # 22:00 (-2) to 06:00 (-3); 22:00 (-3).
    Night("America/Sao_Paulo", "2018-02-18T00:00", "2018-02-18T09:00", 9, "2018-02-19T02:00"),
    Night("America/Sao_Paulo", "2024-11-03T01:00", "2024-11-03T09:00", 8, "2024-11-04T02:00"),
    # 22:00 (-11) to 06:00 (-10); 22:00 (-10).
    Night("Pacific/Apia", "2011-09-24T09:00", "2011-09-24T16:00", 7, "2011-09-25T09:00"),
    # 22:00 (-10) on the 29th to 06:00 (+14) on the 31st, the date after it; 22:00 (+14).
    Night("Pacific/Apia", "2011-12-30T08:00", "2011-12-30T16:00", 8, "2011-12-31T09:00"),
    # 22:00 (+14) to 06:00 (+13); 22:00 (+13).
    Night("Pacific/Apia", "2012-03-31T08:00", "2012-03-31T17:00", 9, "2012-04-01T10:00"),
]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture(params=NIGHTS, ids=str)
def night(request: pytest.FixtureRequest) -> Night:
    found: Night = request.param
    return found


@pytest.fixture
def calendar(night: Night) -> BusinessCalendar:
    return BusinessCalendar(night.zone, EVERY_NIGHT)


def test_the_shift_opens_and_closes_by_the_clock_on_the_wall(night: Night, calendar: BusinessCalendar) -> None:
    opens, closes = utc(night.opens), utc(night.closes)
    assert list(calendar.open_windows(opens - HOUR, closes + HOUR)) == [Interval(opens, closes)]


def test_the_hours_that_count_are_those_that_really_passed(night: Night, calendar: BusinessCalendar) -> None:
    opens, closes = utc(night.opens), utc(night.closes)
    assert calendar.elapsed(opens - 12 * HOUR, closes + 12 * HOUR) == night.hours * HOUR
    assert calendar.elapsed(opens + HOUR, closes) == (night.hours - 1) * HOUR


def test_a_target_is_due_after_as_many_real_hours(night: Night, calendar: BusinessCalendar) -> None:
    opens, closes = utc(night.opens), utc(night.closes)
    assert calendar.deadline(opens, 5 * HOUR) == opens + 5 * HOUR
    assert calendar.deadline(opens, night.hours * HOUR) == closes
    assert calendar.deadline(opens - HOUR, (night.hours + 1) * HOUR) == utc(night.due)


def test_a_pause_over_the_change_costs_the_hours_that_really_passed(night: Night, calendar: BusinessCalendar) -> None:
    opens, closes = utc(night.opens), utc(night.closes)
    pause = Interval(opens + HOUR, closes)
    assert calendar.deadline(opens, 2 * HOUR, [pause]) == utc(night.due)


def test_the_business_day_of_the_shift_ends_when_it_closes(night: Night, calendar: BusinessCalendar) -> None:
    assert calendar.end_of_business_day(utc(night.opens) - 24 * HOUR, 1) == utc(night.closes)
