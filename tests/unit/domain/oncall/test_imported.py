"""Whom an event of a calendar names, and who is on call where events overlap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.oncall.imported import Covered, Directory, OnCallEvent, Unnamed, continued, shifts_of
from tocsin.domain.oncall.members import Member
from tocsin.domain.oncall.schedule import GivenShift

START = datetime(2026, 3, 30, 8, tzinfo=UTC)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def person(member_id: str, name: str, *mails: str) -> Member:
    channels = [{"type": "email", "address": mail} for mail in mails]
    return Member.model_validate({"member_id": member_id, "name": name, "channels": channels})


PEOPLE = [
    person("ana", "Ana Smith", "ana@example.com"),
    person("ben", "Ben - Night", "ben@example.com"),
    person("al-1", "Al Jones"),
    person("al-2", "Al Jones"),
]


def named(title: str, *attendees: str, **match: str) -> str | Unnamed:
    known = {name.replace("_", " "): member_id for name, member_id in match.items()}
    return Directory(PEOPLE, known).member_of(OnCallEvent(title, attendees, at(0), at(1)))


@pytest.mark.parametrize(
    ("title", "member_id"),
    [
        ("ana", "ana"),
        ("  ANA  smith ", "ana"),
        ("ana@example.com", "ana"),
        ("On Call - Ana Smith - Lego Master", "ana"),
        ("On-call: Ana Smith", "ana"),
        ("Ana Smith is on call (EMEA)", "ana"),
        ("Ana Smith (primary)", "ana"),
        ("Ana Smith - on duty - Frontline", "ana"),
        ("On Call - Ben - Night - Frontline", "ben"),
    ],
)
def test_systems_write_things_around_a_name(title: str, member_id: str) -> None:
    assert named(title) == member_id


def test_who_attends_counts_before_the_title_and_what_was_said_before_both() -> None:
    assert named("On Call - Somebody Else - X", "ben@example.com") == "ben"
    assert named("On Call - Ana Smith - X", "unknown@example.com") == "ana"
    assert named("On Call - Ana Smith - X", "ben@example.com", ana_smith="al-1") == "al-1"
    assert named("Team A", zoe="ben", team_a="al-2") == "al-2"


def test_nobody_and_several_are_told_with_the_title() -> None:
    assert named("On Call - Zoe - X") == Unnamed("On Call - Zoe - X", "names nobody who is known")
    assert named("Al Jones") == Unnamed("Al Jones", "names several people: al-1 and al-2")
    assert named("", "") == Unnamed("", "names nobody who is known")


def event(start: float, end: float) -> OnCallEvent:
    return OnCallEvent("", (), at(start), at(end))


def shift(member_id: str, start: float, end: float) -> GivenShift:
    return GivenShift(member_id=member_id, starts_at=at(start), ends_at=at(end))


def test_whoever_begins_later_is_on_call_and_whom_they_cover_is_told() -> None:
    found, covered = shifts_of([(event(0, 10), "ana"), (event(2, 4), "ben"), (event(10, 12), "ben")])
    assert found == [shift("ana", 0, 2), shift("ben", 2, 4), shift("ana", 4, 10), shift("ben", 10, 12)]
    assert covered == [Covered(at(2), at(4), "ana", "ben")]


def test_of_two_that_begin_at_once_it_is_the_one_that_is_written_last() -> None:
    assert shifts_of([(event(0, 2), "ana"), (event(0, 1), "ben")])[0] == [shift("ben", 0, 1), shift("ana", 1, 2)]


EVENTS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 12), st.sampled_from(["ana", "ben", "caro"])).map(
        lambda drawn: (event(drawn[0], drawn[0] + drawn[1]), drawn[2])
    ),
    max_size=12,
)


@given(EVENTS)
def test_at_every_hour_it_is_who_began_last_of_those_who_are_on(events: list[tuple[OnCallEvent, str]]) -> None:
    found, covered = shifts_of(events)
    for hour in range(45):
        now = at(hour)
        running = [(each, number, who) for number, (each, who) in enumerate(events) if each.starts_at <= now]
        on = [who for each, _, who in sorted(running, key=lambda one: (one[0].starts_at, one[1])) if each.ends_at > now]
        assert _on(found, hour) == on[-1:]
        hidden = {each.member_id for each in covered if each.starts_at <= now < each.ends_at}
        assert hidden == set(on) - set(on[-1:])


@given(EVENTS, EVENTS, st.integers(0, 40))
def test_what_was_stays_and_what_comes_is_new(
    old: list[tuple[OnCallEvent, str]], new: list[tuple[OnCallEvent, str]], now: int
) -> None:
    before, after = shifts_of(old)[0], shifts_of(new)[0]
    found = continued(before, at(now), after)
    for hour in range(45):
        wanted = before if hour < now else after
        assert _on(found, hour) == _on(wanted, hour)


def _on(shifts: list[GivenShift], hour: int) -> list[str]:
    return [each.member_id for each in shifts if each.starts_at <= at(hour) < each.ends_at]
