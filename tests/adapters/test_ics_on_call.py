"""On-call calendars of other systems are read as they are meant, and nothing in them is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.oncall.test_fairness import WEEK, schedule
from tocsin.adapters.ics_feed import IcsShiftCalendars
from tocsin.adapters.ics_on_call import IcsOnCallFeeds
from tocsin.domain.oncall.feed import FeedContent
from tocsin.domain.oncall.imported import Directory, shifts_of
from tocsin.domain.oncall.members import Member

FEEDS = Path(__file__).parent / "feeds"
START, END = datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)


def read(text: str, timezone: str = "Europe/Berlin", start: datetime = START) -> list[tuple[str, str, str]]:
    """Title, begin and end of each event, in order of time."""
    events, _ = IcsOnCallFeeds().read(text, timezone, start, END)
    found = sorted(events, key=lambda event: event.starts_at)
    return [(each.title, f"{each.starts_at:%m-%d %H:%M}", f"{each.ends_at:%m-%d %H:%M}") for each in found]


def left_out(text: str) -> list[tuple[str, str]]:
    return [(each.name, each.why) for each in IcsOnCallFeeds().read(text, "UTC", START, END)[1]]


def calendar(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""])


def event(*lines: str, title: str = "ana") -> str:
    return calendar("BEGIN:VEVENT", "UID:1", f"SUMMARY:{title}", *lines, "END:VEVENT")


def test_a_feed_of_pagerduty() -> None:
    text = (FEEDS / "pagerduty.ics").read_text()
    assert read(text) == [
        ("On Call - Ana Smith - Frontline", "03-23 08:00", "03-30 08:00"),
        ("On Call - Ben Okafor - Frontline", "03-30 08:00", "04-06 07:00"),
    ]
    events, _ = IcsOnCallFeeds().read(text, "UTC", START, END)
    assert [each.attendees for each in events] == [("ana@example.com",), ("ben@elsewhere.example",)]


def test_a_calendar_that_people_keep_by_the_clock_on_their_wall() -> None:
    text = (FEEDS / "calendar.ics").read_text()
    assert read(text) == [
        ("ben", "03-23 08:00", "03-30 07:00"),
        ("Ana Smith", "03-30 07:00", "04-06 07:00"),
        ("Caro (stands in)", "04-04 22:00", "04-05 22:00"),
        ("caro@example.com", "04-06 10:00", "04-13 07:00"),
        ("ben", "04-20 07:00", "04-27 07:00"),
        ("Ana Smith", "04-27 07:00", "05-04 07:00"),
    ]
    assert left_out(text) == [("Nobody", "is cancelled")]


def test_a_time_without_a_zone_is_one_of_the_schedule_s() -> None:
    text = event("DTSTART:20260401T090000", "DURATION:PT8H")
    assert read(text, "Asia/Kolkata") == [("ana", "04-01 03:30", "04-01 11:30")]


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=DAILY;COUNT=3", [30, 31, 32]),
        ("FREQ=DAILY;INTERVAL=3;UNTIL=20260405", [30, 33, 36]),
        ("FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20260406T000000Z", [30, 32]),
        ("FREQ=MONTHLY;BYDAY=1MO;COUNT=2", [30, 37]),
        ("FREQ=MONTHLY;BYMONTHDAY=1;COUNT=1", [30, 32]),
    ],
)
def test_events_repeat_by_the_rules_that_calendars_write(rule: str, days: list[int]) -> None:
    text = event("DTSTART:20260330T080000Z", "DTEND:20260330T160000Z", f"RRULE:{rule}")
    starts = [f"03-{day} 08:00" if day < 32 else f"04-{day - 31:02} 08:00" for day in days]
    found = [start for _, start, _ in read(text)]
    assert found[: len(starts)] == starts


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (("DTSTART:20260401T090000Z", "DTEND:20260401T090000Z"), "ends when it begins"),
        (("DTSTART:20260401T090000Z", "DTEND:20280401T090000Z"), "longer than a year"),
        (("DTSTART:20260401T090000Z", "DURATION:P1D", "RRULE:FREQ=SECONDLY"), "repeats secondly"),
        (("DTSTART:20260401T090000Z", "DURATION:P1D", "RRULE:FREQ=YEARLY"), "repeats yearly"),
        (("DTSTART:20260401T090000Z", "DURATION:P1D", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), "not understood"),
        (("DTSTART:20260401T090000Z", "DURATION:P1D", "RRULE:FREQ=DAILY;INTERVAL=7;BYDAY=MO"), "not understood"),
        (
            ("DTSTART:20260401T090000Z", "DURATION:P1D", "RRULE:FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=30"),
            "not understood",
        ),
        (("DTSTART:09990401T090000Z", "DURATION:P1D", "RRULE:FREQ=DAILY"), "repeats since 999"),
        (("DTSTART:20260401T090000Z", "DURATION:P1D", "RDATE;VALUE=PERIOD:20260501T090000Z/PT5H"), "in periods"),
        (("DTSTART:20269901T090000Z", "DURATION:P1D"), "cannot be read"),
        (("DURATION:P1D",), ""),
    ],
)
def test_an_event_that_is_not_understood_is_left_out_and_it_is_said_why(lines: tuple[str, ...], why: str) -> None:
    text = event(*lines)
    [(title, found)] = left_out(text)
    assert (title, read(text)) == ("ana", [])
    assert why in found


@pytest.mark.parametrize("text", ["", "hello", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "/etc/passwd\nEND:VCALENDAR"])
def test_what_is_no_calendar_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an iCalendar text"):
        IcsOnCallFeeds().read(text, "UTC", START, END)


def test_what_would_be_too_many_is_refused_and_does_not_take_long() -> None:
    days = event("DTSTART:20000101T000000Z", "DURATION:PT1M", "RRULE:FREQ=DAILY")
    many = calendar(*days.split("\r\n")[2:-2] * 60)
    with pytest.raises(ValueError, match="more than 2,000 events"):
        IcsOnCallFeeds().read(many, "UTC", START, END)
    series = calendar(*days.split("\r\n")[2:-2] * 101)
    with pytest.raises(ValueError, match="more than 100 events that repeat"):
        IcsOnCallFeeds().read(series, "UTC", START, END)


@given(
    st.integers(0, 400).map(lambda days: START + timedelta(days=days, hours=days % 24)),
    st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "America/St_Johns"]),
)
def test_what_our_own_feed_shows_is_read_as_the_same_shifts(at: datetime, timezone: str) -> None:
    nights = {**WEEK, "name": "nights", "participants": ["caro", "dan"], "windows": {"mon-fri": ["22:00-06:00"]}}
    end = at + timedelta(days=30)
    shifts = schedule(WEEK, nights).shifts(at, end)
    people = {"ana": "Ana", "al": "Al", "caro": "Caro", "dan": "Dan"}
    text = IcsShiftCalendars().write(FeedContent("emea", "EMEA", shifts, people, at)).decode()
    events, unread = IcsOnCallFeeds().read(text, timezone, at, end)
    directory = Directory([Member(member_id=each, name=name) for each, name in people.items()], {})
    named = [(each, str(directory.member_of(each))) for each in events]
    found, covered = shifts_of(named)
    assert (unread, covered) == ([], [])
    assert [(each.member_id, each.starts_at, each.ends_at) for each in found] == [
        (each.member_id, each.starts_at, each.ends_at) for each in shifts
    ]
