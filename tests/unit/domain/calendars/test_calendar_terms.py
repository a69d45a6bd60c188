"""Calendars as contracts write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from tocsin.domain.calendars.calendar import BusinessCalendar
from tocsin.domain.calendars.calendar_terms import CalendarTerms, business_calendar
from tocsin.domain.calendars.holiday_terms import HolidayTerms, _public_holidays
from tocsin.domain.calendars.notation import weekdays, window_seconds
from tocsin.domain.values.validation_errors import faults_of

NEVER = [("body", "has no open hour in a year; no target could ever be due")]


def terms(**more: Any) -> CalendarTerms:
    return CalendarTerms.model_validate({"timezone": "Europe/Berlin", **more})


def open_on(calendar: BusinessCalendar, day: date) -> timedelta:
    midnight = datetime.combine(day, time(), ZoneInfo(calendar.timezone))
    return calendar.elapsed(midnight, midnight + timedelta(days=1))


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


@pytest.mark.parametrize(
    ("timezone", "path", "message"),
    [
        (5, "timezone", "is not a time zone; write Europe/Berlin, or {of: customer, otherwise: Europe/Berlin}"),
        (None, "timezone", "is not a time zone; write Europe/Berlin, or {of: customer, otherwise: Europe/Berlin}"),
        ({"of": "customer"}, "timezone.otherwise", "is required"),
        ({"otherwise": "UTC"}, "timezone.of", "is required"),
        ({"of": "agent", "otherwise": "UTC"}, "timezone.of", "must be one of 'customer', 'site' or 'team'"),
        ({"of": "site", "otherwise": "UTC", "or": 1}, "timezone.or", "is not a field here; known are of, otherwise"),
        (
            {"of": "team", "otherwise": "Berlin"},
            "timezone.otherwise",
            "'Berlin' is not a time zone; write an IANA name such as Europe/Berlin",
        ),
    ],
)
def test_what_is_neither_a_zone_nor_says_whose_is_refused_at_its_place(timezone: Any, path: str, message: str) -> None:
    assert faults(timezone=timezone) == [(path, message)]


def test_a_calendar_in_the_zone_of_a_customer_is_in_the_one_it_turned_out_to_be() -> None:
    whose = terms(timezone={"of": "customer", "otherwise": "Europe/Berlin"})
    assert whose.usual_timezone == "Europe/Berlin"
    assert business_calendar(whose).timezone == "Europe/Berlin"
    assert business_calendar(whose, "America/New_York").timezone == "America/New_York"
    assert business_calendar(whose, "Europe/Berlin") is business_calendar(whose)
    with pytest.raises(ValueError, match="unknown time zone"):
        business_calendar(whose, "America/Atlantis")


def test_a_calendar_in_a_zone_of_its_own_stays_there() -> None:
    assert terms().usual_timezone == "Europe/Berlin"
    assert business_calendar(terms(), "America/New_York") is business_calendar(terms())


@pytest.mark.parametrize("weekly", [{}, {"mon": []}, {"daily": []}])
def test_a_calendar_that_never_opens_is_refused(weekly: dict[str, list[str]]) -> None:
    assert faults(weekly=weekly) == NEVER


def test_a_calendar_whose_only_open_day_misses_its_weekday_in_some_years_is_refused() -> None:
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(366)]
    yearly = {f"{day:%m-%d}": "x" for day in days if (day.month, day.day) != (1, 5)}
    terms = {"timezone": "UTC", "weekly": {"mon": ["09:00-17:00"]}, "holidays": {"yearly": yearly}}
    with pytest.raises(ValidationError, match="has no open hour in a year"):
        CalendarTerms.model_validate(terms)
    CalendarTerms.model_validate({**terms, "weekly": {"daily": ["09:00-17:00"]}})


@pytest.mark.parametrize("of_the_machine", ["en_US", "uk", "de"])
def test_holidays_are_called_as_in_their_country_whatever_the_machine_speaks(
    of_the_machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", of_the_machine)
    _public_holidays.cache_clear()
    assert HolidayTerms(country="DE", subdivision="BY").in_year(2026)[date(2026, 1, 6)] == "Heilige Drei Könige"


def test_a_calendar_of_which_every_day_of_the_coming_years_is_a_holiday_is_refused() -> None:
    days = {(date(2026, 1, 1) + timedelta(days=number)).isoformat(): "closed" for number in range(3 * 366)}
    assert faults(holidays={"dates": days}) == NEVER


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
    holidays = HolidayTerms.model_validate(
        {"country": "DE", "subdivision": "BY", "dates": {"2026-12-24": "Heiligabend"}}
    )
    named = holidays.in_year(2026)
    assert named[date(2026, 12, 24)] == "Heiligabend"
    assert date(2026, 1, 6) in named
    assert date(2026, 11, 11) not in named, "St. Martin is no public holiday"
    assert date(2026, 12, 24) not in holidays.in_year(2027)


def test_what_is_closed_every_year_is_closed_in_each_and_a_date_has_the_better_name() -> None:
    holidays = HolidayTerms.model_validate(
        {"country": "DE", "yearly": {"12-24": "Heiligabend", "02-29": "leap"}, "dates": {"2027-12-24": "move"}}
    )
    assert [holidays.in_year(year)[date(year, 12, 24)] for year in (1999, 2026, 2027)] == [
        "Heiligabend",
        "Heiligabend",
        "move",
    ]
    assert date(2026, 12, 25) in holidays.in_year(2026)
    assert holidays.in_year(2028)[date(2028, 2, 29)] == "leap"
    assert "leap" not in holidays.in_year(2026).values()


@pytest.mark.parametrize("day", ["02-30", "13-01", "00-10", "2-2", "12/24", "12-24 ", "2026-12-24", "٠٢-٠٢", ""])
def test_a_yearly_holiday_that_is_no_day_of_the_year_is_refused(day: str) -> None:
    message = f"{day!r} is not a day of the year; write month and day, such as 12-24"
    assert faults(holidays={"yearly": {day: "closed"}}) == [(f"holidays.yearly.{day}", message)]


def test_special_days_replace_the_weekly_windows_on_a_date_or_every_year() -> None:
    calendar = business_calendar(
        terms(
            weekly={"mon-fri": ["09:00-17:00"]},
            holidays={"country": "DE", "yearly": {"12-24": "Heiligabend"}},
            special_days={
                "12-24": {"name": "Heiligabend until noon", "open": ["09:00-12:00"]},
                "2026-12-24": {"name": "move", "open": []},
                "2026-05-09": {"name": "fair", "open": ["10:00-12:00", "22:00-02:00"]},
            },
        )
    )
    assert open_on(calendar, date(2025, 12, 24)) == timedelta(hours=3)
    assert open_on(calendar, date(2026, 12, 24)) == timedelta(0)
    assert open_on(calendar, date(2026, 5, 9)) == timedelta(hours=4), "and two more after midnight"
    assert open_on(calendar, date(2026, 5, 10)) == timedelta(hours=2)
    assert open_on(calendar, date(2026, 5, 16)) == timedelta(0)
    assert calendar.special_day(date(2026, 5, 9)) == "fair"
    assert calendar.holiday(date(2025, 12, 24)) == "Heiligabend"


@pytest.mark.parametrize("day", ["2026-02-29", "02-30", "24.12.", "2026-W10-1", "20261224", "2026-12-24T00:00", ""])
def test_a_special_day_that_is_no_date_is_refused(day: str) -> None:
    message = f"{day!r} is not a date; write 2026-12-24, or 12-24 for every year"
    assert faults(special_days={day: {"name": "fair", "open": []}}) == [(f"special_days.{day}", message)]


def test_a_special_day_needs_a_name_and_windows_in_a_plausible_year() -> None:
    assert faults(
        special_days={
            "12-24": {"open": ["9-12"]},
            "1026-12-24": {"name": "typo", "open": []},
            "05-09": {"name": "fair"},
        }
    ) == [
        ("special_days.12-24.name", "is required"),
        (
            "special_days.12-24.open.0",
            "'9' is not a time of day; write 09:00, or 24:00 for the end of the day",
        ),
        ("special_days.1026-12-24", "lies outside the years 1970 to 2150; check the year"),
        ("special_days.05-09.open", "is required"),
    ]


def test_special_days_have_to_open_every_year_if_nothing_else_does() -> None:
    fair = {"name": "fair", "open": ["09:00-17:00"]}
    assert faults(weekly={}, special_days={}) == NEVER
    terms(weekly={}, special_days={"05-09": fair})
    assert faults(weekly={}, special_days={"2026-05-09": fair, "2027-05-09": fair}) == NEVER
    assert faults(weekly={}, special_days={"02-29": fair}) == NEVER
    assert faults(weekly={}, special_days={"05-09": fair, "2031-05-09": {"name": "no fair", "open": []}}) == NEVER


def test_every_day_of_the_year_cannot_be_closed() -> None:
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(366)]
    assert faults(holidays={"yearly": {f"{day:%m-%d}": "closed" for day in days}}) == NEVER
    assert faults(holidays={"yearly": {f"{day:%m-%d}": "closed" for day in days if f"{day:%m-%d}" != "02-29"}}) == NEVER
    assert faults(special_days={f"{day:%m-%d}": {"name": "closed", "open": []} for day in days}) == NEVER


def test_there_cannot_be_more_special_days_than_anybody_needs() -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(1001)]
    [(path, message)] = faults(special_days={day.isoformat(): {"name": "x", "open": ["09:00-10:00"]} for day in days})
    assert path == "special_days"
    assert "at most 1000" in message


def test_a_calendar_without_hours_is_always_open_but_on_holidays() -> None:
    calendar = business_calendar(terms(holidays={"dates": {"2026-12-24": "closed"}}))
    assert calendar.is_open(datetime(2026, 12, 23, 22, 59, tzinfo=UTC))
    assert not calendar.is_open(datetime(2026, 12, 23, 23, 0, tzinfo=UTC))
    assert calendar.is_open(datetime(2026, 12, 24, 23, 0, tzinfo=UTC))


def test_equal_terms_share_one_calendar_and_other_holidays_make_another() -> None:
    assert business_calendar(terms()) is business_calendar(terms())
    assert business_calendar(terms()) is not business_calendar(terms(holidays={"country": "DE"}))
    special: dict[str, Any] = {"special_days": {"12-24": {"name": "Heiligabend", "open": ["09:00-12:00"]}}}
    assert business_calendar(terms(**special)) is business_calendar(terms(**special))
    assert business_calendar(terms()) is not business_calendar(terms(**special))


@pytest.mark.parametrize(
    ("weekly", "hours"),
    [
        ({"mon-fri": ["09:00-17:00"], "tue": ["09:00-12:00"]}, 3),
        ({"tue": ["09:00-12:00"], "mon-fri": ["09:00-17:00"]}, 3),
        ({"daily": ["00:00-24:00"], "mon-fri": ["09:00-17:00"]}, 8),
        ({"mon-fri": ["09:00-17:00"], "tue": []}, 0),
        ({"mon,tue": ["09:00-12:00"], "tue,wed": ["11:00-14:00"]}, 5),
    ],
)
def test_of_several_keys_that_name_a_day_the_one_that_names_the_fewest_says_its_hours(
    weekly: dict[str, list[str]], hours: int
) -> None:
    tuesday = datetime(2026, 3, 31, tzinfo=UTC)
    elapsed = business_calendar(terms(weekly=weekly)).elapsed(tuesday, tuesday + timedelta(days=1))
    assert elapsed == timedelta(hours=hours)


def test_the_document_keeps_what_was_written() -> None:
    assert terms(weekly={"Mon-Fri": ["09:00 - 17:00"]}).model_dump()["weekly"] == {"Mon-Fri": ["09:00 - 17:00"]}
