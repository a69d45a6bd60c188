"""iCalendar texts: every event closes days or is left out with a reason, and none takes long."""

from __future__ import annotations

from datetime import date
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.adapters.ics import IcsFeeds
from tocsin.domain.calendars.days_off import DayOff

YEARS = range(2026, 2029)
SIZE_LIMIT = 64 * 1024
PATIENCE = 15.0
"""Seconds; what is hostile takes under one on a quiet machine, and hours where it is not bounded."""


def feed(*events: str, before: str = "") -> str:
    """Events given as lines divided by `|`, with their number as UID unless they have one."""
    identified = (event if "UID:" in event else f"UID:{number}|{event}" for number, event in enumerate(events))
    framed = (f"BEGIN:VEVENT|{event}|END:VEVENT|" for event in identified)
    text = f"BEGIN:VCALENDAR|VERSION:2.0|{before}{''.join(framed)}END:VCALENDAR|"
    return text.replace("|", "\r\n")


def days_of(*events: str, years: range = YEARS, include_free: bool = False) -> list[str]:
    days_off, left_out = IcsFeeds().read(feed(*events), years, include_free)
    assert left_out == []
    return [off.day.isoformat() for off in days_off]


def why(event: str, include_free: bool = False) -> str:
    days_off, [left] = IcsFeeds().read(feed(f"SUMMARY:Day|{event}"), YEARS, include_free)
    assert days_off == []
    assert left.name == "Day"
    return left.why


def test_an_all_day_event_closes_its_date_under_its_name() -> None:
    text = feed("SUMMARY:Tag der Arbeit\\, gesetzlich|DTSTART;VALUE=DATE:20260501|DTEND;VALUE=DATE:20260502")
    assert IcsFeeds().read(text, YEARS, False) == ([DayOff(date(2026, 5, 1), "Tag der Arbeit, gesetzlich", "0")], [])


@pytest.mark.parametrize(
    ("event", "days"),
    [
        ("DTSTART;VALUE=DATE:20260501", ["2026-05-01"]),
        ("DTSTART;VALUE=DATE:20260501|DTEND;VALUE=DATE:20260501", ["2026-05-01"]),
        ("DTSTART;VALUE=DATE:20261230|DTEND;VALUE=DATE:20270102", ["2026-12-30", "2026-12-31", "2027-01-01"]),
        ("DTSTART;VALUE=DATE:20260501|DURATION:P2D", ["2026-05-01", "2026-05-02"]),
        ("DTSTART;VALUE=DATE:20251230|DURATION:P1W", [f"2026-01-0{day}" for day in range(1, 6)]),
        ("DTSTART;VALUE=DATE:20260501|SUMMARY:May|SUMMARY:Labour", ["2026-05-01"]),
    ],
)
def test_it_closes_every_date_up_to_its_end_that_lies_in_the_years(event: str, days: list[str]) -> None:
    assert days_of(event) == days


