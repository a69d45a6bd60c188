"""Courses: when a target is due, and when to warn before; thresholds as contracts write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.domain.calendars.calendar import ALWAYS, BusinessCalendar, Interval
from tocsin.domain.contracts.countdown import Countdown
from tocsin.domain.contracts.metrics import RESOLUTION, REVIEW
from tocsin.domain.contracts.promise import Promise, Threshold, parse_threshold
from tocsin.domain.values.instants import BusinessDays

START = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
OFFICE = BusinessCalendar("UTC", {day: [(9 * 3600, 17 * 3600)] for day in range(5)})
HOUR = timedelta(hours=1)


def promise(*thresholds: str, target: timedelta = 4 * HOUR, calendar: BusinessCalendar = ALWAYS) -> Promise:
    return Promise(RESOLUTION, target, calendar, tuple(map(parse_threshold, thresholds)))


def warnings(promise: Promise, start: datetime, pauses: list[Interval]) -> list[tuple[str, datetime]]:
    countdown = Countdown(promise, start)
    return countdown.warnings(pauses, countdown.due_at(pauses))


def minutes(found: list[tuple[str, datetime]]) -> dict[str, float]:
    return {label: (at - START).total_seconds() / 60 for label, at in found}


def test_shares_and_time_left_are_counted_in_the_target() -> None:
    assert minutes(warnings(promise("50%", "75%", "30m left"), START, [])) == {"50%": 120, "75%": 180, "30m left": 210}


def test_a_warning_counts_open_time_only_like_the_deadline() -> None:
    friday = datetime(2026, 3, 27, 16, 0, tzinfo=UTC)
    [(_, at)] = warnings(promise("50%", target=2 * HOUR, calendar=OFFICE), friday, [])
    assert at == datetime(2026, 3, 27, 17, 0, tzinfo=UTC)


def test_a_warning_moves_with_the_pauses_before_it_and_not_with_those_after() -> None:
    pauses = [Interval(START + HOUR, START + 2 * HOUR), Interval(START + 5 * HOUR, None)]
    assert minutes(warnings(promise("75%"), START, pauses)) == {"75%": 240}
    assert Countdown(promise("75%"), START).due_at(pauses) == START + 5 * HOUR, (
        "a pause that begins at the deadline moves nothing"
    )


def test_while_paused_nothing_lies_ahead() -> None:
    paused = [Interval(START + HOUR, None)]
    assert Countdown(promise("75%"), START).due_at(paused) is None
    assert warnings(promise("75%"), START, paused) == []
    assert minutes(warnings(promise("25%", "75%"), START, paused)) == {"25%": 60}


def test_a_threshold_longer_than_the_target_never_warns() -> None:
    assert warnings(promise("4h", "5h", "10h left"), START, []) == []


@pytest.mark.parametrize(("first", "second"), [("60s", "90s"), ("30s", "45s"), ("1m", "61s"), ("59m30s", "59m")])
def test_two_thresholds_are_never_taken_for_each_other(first: str, second: str) -> None:
    assert str(parse_threshold(first)) != str(parse_threshold(second))


@pytest.mark.parametrize("text", ["1%", "75%", "99%", "30m left", "90m left", "1h30m", "15s"])
def test_a_threshold_survives_being_written_and_read(text: str) -> None:
    assert parse_threshold(str(parse_threshold(text))) == parse_threshold(text)


def test_a_threshold_that_is_one_stays_one() -> None:
    assert parse_threshold(Threshold(percent=5)) == Threshold(percent=5)


def test_business_days_are_due_at_the_closing_of_the_last_and_a_share_of_them_is_of_the_open_time_until_then() -> None:
    friday = datetime(2026, 3, 27, 12, tzinfo=UTC)
    review = Promise(REVIEW, BusinessDays(3), OFFICE, (BusinessDays(2), Threshold(percent=50)))
    assert Countdown(review, friday).due_at([]) == datetime(2026, 4, 1, 17, tzinfo=UTC)
    # From Friday 12:00 to Wednesday 17:00 there are 5 + 3 x 8 = 29 open hours; half of them end on Tuesday at 10:30.
    assert warnings(review, friday, []) == [
        ("2bd", datetime(2026, 3, 31, 17, tzinfo=UTC)),
        ("50%", datetime(2026, 3, 31, 10, 30, tzinfo=UTC)),
    ]


def test_equal_terms_are_equal_promises() -> None:
    assert promise("50%") == promise("50%")
    assert promise("50%") != promise("50%", target=5 * HOUR)
