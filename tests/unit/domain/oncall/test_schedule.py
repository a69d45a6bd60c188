"""Schedules: turns by the clock on the wall, layers that cover one another, and what can never apply."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from tocsin.domain.oncall.schedule import Schedule
from tocsin.domain.oncall.timetable import Timetable
from tocsin.domain.values.validation_errors import faults_of

WEEKLY = {"every": 1, "unit": "weeks", "at": "09:00"}
DAILY = {"every": 1, "unit": "days", "at": "09:00"}
NIGHTS = {
    "name": "nights",
    "participants": ["ben"],
    "starts_on": "2026-01-05",
    "hand_over": {"every": 1, "unit": "days", "at": "22:00"},
    "windows": {"mon-sun": ["22:00-06:00"]},
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def layer(*participants: str, **changes: Any) -> dict[str, Any]:
    people = list(participants or ("ana", "al"))
    return {"name": "week", "participants": people, "starts_on": "2026-01-05", "hand_over": WEEKLY, **changes}


def timetable(*layers: Mapping[str, Any], timezone: str = "Europe/Berlin") -> Timetable:
    return Timetable(Schedule.model_validate({"name": "EMEA", "timezone": timezone, "layers": layers}))


def by_layer(hand_over: Mapping[str, Any], *people: str, timezone: str = "Europe/Berlin", **changes: Any) -> Timetable:
    return timetable(layer(*people, hand_over=hand_over, **changes), timezone=timezone)


def shifts(found: Timetable, start: str, end: str) -> list[tuple[str, str, str]]:
    return [
        (each.member_id, f"{each.starts_at:%m-%dT%H:%M}", f"{each.ends_at:%m-%dT%H:%M}")
        for each in found.shifts(utc(start), utc(end))
    ]


def faults(document: Mapping[str, Any]) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        Schedule.model_validate(document)
    return {fault.path: fault.message for fault in faults_of(caught.value, Schedule)}


def test_a_layer_begins_on_its_first_day_at_the_time_of_the_hand_over() -> None:
    found = timetable(layer())
    assert found.member_at(utc("2026-01-05T07:59:59.999999")) is None
    assert found.member_at(utc("2026-01-05T08:00")) == "ana"
    assert found.gaps(utc("2026-01-05"), utc("2026-01-06")) == [(utc("2026-01-05"), utc("2026-01-05T08:00"))]


def test_participants_take_turns_in_order_and_one_may_take_several() -> None:
    assert shifts(timetable(layer("ana", "al", "al")), "2026-01-05", "2026-02-02") == [
        ("ana", "01-05T08:00", "01-12T08:00"),
        ("al", "01-12T08:00", "01-26T08:00"),
        ("ana", "01-26T08:00", "02-02T00:00"),
    ]


def test_a_later_layer_covers_the_ones_before_it_within_its_windows() -> None:
    assert shifts(timetable(layer(), NIGHTS), "2026-01-11T12:00", "2026-01-12T22:00") == [
        ("ana", "01-11T12:00", "01-11T21:00"),
        ("ben", "01-11T21:00", "01-12T05:00"),
        ("ana", "01-12T05:00", "01-12T08:00"),
        ("al", "01-12T08:00", "01-12T21:00"),
        ("ben", "01-12T21:00", "01-12T22:00"),
    ]


def test_a_layer_s_own_shifts_are_those_that_it_would_have_alone() -> None:
    found = timetable(layer(), NIGHTS).layer_shifts(utc("2026-01-06"), utc("2026-01-07"))
    assert [tuple(each[:3]) for each in found["week"]] == [(utc("2026-01-06"), utc("2026-01-07"), "ana")]
    assert [tuple(each[:3]) for each in found["nights"]] == [
        (utc("2026-01-06"), utc("2026-01-06T05:00"), "ben"),
        (utc("2026-01-06T21:00"), utc("2026-01-07"), "ben"),
    ]


def test_the_last_day_ends_when_the_next_one_would_hand_over() -> None:
    first, second = layer("ana", ends_on="2026-01-11"), layer("al", name="after", starts_on="2026-01-12")
    assert shifts(timetable(second, first), "2026-01-10", "2026-01-13") == [
        ("ana", "01-10T00:00", "01-12T08:00"),
        ("al", "01-12T08:00", "01-13T00:00"),
    ]
    last_night = timetable({**NIGHTS, "ends_on": "2026-01-05"})
    assert shifts(last_night, "2026-01-05", "2026-02-01") == [("ben", "01-05T21:00", "01-06T05:00")]


@pytest.mark.parametrize(
    ("hand_over", "start", "expected"),
    [
        # Clocks in Berlin go forward on the 29th of March at one o'clock UTC, and back on the 25th of October.
        (DAILY, "2026-03-28", ["03-28T08:00", "03-29T07:00", "03-30T07:00"]),
        (DAILY, "2026-10-24", ["10-24T07:00", "10-25T08:00", "10-26T08:00"]),
        # Half past two does not exist on that day, and comes twice on the other.
        ({**DAILY, "at": "02:30"}, "2026-03-28", ["03-28T01:30", "03-29T01:30", "03-30T00:30"]),
        ({**DAILY, "at": "02:00"}, "2026-03-28", ["03-28T01:00", "03-29T01:00", "03-30T00:00"]),
        ({**DAILY, "at": "02:30"}, "2026-10-24", ["10-24T00:30", "10-25T00:30", "10-26T01:30"]),
        # Twelve hours on the wall are eleven, or thirteen.
        ({"every": 12, "unit": "hours", "at": "09:00"}, "2026-03-28", ["03-28T08:00", "03-28T20:00", "03-29T07:00"]),
        ({"every": 12, "unit": "hours", "at": "09:00"}, "2026-10-24", ["10-24T07:00", "10-24T19:00", "10-25T08:00"]),
        (WEEKLY, "2026-03-26", ["03-26T08:00", "04-02T07:00", "04-09T07:00"]),
    ],
)
def test_hand_overs_keep_to_the_wall_clock_when_it_changes(
    hand_over: dict[str, Any], start: str, expected: list[str]
) -> None:
    found = by_layer(hand_over, "ana", "al", "ben", starts_on=start)
    begun = [f"{each.starts_at:%m-%dT%H:%M}" for each in found.shifts(utc(start), utc(start) + timedelta(days=30))]
    assert begun[:3] == expected


def test_who_has_taken_over_at_a_time_that_comes_twice_keeps_it_when_it_comes_again() -> None:
    found = by_layer({**DAILY, "at": "02:30"}, "ana", "al", starts_on="2026-10-24")
    asked = ("2026-10-25T00:29", "2026-10-25T00:30", "2026-10-25T01:15", "2026-10-25T01:30")
    assert [found.member_at(utc(at)) for at in asked] == ["ana", "al", "al", "al"]


def test_a_night_lasts_an_hour_less_or_more_when_the_clocks_change() -> None:
    nights = timetable(NIGHTS)
    [spring] = nights.shifts(utc("2026-03-28T12:00"), utc("2026-03-29T12:00"))
    [autumn] = nights.shifts(utc("2026-10-24T12:00"), utc("2026-10-25T12:00"))
    assert (spring.ends_at - spring.starts_at, autumn.ends_at - autumn.starts_at) == (
        timedelta(hours=7),
        timedelta(hours=9),
    )


@pytest.mark.parametrize(
    ("starts_on", "every", "expected"),
    [
        ("2027-12-31", 1, ["12-31", "01-31", "02-29", "03-31", "04-30"]),
        ("2026-11-30", 1, ["11-30", "12-30", "01-30", "02-28", "03-30"]),
        ("2024-02-29", 12, ["02-29", "02-28", "02-28", "02-28", "02-29"]),
    ],
)
def test_a_monthly_hand_over_is_on_the_same_day_or_the_last_of_a_shorter_month(
    starts_on: str, every: int, expected: list[str]
) -> None:
    found = by_layer({"every": every, "unit": "months", "at": "09:00"}, starts_on=starts_on, timezone="UTC")
    begun = found.shifts(utc(starts_on), utc(starts_on) + timedelta(days=1500 if every == 12 else 150))
    assert [f"{each.starts_at:%m-%d}" for each in begun][:5] == expected


def test_with_a_weekday_the_first_turn_is_short_and_all_others_begin_on_it() -> None:
    found = by_layer({**WEEKLY, "every": 2, "weekday": "mon"}, starts_on="2026-01-14")
    assert shifts(found, "2026-01-14", "2026-02-20") == [
        ("ana", "01-14T08:00", "01-26T08:00"),
        ("al", "01-26T08:00", "02-09T08:00"),
        ("ana", "02-09T08:00", "02-20T00:00"),
    ]


def test_a_zone_half_an_hour_off_hands_over_at_its_own_time() -> None:
    kolkata = by_layer(DAILY, timezone="Asia/Kolkata")
    assert shifts(kolkata, "2026-01-05", "2026-01-06T03:30") == [("ana", "01-05T03:30", "01-06T03:30")]
    lord_howe = by_layer({**DAILY, "at": "02:15"}, starts_on="2026-10-03", timezone="Australia/Lord_Howe")
    assert shifts(lord_howe, "2026-10-02T12:00", "2026-10-04T15:15") == [
        ("ana", "10-02T15:45", "10-03T15:45"),
        ("al", "10-03T15:45", "10-04T15:15"),
    ]


def test_on_a_date_that_never_was_nobody_has_a_turn() -> None:
    apia = by_layer(DAILY, "ana", "al", "ben", starts_on="2011-12-29", timezone="Pacific/Apia")
    assert shifts(apia, "2011-12-29", "2012-01-01T19:00") == [
        ("ana", "12-29T19:00", "12-30T19:00"),
        ("ben", "12-30T19:00", "12-31T19:00"),
        ("ana", "12-31T19:00", "01-01T19:00"),
    ]


WHOLE_WEEK = {"name": "on top", "participants": ["dora"], "starts_on": "2026-01-01", "hand_over": WEEKLY}


@pytest.mark.parametrize(
    ("layers", "in_vain"),
    [
        ([layer(), NIGHTS], []),
        ([layer(), WHOLE_WEEK], [0]),
        ([layer(), NIGHTS, WHOLE_WEEK], [0, 1]),
        ([layer(), {**WHOLE_WEEK, "ends_on": "2030-01-01"}], []),
        ([layer(ends_on="2029-01-01"), {**WHOLE_WEEK, "ends_on": "2030-01-01"}], [0]),
        ([layer(), {**WHOLE_WEEK, "starts_on": "2026-01-12"}], []),
        ([layer(), {**NIGHTS, "windows": {"daily": ["06:00-22:00"]}}, {**NIGHTS, "name": "x"}], []),
        (
            [
                layer(starts_on="2026-02-01"),
                {**NIGHTS, "windows": {"daily": ["06:00-22:00"]}},
                {**NIGHTS, "name": "x"},
            ],
            [0],
        ),
        ([layer(starts_on="2026-01-05", ends_on="2026-01-06", windows={"sat": ["09:00-17:00"]})], [0]),
    ],
)
def test_layers_that_can_never_apply_are_found(layers: list[dict[str, Any]], in_vain: list[int]) -> None:
    assert list(timetable(*layers).layers_that_never_apply()) == in_vain


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"participants": []}, "layers.0.participants"),
        ({"participants": ["Ana"]}, "layers.0.participants.0"),
        ({"starts_on": "tomorrow"}, "layers.0.starts_on"),
        ({"starts_on": "0026-01-05"}, "layers.0.starts_on"),
        ({"ends_on": "2026-01-04"}, "layers.0"),
        ({"windows": {}}, "layers.0"),
        ({"windows": {"mon": []}}, "layers.0"),
        ({"windows": {"mon": ["22-06"]}}, "layers.0.windows.mon.0"),
        ({"windows": {"someday": ["22:00-06:00"]}}, "layers.0.windows.someday.[key]"),
        ({"hand_over": {**WEEKLY, "every": 0}}, "layers.0.hand_over.every"),
        ({"hand_over": {**WEEKLY, "every": True}}, "layers.0.hand_over.every"),
        ({"hand_over": {**WEEKLY, "unit": "years"}}, "layers.0.hand_over.unit"),
        ({"hand_over": {**WEEKLY, "at": "09:00+01:00"}}, "layers.0.hand_over.at"),
        ({"hand_over": {**WEEKLY, "weekday": "monday"}}, "layers.0.hand_over.weekday"),
        ({"hand_over": {**DAILY, "weekday": "mon"}}, "layers.0.hand_over"),
        ({"turns": 3}, "layers.0.turns"),
    ],
)
def test_a_layer_with_a_fault_is_refused_at_its_place(change: dict[str, Any], path: str) -> None:
    found = faults({"name": "EMEA", "timezone": "Europe/Berlin", "layers": [layer(**change)]})
    assert list(found) == [path.replace(".[key]", "")]


def test_a_schedule_has_a_zone_and_layers_that_are_told_apart() -> None:
    assert list(faults({"name": "EMEA", "timezone": "Berlin", "layers": []})) == ["timezone", "layers"]
    twice = {"name": "EMEA", "timezone": "UTC", "layers": [layer(), layer()]}
    assert faults(twice) == {"body": "has two layers of one name: week"}