@pytest.mark.parametrize(
    ("event", "days"),
    [
        ("DTSTART:16011224|RRULE:FREQ=YEARLY", ["2026-12-24", "2027-12-24", "2028-12-24"]),
        ("DTSTART:20271224|RRULE:FREQ=YEARLY", ["2027-12-24", "2028-12-24"]),
        ("DTSTART:20251224|RRULE:FREQ=YEARLY;INTERVAL=2", ["2027-12-24"]),
        ("DTSTART:20251224|RRULE:FREQ=YEARLY;COUNT=3", ["2026-12-24", "2027-12-24"]),
        ("DTSTART:20251224|RRULE:FREQ=YEARLY;UNTIL=20271224", ["2026-12-24", "2027-12-24"]),
        ("DTSTART:20251224|RRULE:FREQ=YEARLY;UNTIL=20271223T230000Z", ["2026-12-24"]),
        ("DTSTART:20240229|RRULE:FREQ=YEARLY", ["2028-02-29"]),
        ("DTSTART:20251127|RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", ["2026-11-26", "2027-11-25", "2028-11-23"]),
        ("DTSTART:20250525|RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", ["2026-05-25", "2027-05-31", "2028-05-29"]),
        ("DTSTART:20250101|RRULE:FREQ=YEARLY;BYYEARDAY=60;COUNT=2", ["2026-03-01"]),
        ("DTSTART:20260110|RRULE:FREQ=YEARLY;BYMONTH=1,7;COUNT=3", ["2026-01-10", "2026-07-10", "2027-01-10"]),
        ("DTSTART:20261224|RRULE:FREQ=YEARLY|EXDATE;VALUE=DATE:20271224", ["2026-12-24", "2028-12-24"]),
        ("DTSTART:20261224|EXDATE:20261224T000000Z|RDATE;VALUE=DATE:20270101,20270601", ["2027-01-01", "2027-06-01"]),
        ("DTSTART:20251231|DURATION:P2D|RRULE:FREQ=YEARLY;COUNT=2", ["2026-01-01", "2026-12-31", "2027-01-01"]),
        ("DTSTART:20260101|RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", ["2026-01-01"]),
    ],
)
def test_what_repeats_yearly_closes_its_date_in_every_year(event: str, days: list[str]) -> None:
    assert days_of(event) == days


def test_an_event_that_takes_the_place_of_one_in_a_series_closes_its_own_date_instead() -> None:
    moved = feed(
        "UID:s|DTSTART:20260501|RRULE:FREQ=YEARLY",
        "UID:s|RECURRENCE-ID;VALUE=DATE:20270501|DTSTART:20270503",
        "UID:s|RECURRENCE-ID;VALUE=DATE:20280501|DTSTART:20280501|STATUS:CANCELLED",
        "UID:other|DTSTART:20270501",
    )
    days_off, [left] = IcsFeeds().read(moved, YEARS, False)
    assert [off.day.isoformat() for off in days_off] == ["2026-05-01", "2027-05-03", "2027-05-01"]
    assert left.why == "is cancelled"


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("DTSTART:20260501|STATUS:CANCELLED", "is cancelled"),
        ("DTSTART:20260501|TRANSP:TRANSPARENT", "is marked as free time"),
        ("DTSTART:20250501", "has no day in the years 2026 to 2028"),
        ("DTSTART:20291224|RRULE:FREQ=YEARLY", "has no day in the years 2026 to 2028"),
        ("DTSTART:20260501|EXDATE:20260501", "has no day in the years 2026 to 2028"),
        ("DTSTART:99991231|RRULE:FREQ=YEARLY", "out of range"),
        (
            "DTSTART:20261224T120000|DTEND:20261224T180000",
            "is not all day, but 2026-12-24 from 12:00 to 18:00; for a part of a day write special_days",
        ),
        (
            "DTSTART;TZID=Europe/Berlin:20261224T120000|DTEND;TZID=Europe/Berlin:20261226T090000",
            "but from 2026-12-24 12",
        ),
        ("SUMMARY:Day", "No DTSTART given"),
        ("DTSTART:20260501|DTSTART:20260502", "Multiple DTSTART"),
        ("DTSTART;VALUE=DATE:2026-05-01", "cannot be read: Expected datetime, date, or time. Got: '2026-05-01'"),
        ("DTSTART:20260230", "cannot be read"),
        ("DTSTART:120000", "DTSTART must be"),
        ("DTSTART:20260501|DURATION:20260502", "a property is of the wrong type"),
        ("DTSTART:20260501|RRULE;VALUE=DATE:20260502", "a property is of the wrong type"),
        ("DTSTART:20260501|DTEND:20260430", "ends before it begins"),
        ("DTSTART:20260501|DTEND:20260501T120000", "must be of the same type"),
        ("DTSTART:20260501|DTEND:20260502|DURATION:P1D", "Only one of DTEND and DURATION"),
        ("DTSTART:20260501|DTEND:20280501", "lasts 731 days"),
        ("DTSTART:20260501|colour blue", "cannot be read"),
        ("DTSTART:20260501|RRULE:FREQ=FORTNIGHTLY", "cannot be read"),
        ("DTSTART:20260501|RRULE:COUNT=2", "repeats never"),
        ("DTSTART:20260501|RRULE:FREQ=WEEKLY", "repeats weekly; holidays repeat yearly"),
        ("DTSTART:20260501|RRULE:FREQ=YEARLY;BYHOUR=1,2", "repeats by BYHOUR"),
        ("DTSTART:20260501|RRULE:FREQ=YEARLY;BYWEEKNO=20", "repeats by BYWEEKNO"),
        ("DTSTART:20260501|RRULE:FREQ=YEARLY;BYDAY=MO", "repeats on more than 31 days a year; close weekdays by"),
        ("DTSTART:20260501|RRULE:FREQ=YEARLY;BYDAY=99MO", "repeats by a rule that cannot be read"),
        ("DTSTART:20260501|RRULE:FREQ=YEARLY;INTERVAL=0", "repeats every 0 years"),
        ("DTSTART:16010501|RRULE:FREQ=YEARLY;COUNT=2", "counts its repetitions from 1601 on"),
        ("DTSTART:20260501|RRULE:FREQ=YEARLY;UNTIL=120000", "12:00:00 is not a date"),
        ("DTSTART:20260501|RRULE:FREQ=YEARLY|RRULE:FREQ=YEARLY;COUNT=1", "repeats by more than one RRULE"),
        ("DTSTART:20260501|RDATE;VALUE=PERIOD:20270501T000000Z/P1D", "repeats in periods"),
    ],
)
def test_what_closes_nothing_is_left_out_with_the_reason(event: str, reason: str) -> None:
    assert reason in why(event)


