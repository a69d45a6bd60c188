"""Who is on call until when, who is next, and who is on duty twice at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.unit.domain.oncall.test_schedule import DAILY, NIGHTS, by_layer, layer, timetable, utc
from tocsin.domain.oncall.duty import Duty, duty_at, outlook
from tocsin.domain.oncall.override import KeptOverride
from tocsin.domain.oncall.timetable import Timetable


def said(duty: Duty) -> tuple[Any, ...]:
    now, following = duty.now, duty.following
    return (
        now and now.member_id,
        now and (now.layer or now.override_id),
        duty.until,
        following and (following.member_id, following.starts_at),
    )


def standing_in(found: Timetable, member_id: str, start: str, end: str) -> Timetable:
    return replace(found, overrides=[KeptOverride("o1", member_id, utc(start), utc(end), "ill", None, utc(start))])


def test_whoever_is_next_is_somebody_else() -> None:
    both, at = timetable(layer(), NIGHTS), utc("2026-01-06T12:00")
    night = utc("2026-01-06T21:00")
    assert said(duty_at(both, at)) == ("ana", "week", night, ("ben", night))
    alone, monday = timetable(layer()), utc("2026-01-12T08:00")
    assert said(duty_at(alone, at)) == ("ana", "week", monday, ("al", monday))


def test_who_goes_on_by_another_layer_is_on_call_until_that_ends_too() -> None:
    own_night = timetable(layer(), {**NIGHTS, "participants": ["ana"]})
    monday = utc("2026-01-12T08:00")
    assert said(duty_at(own_night, utc("2026-01-06T12:00"))) == ("ana", "week", monday, ("al", monday))


def test_while_nobody_is_on_call_it_is_said_until_when() -> None:
    nights, night = timetable(NIGHTS), utc("2026-01-06T21:00")
    assert said(duty_at(nights, utc("2026-01-06T12:00"))) == (None, None, night, ("ben", night))
    morning, next_night = utc("2026-01-07T05:00"), utc("2026-01-07T21:00")
    assert said(duty_at(nights, night)) == ("ben", "nights", morning, ("ben", next_night))


def test_an_override_is_named_and_ends_when_it_ends() -> None:
    found = standing_in(timetable(layer()), "dora", "2026-01-06T10:00", "2026-01-06T14:00")
    two = utc("2026-01-06T14:00")
    assert said(duty_at(found, utc("2026-01-06T12:00"))) == ("dora", "o1", two, ("ana", two))


def test_who_is_alone_for_good_has_no_end_and_nobody_after_the_last_day() -> None:
    assert said(duty_at(timetable(layer("ana")), utc("2026-01-06"))) == ("ana", "week", None, None)
    ends = timetable(layer("ana", ends_on="2026-01-11"))
    assert said(duty_at(ends, utc("2026-01-06"))) == ("ana", "week", utc("2026-01-12T08:00"), None)
    assert said(duty_at(ends, utc("2026-02-01"))) == (None, None, None, None)


def test_a_far_turn_is_found_within_a_year() -> None:
    yearly = by_layer({"every": 12, "unit": "months", "at": "09:00"})
    after = utc("2027-01-05T08:00")
    assert said(duty_at(yearly, utc("2026-01-06"))) == ("ana", "week", after, ("al", after))


def test_gaps_and_double_duty_are_reported_for_ninety_days() -> None:
    weekly, nights = timetable(layer()), timetable({**NIGHTS, "participants": ["al"]})
    found = outlook("week", {"week": weekly, "nights": nights}, utc("2026-01-11T12:00"))
    assert found.gaps == []
    assert (found.end - found.start).days == 90
    first, second = found.double_duty[:2]
    # Al's first night of their week is that of Monday; the one before is Ana's until nine.
    assert first == (utc("2026-01-12T21:00"), utc("2026-01-13T05:00"), "al", "nights")
    assert second.starts_at == utc("2026-01-13T21:00")
    assert len(found.double_duty) == 7 * 6 + 5
    found = outlook("nights", {"week": weekly, "nights": nights}, utc("2026-01-11T12:00"))
    assert len(found.gaps) == 91
    assert {each.schedule_id for each in found.double_duty} == {"week"}


def test_double_duty_is_one_stretch_however_many_turns_it_has() -> None:
    daily = by_layer(DAILY, "ana", "al")
    found = outlook("a", {"a": timetable(layer("ana")), "b": daily, "c": timetable(NIGHTS)}, utc("2026-01-05"))
    assert found.double_duty[0] == (utc("2026-01-05T08:00"), utc("2026-01-06T08:00"), "ana", "b")
    same = outlook("a", {"a": timetable(layer("ana")), "b": by_layer(DAILY, "ana")}, utc("2026-01-06"))
    assert same.double_duty == [(same.start, same.end, "ana", "b")]
