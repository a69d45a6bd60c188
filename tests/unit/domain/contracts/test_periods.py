"""Periods begin and end at midnights on the wall, and what is no period is told so."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tocsin.domain.contracts.periods import parse_period


@pytest.mark.parametrize(
    ("text", "kind", "first", "end"),
    [
        ("2026-03", "month", date(2026, 3, 1), date(2026, 4, 1)),
        ("2026-12", "month", date(2026, 12, 1), date(2027, 1, 1)),
        ("2028-02", "month", date(2028, 2, 1), date(2028, 3, 1)),
        ("2026-Q1", "quarter", date(2026, 1, 1), date(2026, 4, 1)),
        ("2026-Q4", "quarter", date(2026, 10, 1), date(2027, 1, 1)),
        ("2026-W13", "week", date(2026, 3, 23), date(2026, 3, 30)),
        ("2026-W01", "week", date(2025, 12, 29), date(2026, 1, 5)),
        ("2026-W53", "week", date(2026, 12, 28), date(2027, 1, 4)),
    ],
)
def test_a_period_is_a_month_a_quarter_or_an_iso_week(text: str, kind: str, first: date, end: date) -> None:
    assert parse_period(text) == (kind, text, first, end)


def test_its_boundaries_are_midnights_of_the_zone_also_where_the_clocks_change_in_between() -> None:
    assert parse_period("2026-03").bounds("Europe/Berlin") == (
        datetime(2026, 2, 28, 23, tzinfo=UTC),
        datetime(2026, 3, 31, 22, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        *((text, "is not a period") for text in ("", "2026", "2026-3", "2026-q1", "2026-Q5", "2026-W1", "٢٠٢٦-03")),
        *((text, "does not exist") for text in ("2026-00", "2026-13", "2026-W00", "2025-W53")),
        *((text, "outside the years 1970 to 2150") for text in ("1969-12", "2151-Q1", "0000-W01", "9999-12")),
    ],
)
def test_what_is_no_period_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_period(text)
