"""A team that keeps its rotation elsewhere imports it, again and again, and alerts go to whoever it names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.desk import CONTRACT, SCHEDULE, Desk

FEED = (Path(__file__).parents[1] / "adapters" / "feeds" / "pagerduty.ics").read_text()
NEW: dict[str, Any] = {"name": "Frontline", "timezone": "Europe/Berlin"}
ANA, BEN = "2026-03-27T15:40:00Z", "2026-03-30T08:00:00Z"


@pytest.fixture
def desk(desk: Desk) -> Desk:
    for member_id, name in (("ana", "Ana Smith"), ("ben", "Ben Okafor"), ("caro", "Caro")):
        channels = [{"type": "email", "address": f"{member_id}@example.com"}]
        desk.expect(201, "PUT", f"/v1/members/{member_id}", {"name": name, "channels": channels})
    return desk


def imported(desk: Desk, status: int = 200, ics: str = FEED, **more: object) -> dict[str, Any]:
    return desk.expect(status, "POST", "/v1/schedules/front/import", {"ics": ics, **more})


def test_a_feed_of_pagerduty_makes_a_schedule_by_which_alerts_are_sent(desk: Desk) -> None:
    found = imported(desk, 201, **NEW)
    assert [(each["member_id"], each["starts_at"], each["ends_at"]) for each in found["shifts"]] == [
        ("ana", "2026-03-23T08:00:00Z", "2026-03-30T08:00:00Z"),
        ("ben", "2026-03-30T08:00:00Z", "2026-04-06T07:00:00Z"),
    ]
    assert (found["covered"], found["left_out"], found["stored"]) == ([], [], True)
    assert found["gaps"] == [{"starts_at": "2026-04-06T07:00:00Z", "ends_at": "2026-06-25T15:40:00Z"}]
    tiers = [{"targets": [{"schedule": "front"}], "acknowledge_within": "15m"}]
    desk.expect(201, "PUT", "/v1/contracts/by-feed", {**CONTRACT, "escalation": {"tiers": tiers}})
    desk.open(contract_id="by-feed")
    desk.engine.advance(minutes=1)
    assert desk.told("tier_alert") == [("tier_alert", "ana")]
    on_call = desk.expect(200, "GET", "/v1/schedules/front/on-call")
    assert (on_call["layer"], on_call["next"]) == ("imported", [{"member_id": "ben", "starts_at": BEN}])


def test_the_next_import_changes_what_comes_and_not_what_was(desk: Desk) -> None:
    imported(desk, 201, **NEW)
    desk.engine.advance(minutes=60)
    changed = FEED.replace("Ana Smith", "Caro").replace("ana@example.com", "")
    imported(desk, ics=changed)
    shown = desk.expect(200, "GET", "/v1/schedules/front/shifts?from=2026-03-26T00:00:00Z")["shifts"]
    assert [(each["member_id"], each["starts_at"]) for each in shown] == [
        ("ana", "2026-03-26T00:00:00Z"),
        ("caro", "2026-03-27T16:40:00Z"),
        ("ben", BEN),
    ]
    again = imported(desk, ics=changed)
    assert desk.expect(200, "GET", "/v1/schedules/front/shifts?from=2026-03-26T00:00:00Z")["shifts"] == shown
    assert again["shifts"][0]["member_id"] == "caro"


def test_it_lies_on_top_of_layers_in_which_people_take_turns_and_overrides_on_top_of_it(desk: Desk) -> None:
    desk.expect(201, "PUT", "/v1/members/dora", {"name": "Dora"})
    desk.expect(201, "PUT", "/v1/schedules/front", SCHEDULE)
    imported(desk)
    stored = desk.expect(200, "GET", "/v1/schedules/front")
    assert [each["name"] for each in stored["layers"]] == ["week", "nights", "imported"]
    window = {"starts_at": "2026-03-28T08:00:00Z", "ends_at": "2026-03-28T09:00:00Z"}
    desk.expect(201, "POST", "/v1/schedules/front/overrides", {"member_id": "dora", **window, "reason": "ill"})
    on = {
        at: desk.expect(200, "GET", f"/v1/schedules/front/on-call?at={at}")["on_call"]
        for at in ("2026-03-28T08:30:00Z", "2026-03-28T10:00:00Z", "2026-04-06T23:00:00Z")
    }
    assert list(on.values()) == [["dora"], ["ana"], ["ben"]]
    put = {name: part for name, part in stored.items() if name in ("name", "timezone", "layers")}
    assert desk.expect(200, "PUT", "/v1/schedules/front", put)["layers"] == stored["layers"], "it can be put again"


def test_a_dry_run_tells_and_stores_nothing(desk: Desk) -> None:
    found = imported(desk, 200, dry_run=True, **NEW)
    assert (found["stored"], len(found["shifts"])) == (False, 2)
    desk.expect(404, "GET", "/v1/schedules/front")


def test_who_is_on_call_by_two_events_at_once_is_told(desk: Desk) -> None:
    both = FEED.replace("DTSTART;VALUE=DATE-TIME:20260330T080000Z", "DTSTART;VALUE=DATE-TIME:20260330T060000Z")
    assert imported(desk, 201, both, **NEW)["covered"] == [
        {
            "member_id": "ana",
            "by_member_id": "ben",
            "starts_at": "2026-03-30T06:00:00Z",
            "ends_at": "2026-03-30T08:00:00Z",
        }
    ]


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({}, "name", "there is no schedule 'front'; say what a new one shall have"),
        ({**NEW, "ics": "hello"}, "ics", "is not an iCalendar text"),
        ({**NEW, "ics": "BEGIN:VCALENDAR\r\nEND:VCALENDAR"}, "ics", "has no shift in the next 366 days"),
        (
            {**NEW, "ics": FEED.replace("Ben Okafor", "Zoe")},
            "ics",
            "the event 'On Call - Zoe - Frontline' names nobody",
        ),
        ({**NEW, "match": {"Ana Smith": "zoe"}}, "match.Ana Smith", "there is nobody 'zoe'"),
        ({**NEW, "timezone": "Berlin"}, "timezone", "zone"),
        ({**NEW, "layer": ""}, "layer", "at least 1 character"),
    ],
)
def test_what_cannot_be_imported_is_said_and_nothing_is_stored(
    desk: Desk, changes: dict[str, Any], path: str, message: str
) -> None:
    refused = imported(desk, 422, **{"ics": FEED, **changes})
    faults = {each["path"]: each["message"] for each in refused["errors"]}
    assert message in faults[path]
    desk.expect(404, "GET", "/v1/schedules/front")


def test_a_layer_with_turns_is_not_replaced_and_teams_hear_of_strangers(desk: Desk) -> None:
    desk.expect(201, "PUT", "/v1/members/dora", {"name": "Dora"})
    desk.expect(201, "PUT", "/v1/schedules/front", SCHEDULE)
    assert imported(desk, 422, layer="week")["errors"][0]["path"] == "layer"
    team = {"name": "T", "members": ["ana", "dora", "ben"], "on_call": {"schedule": "front"}}
    desk.expect(201, "PUT", "/v1/teams/night", team)
    changed = FEED.replace("Ben Okafor", "Caro")
    [fault] = imported(desk, 422, changed)["errors"]
    assert fault["path"] == "layers.2.shifts.1.member_id"
    assert "'caro' is no member of the team 'night'" in fault["message"]
