"""Six hundred worked cases, checked by brute force and, where it can express them, by an independent library."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tocsin.domain.calendar import BusinessCalendar, Interval, NoOpenHours

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "vectors" / "business_time.json").read_text())


def test_no_case_was_lost() -> None:
    assert len(CASES) == 600


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES])
def test_the_worked_case_comes_out(case: dict[str, Any]) -> None:
    calendar, start = _calendar(case["calendar"]), _instant(case["start"])
    pauses = [Interval(_instant(begins), ends and _instant(ends)) for begins, ends in case["pauses"]]
    if case["op"] == "elapsed":
        expected = timedelta(seconds=case["expected_seconds"])
        assert calendar.elapsed(start, _instant(case["end"]), pauses) == expected
    elif "never" in case["tags"]:
        with pytest.raises(NoOpenHours):
            calendar.deadline(start, timedelta(seconds=case["seconds"]), pauses)
    else:
        expected_at = case["expected"] and _instant(case["expected"])
        assert calendar.deadline(start, timedelta(seconds=case["seconds"]), pauses) == expected_at


def _calendar(terms: Mapping[str, Any]) -> BusinessCalendar:
    weekly = {weekday: _windows(terms["weekly"][name]) for weekday, name in enumerate(WEEKDAYS)}
    holidays = {date.fromisoformat(day): "holiday" for day in terms["holidays"]}
    return BusinessCalendar(terms["timezone"], weekly, lambda _: holidays)


def _windows(windows: Sequence[tuple[str, str]]) -> list[tuple[int, int]]:
    return [(_seconds(opens), _seconds(closes)) for opens, closes in windows]


def _seconds(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
