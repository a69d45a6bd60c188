"""Who is woken by a schedule: over HTTP, with the shapes that clients depend on, and by a tier's alert."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.desk import OVERRIDE, SCHEDULE, TEAMS, Desk

MEMBERS = [
    {"member_id": each, "name": each.title(), "channels": [{"type": "email", "address": f"{each}@example.com"}]}
    for each in ("ana", "ben", "dora")
]
NIGHT = {"name": "Frontline", "members": MEMBERS, "on_call": {"schedule": "emea"}}


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.expect(201, "PUT", "/v1/schedules/emea", SCHEDULE)
    return desk


def on_call(desk: Desk, at: str) -> dict[str, Any]:
    return desk.expect(200, "GET", f"/v1/schedules/emea/on-call?at={at}")


def test_a_schedule_is_read_as_it_was_put_with_what_is_amiss(desk: Desk) -> None:
    read = desk.expect(200, "GET", "/v1/schedules/emea")
    assert read == {
        **SCHEDULE,
        "schedule_id": "emea",
        "hand_over_notice": False,
        "reported_until": "2026-06-25T15:40:00Z",
        "gaps": [],
        "double_duty": [],
    }
    assert desk.expect(200, "PUT", "/v1/schedules/emea", SCHEDULE) == read
    listed = desk.expect(200, "GET", "/v1/schedules?limit=1")
    assert listed == {
        "schedules": [{**SCHEDULE, "schedule_id": "emea", "hand_over_notice": False}],
        "next_cursor": None,
    }
    nights = desk.expect(201, "PUT", "/v1/schedules/nights", {**SCHEDULE, "layers": SCHEDULE["layers"][1:]})
    assert nights["gaps"][0] == {"starts_at": "2026-03-27T15:40:00Z", "ends_at": "2026-03-27T21:00:00Z"}
    assert nights["double_duty"][0] == {
        "member_id": "ben",
        "schedule_id": "emea",
        "starts_at": "2026-03-27T21:00:00Z",
        "ends_at": "2026-03-28T05:00:00Z",
    }


def test_it_is_told_who_is_on_call_until_when_and_who_is_next(desk: Desk) -> None:
    assert on_call(desk, "2026-03-27T12:00:00Z") == {
        "schedule_id": "emea",
        "at": "2026-03-27T12:00:00Z",
        "on_call": ["dora"],
        "until": "2026-03-27T21:00:00Z",
        "layer": "week",
        "override_id": None,
        "next": [{"member_id": "ben", "starts_at": "2026-03-27T21:00:00Z"}],
    }
    assert on_call(desk, "2026-01-01T00:00:00Z") == {
        "schedule_id": "emea",
        "at": "2026-01-01T00:00:00Z",
        "on_call": [],
        "until": "2026-01-05T08:00:00Z",
        "layer": None,
        "override_id": None,
        "next": [{"member_id": "ana", "starts_at": "2026-01-05T08:00:00Z"}],
    }


def test_shifts_and_gaps_fill_the_time_and_each_layer_has_its_own(desk: Desk) -> None:
    found = desk.expect(200, "GET", "/v1/schedules/emea/shifts?from=2026-01-05T00:00:00Z&until=2026-01-06T00:00:00Z")
    week = {"layer": "week", "override_id": None}
    assert found == {
        "schedule_id": "emea",
        "from": "2026-01-05T00:00:00Z",
        "until": "2026-01-06T00:00:00Z",
        "shifts": [
            {"member_id": "ana", "starts_at": "2026-01-05T08:00:00Z", "ends_at": "2026-01-05T21:00:00Z", **week},
            {
                "member_id": "ben",
                "starts_at": "2026-01-05T21:00:00Z",
                "ends_at": "2026-01-06T00:00:00Z",
                "layer": "nights",
                "override_id": None,
            },
        ],
        "gaps": [{"starts_at": "2026-01-05T00:00:00Z", "ends_at": "2026-01-05T08:00:00Z"}],
        "layers": [
            {
                "name": "week",
                "shifts": [
                    {"member_id": "ana", "starts_at": "2026-01-05T08:00:00Z", "ends_at": "2026-01-06T00:00:00Z", **week}
                ],
            },
            {"name": "nights", "shifts": [found["shifts"][1]]},
        ],
    }


def test_somebody_stands_in_and_is_taken_back_and_both_are_kept(desk: Desk) -> None:
    made = desk.expect(201, "POST", "/v1/schedules/emea/overrides", {**OVERRIDE, "by": "ana"})
    assert made == {
        **OVERRIDE,
        "override_id": "o2",
        "by": "ana",
        "made_at": "2026-03-27T15:40:00Z",
        "taken_back": None,
    }
    during = on_call(desk, "2026-04-04T12:00:00Z")
    assert (during["on_call"], during["layer"], during["override_id"]) == (["dora"], None, "o2")
    overlapping = desk.call("POST", "/v1/schedules/emea/overrides", {**OVERRIDE, "member_id": "ben"})
    assert (overlapping.status, "overlaps" in overlapping.text) == (409, True)
    backwards = {**OVERRIDE, "ends_at": OVERRIDE["starts_at"]}
    assert desk.expect(422, "POST", "/v1/schedules/emea/overrides", backwards)["errors"] == [
        {"path": "body", "message": "ends before it starts"}
    ]
    taken_back = desk.expect(200, "DELETE", "/v1/schedules/emea/overrides/o2?by=ben")
    assert taken_back == {**made, "taken_back": {"at": "2026-03-27T15:40:00Z", "by": "ben"}}
    assert on_call(desk, "2026-04-04T12:00:00Z")["override_id"] is None
    kept = desk.expect(200, "GET", "/v1/schedules/emea/overrides")
    assert kept == {"schedule_id": "emea", "overrides": [taken_back]}
    assert desk.expect(200, "GET", "/v1/schedules/emea/overrides?from=2026-05-01T00:00:00Z")["overrides"] == []


def test_an_alert_goes_to_whoever_is_on_call_by_the_schedule_that_the_team_names(desk: Desk) -> None:
    desk.expect(200, "PUT", "/v1/teams/frontline", NIGHT)
    desk.open("T-1")
    assert desk.told("tier_alert", "T-1") == [("tier_alert", "frontline"), ("tier_alert", "dora")]
    desk.acknowledge("dora", "T-1")
    desk.engine.advance(hours=6)  # 22:40 in Berlin
    desk.open("T-2")
    assert desk.told("tier_alert", "T-2") == [("tier_alert", "frontline"), ("tier_alert", "ben")]
    desk.acknowledge("ben", "T-2")
    now = {"starts_at": "2026-03-27T21:00:00Z", "ends_at": "2026-03-28T05:00:00Z"}
    desk.expect(201, "POST", "/v1/schedules/emea/overrides", {**now, "member_id": "ana", "reason": "Ben is ill"})
    desk.engine.advance(minutes=2)
    desk.open("T-3")
    assert desk.told("tier_alert", "T-3") == [("tier_alert", "frontline"), ("tier_alert", "ana")]
    shown = desk.expect(200, "GET", "/v1/teams/frontline/on-call")
    assert [each["member_id"] for each in shown["on_call"]] == ["ana"]


def test_while_nobody_is_on_call_the_next_tier_is_alerted_at_once(desk: Desk) -> None:
    nights = {**SCHEDULE, "layers": SCHEDULE["layers"][1:]}
    desk.expect(200, "PUT", "/v1/schedules/emea", nights)
    desk.expect(200, "PUT", "/v1/teams/frontline", NIGHT)
    desk.open("T-1")
    alerted = [event["details"] for event in desk.log("T-1") if event["type"] == "tier_alerted"]
    assert [(each["team"], each["members"], each.get("not_reached")) for each in alerted] == [
        ("frontline", [], "nobody_on_call"),
        ("engineering", ["ben"], None),
    ]


def test_a_team_may_not_name_a_schedule_that_is_not_there_or_not_its_own(desk: Desk) -> None:
    elsewhere = {**NIGHT, "on_call": {"schedule": "apac"}}
    assert [each["path"] for each in desk.expect(422, "PUT", "/v1/teams/frontline", elsewhere)["errors"]] == [
        "on_call.schedule"
    ]
    alone = {**TEAMS["frontline"], "on_call": {"schedule": "emea"}}
    assert "ben and dora" in desk.expect(422, "PUT", "/v1/teams/frontline", alone)["errors"][0]["message"]
    desk.expect(200, "PUT", "/v1/teams/frontline", NIGHT)
    read = desk.expect(200, "GET", "/v1/teams/frontline")
    assert read["on_call"] == {"schedule": "emea"}


def test_while_nobody_is_on_call_by_the_schedule_the_fallback_of_the_team_is_alerted(desk: Desk) -> None:
    nights = {**SCHEDULE, "layers": SCHEDULE["layers"][1:]}
    desk.expect(200, "PUT", "/v1/schedules/emea", nights)
    desk.expect(200, "PUT", "/v1/teams/frontline", {**NIGHT, "fallback": ["dora"]})
    assert desk.expect(200, "GET", "/v1/teams/frontline/on-call")["by"] == "fallback"
    desk.open()
    assert desk.told("tier_alert") == [("tier_alert", "frontline"), ("tier_alert", "dora")]


def test_how_duty_is_shared_is_told_for_the_last_ninety_days_or_any_time(desk: Desk) -> None:
    week = "from=2026-03-23T08:00:00Z&until=2026-03-30T07:00:00Z"
    found = desk.expect(200, "GET", f"/v1/schedules/emea/fairness?{week}")
    assert [(each["member_id"], each["hours"]) for each in found["shares"]] == [("dora", 112.0), ("ben", 55.0)]
    assert found["shares"][1]["night_hours"] == 55.0
    assert found["hours_of_nobody"] == 0
    assert desk.expect(200, "GET", "/v1/schedules/emea/fairness")["from"] == "2025-12-27T15:40:00Z"
    desk.expect(422, "GET", "/v1/schedules/emea/fairness?from=2026-03-30T08:00:00Z&until=2026-03-23T08:00:00Z")
