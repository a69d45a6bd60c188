"""How duty is shared, in figures that can be checked by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tocsin.domain.oncall.fairness import fairness
from tocsin.domain.oncall.schedule import Schedule
from tocsin.domain.oncall.timetable import Timetable

WEEK: dict[str, Any] = {
    "name": "week",
    "participants": ["ana", "al"],
    "starts_on": "2026-01-05",
    "hand_over": {"unit": "weeks", "at": "09:00"},
}


def schedule(*layers: dict[str, Any]) -> Timetable:
    return Timetable(Schedule.model_validate({"name": "S", "timezone": "Europe/Berlin", "layers": [*layers]}))


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def test_two_who_take_turns_by_the_week_share_evenly() -> None:
    start = datetime(2026, 1, 5, 8, tzinfo=UTC)
    found = fairness(schedule(WEEK), start, start + timedelta(weeks=2))
    assert [(each.member_id, each.on_call, each.shifts) for each in found.shares] == [
        ("al", hours(168), 1),
        ("ana", hours(168), 1),
    ]
    assert {(each.at_night, each.at_weekends) for each in found.shares} == {(hours(56), hours(48))}
    assert found.nobody == hours(0)


def test_the_night_in_which_the_clocks_go_forward_has_seven_hours_and_back_nine() -> None:
    spring = datetime(2026, 3, 28, 21, tzinfo=UTC)
    [share] = fairness(schedule(WEEK), spring, spring + hours(7)).shares
    assert (share.on_call, share.at_night) == (hours(7), hours(7))
    autumn = datetime(2026, 10, 24, 20, tzinfo=UTC)
    [share] = fairness(schedule(WEEK), autumn, autumn + hours(9)).shares
    assert (share.on_call, share.at_night, share.at_weekends) == (hours(9), hours(9), hours(9))


def test_the_hours_of_nobody_are_told() -> None:
    days = {**WEEK, "windows": {"mon-fri": ["09:00-17:00"]}}
    start = datetime(2026, 1, 12, 8, tzinfo=UTC)
    found = fairness(schedule(days), start, start + timedelta(weeks=1))
    assert [(each.member_id, each.on_call, each.at_night, each.shifts) for each in found.shares] == [
        ("al", hours(40), hours(0), 5)
    ]
    assert found.nobody == hours(128)
