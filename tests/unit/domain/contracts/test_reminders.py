"""Reminders of a contract's dates: which there are, and which of them are to be sent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from tests.unit.story import contract
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.reminders import Reminder, outstanding, reminders_of, upcoming
from tocsin.domain.contracts.term import months_after

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def terms(**changes: Any) -> Contract:
    parts: dict[str, Any] = {
        "effective_from": "2026-01-01",
        "term": "12 months",
        "notice_days": 60,
        "reminders": {"team": "management", "renewal": ["30 days", "60 days", "30 days"], "review_every": "5 months"},
    }
    return contract(**{**parts, **changes})


def renewal(on: str, about: str = "2026-11-01") -> Reminder:
    return Reminder(date.fromisoformat(on), "contract_renewal", date.fromisoformat(about))


def review(on: str) -> Reminder:
    return Reminder(date.fromisoformat(on), "contract_review", date.fromisoformat(on))


def at(day: str, hour: int = 12) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


def test_a_year_has_its_reviews_and_reminds_of_the_last_day_for_notice_each_once() -> None:
    # 31 December less 60 days is 1 November; 60 and 30 days before that.
    assert list(reminders_of(terms())) == [
        review("2026-06-01"),
        renewal("2026-09-02"),
        renewal("2026-10-02"),
        review("2026-11-01"),
    ]


def test_without_notice_the_reminder_is_of_the_last_day() -> None:
    found = terms(notice_days=None, reminders={"team": "management", "renewal": ["1 day"]})
    assert list(reminders_of(found)) == [renewal("2026-12-30", "2026-12-31")]


def test_without_a_term_the_reviews_go_on() -> None:
    every_year = {"team": "management", "review_every": "1 year"}
    found = terms(term=None, effective_from="2024-02-29", reminders=every_year)
    assert [str(each.on) for each in islice(reminders_of(found), 5)] == [
        *("2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29", "2029-02-28")
    ]
    assert len(list(reminders_of(found))) == 126
    assert list(reminders_of(contract())) == []


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-08-31", 1, "2026-09-30"),
        ("2026-12-31", 12, "2027-12-31"),
        ("2026-11-15", 2, "2027-01-15"),
        ("9999-12-01", 1, "9999-12-31"),
    ],
)
def test_months_end_with_the_month_where_it_has_no_such_day(day: str, months: int, expected: str) -> None:
    assert str(months_after(date.fromisoformat(day), months)) == expected


@pytest.mark.parametrize("effective_from", ["0001-01-01", "9999-12-31"])
def test_dates_at_the_ends_of_time_remind_of_nothing_that_cannot_be_sent(effective_from: str) -> None:
    monthly = {"team": "management", "review_every": "1 month"}
    found = terms(effective_from=effective_from, term="100 years", notice_days=None, reminders=monthly)
    assert list(upcoming(found, LONG_AGO)) == []


def test_a_reminder_is_sent_at_nine_by_the_clock_of_the_contract_summer_and_winter() -> None:
    assert review("2026-07-01").due_at("Europe/Berlin") == at("2026-07-01", 7)
    assert review("2026-12-01").due_at("Europe/Berlin") == at("2026-12-01", 8)


def test_what_is_due_is_outstanding_until_it_was_sent() -> None:
    due = at("2026-06-01", 7)
    assert outstanding(terms(), [], LONG_AGO, due - timedelta(seconds=1)) == []
    assert outstanding(terms(), [], LONG_AGO, due) == [review("2026-06-01")]
    assert outstanding(terms(), [review("2026-06-01")], LONG_AGO, due) == []
    assert next(upcoming(terms(), due)) == renewal("2026-09-02")


def test_of_several_that_are_overdue_only_the_newest_of_each_kind_is_sent() -> None:
    assert outstanding(terms(), [], LONG_AGO, at("2026-12-01")) == [review("2026-11-01"), renewal("2026-10-02")]
    assert outstanding(terms(), [review("2026-11-01")], LONG_AGO, at("2026-12-01")) == [renewal("2026-10-02")]


def test_what_was_due_before_the_contract_was_put_is_not_sent() -> None:
    assert outstanding(terms(), [], at("2026-10-03"), at("2026-10-04")) == []


def test_other_dates_are_other_reminders_but_who_knows_already_is_not_told_again() -> None:
    sent, now = [renewal("2026-10-02")], at("2026-10-05")
    earlier = {"team": "management", "renewal": ["45 days"]}
    assert outstanding(terms(reminders=earlier), sent, LONG_AGO, now) == [], "they know of 1 November since the 2nd"
    later = {"team": "management", "renewal": ["28 days"]}
    assert outstanding(terms(reminders=later), sent, LONG_AGO, now) == [renewal("2026-10-04")]
    assert outstanding(terms(notice_days=80), sent, LONG_AGO, now) == [
        review("2026-06-01"),
        renewal("2026-09-12", "2026-10-12"),
    ], "the last day for notice is another"


def test_the_id_of_a_reminder_is_its_own() -> None:
    ids = {
        reminder.notice_id(helpdesk, name)
        for reminder in reminders_of(terms())
        for helpdesk in ("acme", "globex")
        for name in ("a", "b")
    }
    assert len(ids) == 16
    assert review("2026-06-01").notice_id("acme", "a") in ids
