"""Six hundred worked cases, checked by brute force and, where it can express them, by an independent library."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.domain.calendars.workclock_calendar import schedule, worked
from tocsin.domain.calendars.calendar import BusinessCalendar, Interval, NoOpenHours

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[3] / "vectors" / "business_time.json").read_text())


def test_no_case_was_lost() -> None:
    assert len(CASES) == 600


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES])
def test_the_worked_case_comes_out(case: dict[str, Any]) -> None:
    calendar, start, pauses = _calendar(case["calendar"]), _instant(case["start"]), _pauses(case)
    if case["op"] == "elapsed":
        expected = timedelta(seconds=case["expected_seconds"])
        assert calendar.elapsed(start, _instant(case["end"]), pauses) == expected
    elif "never" in case["tags"]:
        with pytest.raises(NoOpenHours):
            calendar.deadline(start, timedelta(seconds=case["seconds"]), pauses)
    else:
        expected_at = case["expected"] and _instant(case["expected"])
        assert calendar.deadline(start, timedelta(seconds=case["seconds"]), pauses) == expected_at


# It has no word for hours that never open, a target of nothing, or a date that never was.
OF_WORKCLOCK = [case for case in CASES if not {"never", "zero", "skipped-day"} & set(case["tags"])]


def test_nearly_all_cases_can_be_asked_of_workclock() -> None:
    assert len(OF_WORKCLOCK) == 588


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in OF_WORKCLOCK])
def test_workclock_expects_the_same(case: dict[str, Any]) -> None:
    terms, start, pauses = case["calendar"], _instant(case["start"]), _pauses(case)
    theirs = schedule(terms["timezone"], _weekly(terms), _holidays(terms))
    if case["op"] == "elapsed":
        expected = timedelta(seconds=case["expected_seconds"])
        assert worked(theirs, start, max(start, _instant(case["end"])), pauses) == expected
        return
    target = timedelta(seconds=case["seconds"])
    if case["expected"]:
        due = _instant(case["expected"])
        assert worked(theirs, start, due, pauses) == target
        assert worked(theirs, start, due - timedelta.resolution, pauses) == target - timedelta.resolution
    else:
        assert worked(theirs, start, start + timedelta(days=3660), pauses) < target


def _calendar(terms: Mapping[str, Any]) -> BusinessCalendar:
    holidays = dict.fromkeys(_holidays(terms), "holiday")
    return BusinessCalendar(terms["timezone"], _weekly(terms), lambda _: holidays)


def _weekly(terms: Mapping[str, Any]) -> Mapping[int, Sequence[tuple[int, int]]]:
    return {weekday: _windows(terms["weekly"][name]) for weekday, name in enumerate(WEEKDAYS)}


def _holidays(terms: Mapping[str, Any]) -> list[date]:
    return [date.fromisoformat(day) for day in terms["holidays"]]


def _pauses(case: Mapping[str, Any]) -> list[Interval]:
    return [Interval(_instant(begins), ends and _instant(ends)) for begins, ends in case["pauses"]]


def _windows(windows: Sequence[tuple[str, str]]) -> list[tuple[int, int]]:
    return [(_seconds(opens), _seconds(closes)) for opens, closes in windows]


def _seconds(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
