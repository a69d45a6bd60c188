"""Calendars as contracts write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from tocsin.domain.calendar_terms import CalendarTerms, Holidays, business_calendar, weekdays, window_seconds
from tocsin.domain.plain_words import faults_of


def terms(**more: Any) -> CalendarTerms:
    return CalendarTerms.model_validate({"timezone": "Europe/Berlin", **more})


def faults(**more: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        terms(**more)
    return [(fault.path, fault.message) for fault in faults_of(caught.value, CalendarTerms)]


@pytest.mark.parametrize(
    ("key", "days"),
    [
        ("mon", [0]),
        ("mon-fri", [0, 1, 2, 3, 4]),
        ("fri-mon", [4, 5, 6, 0]),
        ("sat,sun", [5, 6]),
        ("MON - Wed, sun", [0, 1, 2, 6]),
        ("sun-sun", [6]),
        ("daily", [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_weekdays_are_read_alone_in_ranges_around_the_week_and_in_lists(key: str, days: list[int]) -> None:
    assert weekdays(key) == days


@pytest.mark.parametrize("key", ["monday", "", "mon,", "mon–fri", "1-5", "mon-fri-sun", "weekdays", "mon/fri", "-fri"])
def test_what_is_no_set_of_weekdays_is_refused_with_what_would_be(key: str) -> None:
    [(path, message)] = faults(weekly={key: ["09:00-17:00"]})
    assert path == f"weekly.{key}"
    assert "write mon, mon-fri, sat,sun or daily" in message


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("09:00-17:00", (32_400, 61_200)),
        ("00:00-24:00", (0, 86_400)),
        ("22:00-06:00", (79_200, 21_600)),
        ("09:00 - 17:00", (32_400, 61_200)),
        ("09:00-09:00", (32_400, 32_400)),
    ],
)
def test_windows_are_read_overnight_and_to_the_end_of_the_day(text: str, window: tuple[int, int]) -> None:
    assert window_seconds(text) == window


@pytest.mark.parametrize(
    "text", ["9-17", "09:00", "09:00–17:00", "24:00-06:00", "09:60-17:00", "25:00-26:00", "09:00-", "٠٩:٠٠-17:00", ""]
)
def test_what_is_no_window_is_refused_at_its_place(text: str) -> None:
    [(path, message)] = faults(weekly={"mon": ["09:00-10:00", text]})
    assert path == "weekly.mon.1"
    assert repr(text) in message or "is not a time of day" in message


@pytest.mark.parametrize(
    "name", ["Berlin", "", "CET+1", "Europe", "../../__init__.py", "..", "\x00", "Europe/berlin", "a" * 5000]
)
def test_a_zone_that_is_not_in_the_pinned_database_is_refused(name: str) -> None:
    [(path, message)] = faults(timezone=name)
    assert path == "timezone"
    assert "write an IANA name such as Europe/Berlin" in message


@pytest.mark.parametrize("name", ["/UTC", "UTC/", "./UTC", "Europe/../UTC", "../zoneinfo/UTC"])
def test_a_zone_has_one_spelling_and_not_as_many_as_a_path(name: str) -> None:
    assert [path for path, _ in faults(timezone=name)] == ["timezone"]


@pytest.mark.parametrize("weekly", [{}, {"mon": []}, {"daily": []}])
def test_a_calendar_that_never_opens_is_refused(weekly: dict[str, list[str]]) -> None:
    assert faults(weekly=weekly) == [("body", "has no open hour in a year; no target could ever be due")]


def test_a_calendar_of_which_every_day_of_the_coming_years_is_a_holiday_is_refused() -> None:
    days = {(date(2026, 1, 1) + timedelta(days=number)).isoformat(): "closed" for number in range(3 * 366)}
    assert faults(holidays={"dates": days})[0][1] == "has no open hour in a year; no target could ever be due"


@pytest.mark.parametrize(
    ("holidays", "message"),
    [
        ({"country": "XX"}, "country 'XX' is not known; write ISO 3166-1 alpha-2 such as DE"),
        ({"country": "de"}, "country 'de' is not known; write ISO 3166-1 alpha-2 such as DE"),
        ({"subdivision": "BY"}, "names a subdivision without its country"),
        ({"country": "CH", "subdivision": "BY"}, "subdivision 'BY' of CH is not known; known are: AG, AI"),
    ],
)
def test_unknown_countries_and_subdivisions_are_refused(holidays: dict[str, str], message: str) -> None:
    [(path, said)] = faults(holidays=holidays)
    assert path == "holidays"
    assert said.startswith(message)


@pytest.mark.parametrize("day", ["24.12.2026", "2026-13-01", "2026-02-29", "christmas", "12/24/2026"])
def test_a_holiday_that_is_no_date_is_refused(day: str) -> None:
    [(path, message)] = faults(holidays={"dates": {day: "closed"}})
    assert path == f"holidays.dates.{day}"
    assert message == "is not a date; write it as 2026-12-24"


def test_own_dates_and_those_of_the_country_are_closed_and_named() -> None:
    holidays = Holidays.model_validate({"country": "DE", "subdivision": "BY", "dates": {"2026-12-24": "Heiligabend"}})
    named = holidays.in_year(2026)
    assert named[date(2026, 12, 24)] == "Heiligabend"
    assert date(2026, 1, 6) in named
    assert date(2026, 11, 11) not in named, "St. Martin is no public holiday"
    assert date(2026, 12, 24) not in holidays.in_year(2027)


def test_a_calendar_without_hours_is_always_open_but_on_holidays() -> None:
    calendar = business_calendar(terms(holidays={"dates": {"2026-12-24": "closed"}}))
    assert calendar.is_open(datetime(2026, 12, 23, 22, 59, tzinfo=UTC))
    assert not calendar.is_open(datetime(2026, 12, 23, 23, 0, tzinfo=UTC))
    assert calendar.is_open(datetime(2026, 12, 24, 23, 0, tzinfo=UTC))


def test_equal_terms_share_one_calendar_and_other_holidays_make_another() -> None:
    assert business_calendar(terms()) is business_calendar(terms())
    assert business_calendar(terms()) is not business_calendar(terms(holidays={"country": "DE"}))


def test_windows_of_overlapping_keys_are_all_open() -> None:
    calendar = business_calendar(terms(weekly={"mon-tue": ["09:00-12:00"], "tue": ["11:00-14:00"]}))
    tuesday = datetime(2026, 3, 31, tzinfo=UTC)
    assert calendar.elapsed(tuesday, tuesday + timedelta(days=1)) == timedelta(hours=5)


def test_the_document_keeps_what_was_written() -> None:
    assert terms(weekly={"Mon-Fri": ["09:00 - 17:00"]}).model_dump()["weekly"] == {"Mon-Fri": ["09:00 - 17:00"]}