def test_free_time_closes_its_date_where_that_is_asked_for_as_public_feeds_mark_their_holidays_so() -> None:
    assert days_of("DTSTART:20260501|TRANSP:TRANSPARENT", include_free=True) == ["2026-05-01"]
    assert "is cancelled" in why("DTSTART:20260501|TRANSP:TRANSPARENT|STATUS:CANCELLED", include_free=True)


def test_one_event_that_cannot_be_read_keeps_no_other_back() -> None:
    days_off, left_out = IcsFeeds().read(feed("DTSTART:soon", "DTSTART:20260501", "DTSTART:20260502"), YEARS, False)
    assert [off.event_id for off in days_off] == ["1", "2"]
    assert len(left_out) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "<html></html>",
        "END:VCALENDAR",
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20260501\r\n",
        "BEGIN:VCALENDAR\r\nno calendar\r\nEND:VCALENDAR",
        "BEGIN:VCALENDAR\r\nTZID:x\r\nEND:VTIMEZONE\r\nEND:VCALENDAR",
        "\ud800\r\nEND:VCALENDAR",
    ],
)
def test_what_is_no_calendar_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an iCalendar text"):
        IcsFeeds().read(text, YEARS, False)


def test_the_name_of_a_file_is_not_read_as_that_file(tmp_path: object) -> None:
    file = f"{tmp_path}/x END:VCALENDAR"
    with open(file, "w", encoding="utf-8") as written:  # noqa: PTH123 - the name is what is tested
        written.write(feed("DTSTART:20260501"))
    with pytest.raises(ValueError, match="is not an iCalendar text"):
        IcsFeeds().read(file, YEARS, False)


def test_a_calendar_without_events_closes_nothing_and_a_feed_may_hold_two() -> None:
    assert IcsFeeds().read(feed(), YEARS, False) == ([], [])
    two = feed("DTSTART:20260501") + feed("DTSTART:20260502")
    assert len(IcsFeeds().read(two, YEARS, False)[0]) == 2


def test_long_names_are_cut_as_they_may_come_every_day() -> None:
    [off] = IcsFeeds().read(feed(f"SUMMARY:{'x' * 9000}|DTSTART:20260501"), YEARS, False)[0]
    assert off.name == "x" * 200


