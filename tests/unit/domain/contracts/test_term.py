"""The dates of a term, worked out by hand; each is a day that still belongs to it."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.story import contract
from tocsin.domain.contracts.term import term_of


@pytest.mark.parametrize(
    ("begins_on", "months", "ends_on"),
    [
        ("2026-01-01", 12, "2026-12-31"),
        ("2026-01-01", 1, "2026-01-31"),
        ("2026-03-15", 24, "2028-03-14"),
        ("2026-12-01", 1, "2026-12-31"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-01-30", 1, "2026-02-28"),
        ("2026-01-29", 1, "2026-02-28"),
        ("2026-01-28", 1, "2026-02-27"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-01-30", 1, "2028-02-29"),
        ("2028-01-29", 1, "2028-02-28"),
        ("2026-03-31", 1, "2026-04-30"),
        ("2026-01-31", 2, "2026-03-30"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-28"),
        ("2027-03-01", 12, "2028-02-29"),
    ],
)
def test_a_term_ends_on_the_day_before_the_same_day_or_with_a_month_that_has_no_such_day(
    begins_on: str, months: int, ends_on: str
) -> None:
    term = term_of(date.fromisoformat(begins_on), months)
    assert (str(term.begins_on), str(term.ends_on)) == (begins_on, ends_on)
    assert (term.notice_by, term.measured_until) == (None, term.ends_on)


def test_notice_is_counted_back_from_the_last_day_and_the_transition_on_from_it() -> None:
    assert tuple(map(str, term_of(date(2027, 3, 1), 12, notice_days=90, transition_days=30))) == (
        "2027-03-01",
        "2028-02-29",
        "2027-12-01",  # 29 days of February, 31 of January, 30 of December.
        "2028-03-30",
    )
    assert term_of(date(2026, 1, 1), 12, notice_days=0).notice_by == date(2026, 12, 31)


def test_dates_that_there_are_not_become_the_first_or_the_last_that_there_is() -> None:
    assert term_of(date(9999, 12, 31), 1, transition_days=10).measured_until == date.max
    assert term_of(date(9950, 1, 1), 1200, transition_days=10**30).measured_until == date.max
    assert term_of(date(1, 1, 1), 1, notice_days=3660).notice_by == date.min


def test_a_contract_has_dates_when_it_says_when_it_begins_and_how_long_it_runs() -> None:
    found = contract(effective_from="2026-01-31", term="1 month", notice_days=14, transition_days=1).dates
    assert found == (date(2026, 1, 31), date(2026, 2, 28), date(2026, 2, 14), date(2026, 3, 1))
    assert contract(effective_from="2026-01-31").dates is None
    assert contract(term="1 month").dates is None
