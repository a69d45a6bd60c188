"""Instants and durations as people and helpdesks write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.values.instants import (
    BusinessDays,
    CalendarDays,
    format_duration,
    format_instant,
    parse_business_days,
    parse_days,
    parse_duration,
    parse_instant,
    parse_target,
    short_target,
)

NOON = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-27T12:00:00Z",
        "2026-03-27t12:00:00z",
        "2026-03-27T13:00:00+01:00",
        "2026-03-27T06:30:00-05:30",
        "2026-03-27T12:00:00.000000Z",
    ],
)
def test_an_instant_is_the_same_in_whatever_offset_it_is_written(text: str) -> None:
    assert parse_instant(text) == NOON
    assert parse_instant(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-27",
        "2026-03-27T12:00:00",
        "2026-03-27 12:00:00Z",
        "2026-03-27T12:00Z",
        "2026-03-27T12:00:00.1234567Z",
        "2026-02-30T12:00:00Z",
        "2026-03-27T25:00:00Z",
        "2026-03-27T12:00:60Z",
        "2026-03-27T12:00:00+24:00",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "1969-12-31T23:59:59Z",
        "2151-01-01T00:00:00Z",
        "٢٠٢٦-03-27T12:00:00Z",
        "2026-03-27T12:00:00Z\n",
        "now",
        "",
        1_774_612_800,
        True,
        None,
        [],
        datetime(2026, 3, 27, 12),  # noqa: DTZ001
    ],
)
def test_what_is_not_an_instant_is_refused_in_words(text: object) -> None:
    with pytest.raises(ValueError, match=r"instant|exist|years|time zone"):
        parse_instant(text)


@given(st.datetimes(datetime(1970, 1, 2), datetime(2150, 12, 30)), st.integers(-23 * 60, 23 * 60))  # noqa: DTZ001
def test_an_instant_survives_being_written_and_read(wall: datetime, offset: int) -> None:
    instant = wall.replace(tzinfo=timezone(timedelta(minutes=offset)))
    text = format_instant(instant)
    assert text.endswith("Z")
    assert parse_instant(text) == instant


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("15m", 900),
        ("15min", 900),
        ("4h", 14_400),
        ("1h30m", 5_400),
        ("90s", 90),
        ("1h30m10s", 5_410),
        ("PT4H", 14_400),
        ("PT1H30M", 5_400),
        (" 15m ", 900),
        ("024h", 86_400),
        ("87840h", 316_224_000),
        ("P0DT1H", 3_600),
    ],
)
def test_durations_are_read_in_short_and_in_iso_form(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0m", "longer than zero"),
        ("PT0S", "longer than zero"),
        ("87841h", "ten years"),
        ("999999999999999999h", "ten years"),
        ("P1D", "ambiguous"),
        ("P1DT2H", "ambiguous"),
        ("1d", "ambiguous"),
        ("-15m", "not a duration"),
        ("1.5h", "not a duration"),
        ("1h 30m", "not a duration"),
        ("١٥m", "not a duration"),
        ("P", "not a duration"),
        ("PT", "not a duration"),
        ("", "not a duration"),
        ("15", "not a duration"),
        (15, "not a duration"),
        (True, "not a duration"),
        (None, "not a duration"),
        ("1:30", "not a duration"),
    ],
)
def test_zero_absurd_and_ambiguous_durations_are_refused(text: object, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_duration(text)


def test_a_number_of_thousands_of_digits_is_refused_in_plain_words() -> None:
    with pytest.raises(ValueError, match=r"longer than ten years|not a duration"):
        parse_duration("9" * 5000 + "h")


@given(st.integers(1, 10 * 365 * 86_400))
def test_a_duration_survives_being_written_and_read(seconds: int) -> None:
    assert parse_duration(format_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


def test_no_duration_at_all_is_written_as_zero_seconds() -> None:
    assert format_duration(timedelta()) == "PT0S"


@pytest.mark.parametrize(("text", "days"), [("3bd", 3), ("3 business days", 3), ("1 business day", 1), ("999bd", 999)])
def test_business_days_are_read(text: str, days: int) -> None:
    assert parse_business_days(text) == BusinessDays(days)


@pytest.mark.parametrize("text", ["0bd", "bd", "-1bd", "1000bd", "3", "3d", 3, None, "٣bd", "1.5bd"])
def test_what_is_not_a_number_of_business_days_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="business days"):
        parse_business_days(text)


@pytest.mark.parametrize(("text", "days"), [("60 days", 60), ("1 day", 1), (" P30D ", 30), ("3660 days", 3660)])
def test_days_of_the_calendar_are_read(text: str, days: int) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize(
    "text", ["60", "0 days", "-1 days", "3661 days", "1.5 days", "2 weeks", "3bd", "", None, True, "٣ days"]
)
def test_what_is_not_a_number_of_days_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="write 60 days or P60D"):
        parse_days(text)


@pytest.mark.parametrize(("text", "days"), [("3cd", 3), ("3 calendar days", 3), ("1 calendar day", 1)])
def test_calendar_days_are_a_target_of_their_own(text: str, days: int) -> None:
    found = parse_target(text)
    assert (type(found), found, short_target(found), parse_target(found)) == (CalendarDays, days, f"{days}cd", found)


def test_no_calendar_days_are_no_target_and_days_alone_say_what_to_write() -> None:
    with pytest.raises(ValueError, match="must be longer than zero"):
        parse_target("0cd")
    with pytest.raises(ValueError, match=r"'3d' is ambiguous; write hours \(24h\), business days \(1bd\) or calendar"):
        parse_target("3d")