ENDLESS_ZONE = (
    "BEGIN:VTIMEZONE|TZID:Endless|BEGIN:STANDARD|DTSTART:19000101T000000|TZOFFSETFROM:+0100|TZOFFSETTO:+0200|"
    "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30|END:STANDARD|END:VTIMEZONE|"
)


@pytest.mark.parametrize(
    "event",
    [
        "DTSTART:20260101|RRULE:FREQ=SECONDLY",
        "DTSTART:19700101|RRULE:FREQ=YEARLY;COUNT=9999;BYMONTH=2;BYMONTHDAY=30",
        "DTSTART:19700101|RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "DTSTART:20260101|RRULE:FREQ=YEARLY;BYDAY=SU,MO,TU,WE,TH,FR,SA",
        f"DTSTART:20260101|RRULE:FREQ=YEARLY;BYMONTHDAY={','.join(['1'] * 20_000)}",
        f"DTSTART:20260101|RRULE:FREQ=YEARLY;BYDAY=1MO;BYSETPOS={','.join(['1'] * 20_000)}",
        f"DTSTART:20260101|RDATE:{','.join(['20260101'] * 6_000)}",
        "DTSTART;TZID=Endless:20260101T000000",
    ],
    ids=lambda event: event[:60],
)
def test_what_repeats_without_end_is_over_soon(event: str) -> None:
    events = [event] * max(1, (SIZE_LIMIT - 300) // len(f"BEGIN:VEVENT  UID:000  {event}  END:VEVENT  "))
    began = process_time()
    IcsFeeds().read(feed(*events, before=ENDLESS_ZONE), range(2026, 2036), False)
    assert process_time() - began < PATIENCE


def test_more_days_off_than_a_contract_may_have_are_refused() -> None:
    with pytest.raises(ValueError, match="more than 4000 days off"):
        IcsFeeds().read(feed(*["DTSTART:20260101|DTEND:20270101|RRULE:FREQ=YEARLY"] * 9), YEARS, False)


values = st.sampled_from(
    ["20260501", "20260501T100000Z", "120000", "P1D", "-P1D", "20260501/P1D", "FREQ=YEARLY", "FREQ=YEARLY;COUNT=0", ""]
) | st.text(st.sampled_from("0123456789TZP-+/;=,:DWMYQ"), max_size=12)
names = st.sampled_from(
    ["DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "SUMMARY", "UID", "STATUS", "TRANSP"]
)
parameters = st.sampled_from(
    ["", ";VALUE=DATE", ";VALUE=PERIOD", ";VALUE=TEXT", ";TZID=Europe/Berlin", ";TZID=Nowhere"]
)
rule_parts = st.sampled_from(
    [
        "FREQ=YEARLY",
        "COUNT=1",
        "INTERVAL=2",
        "UNTIL=2027",
        "WKST=SU",
        "BYMONTH=13",
        "BYMONTH=2",
        "BYMONTHDAY=0,-1",
        "BYYEARDAY=-366",
        "BYDAY=-53SU",
        "BYDAY=1",
        "BYSETPOS=0",
        "BYSETPOS=-1",
        "RSCALE=HEBREW",
        "BYEASTER=1",
        "X=",
        "=",
    ]
)
rules = st.lists(rule_parts, max_size=4).map(lambda parts: f"RRULE:{';'.join(parts)}")
lines = st.tuples(names, parameters, values).map(lambda parts: f"{parts[0]}{parts[1]}:{parts[2]}")


@settings(max_examples=300)
@given(st.lists(lines | rules | st.text(max_size=20), max_size=6), st.booleans())
def test_no_event_is_a_crash(content: list[str], starts: bool) -> None:
    event = "|".join([*(["DTSTART:20260501"] if starts else []), *content])
    try:
        days_off, left_out = IcsFeeds().read(feed(event), YEARS, True)
    except ValueError:
        return
    assert all(off.day.year in YEARS for off in days_off)
    assert days_off or left_out or "|BEGIN" in event.upper() or "|END" in event.upper()
