"""People as a resource of their own: teams, schedules and tiers name them by id, and alerts follow their channels."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.desk import CONTRACT, SCHEDULE, Desk

EVE: dict[str, Any] = {
    "name": "Eve Moreau",
    "timezone": "Europe/Paris",
    "channels": [{"type": "email", "address": "eve@example.com"}],
}
NOC: dict[str, Any] = {"name": "NOC", "members": ["eve", {"member_id": "ned", "name": "Ned"}]}


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.expect(201, "PUT", "/v1/members/eve", EVE)
    return desk


def alerting(desk: Desk, *targets: dict[str, str]) -> None:
    tiers = [{"targets": [*targets], "acknowledge_within": "15m"}]
    desk.expect(201, "PUT", "/v1/contracts/acme-gold", {**CONTRACT, "escalation": {"tiers": tiers}})


def addresses(desk: Desk) -> list[str]:
    """Where the alerts to Eve went."""
    return [
        each.endpoint for alert in desk.alerts("tier_alert") if alert.recipient == "eve" for each in alert.deliveries
    ]


def test_a_member_is_read_as_they_were_put_and_listed(desk: Desk) -> None:
    at_once = [{**each, "after": None, "notices": "all"} for each in EVE["channels"]]
    shown = {"member_id": "eve", **EVE, "language": "en", "channels": at_once, "quiet_hours": None}
    assert desk.expect(200, "GET", "/v1/members/eve") == shown
    assert desk.expect(200, "GET", "/v1/members")["members"] == [shown]
    assert desk.expect(200, "PUT", "/v1/members/eve", EVE) == shown
    desk.expect(404, "GET", "/v1/members/ana")


def test_a_team_names_them_by_id_and_is_read_as_it_was_put(desk: Desk) -> None:
    put = desk.expect(201, "PUT", "/v1/teams/noc", NOC)
    ned: dict[str, Any] = {
        "member_id": "ned",
        "name": "Ned",
        "timezone": None,
        "language": "en",
        "channels": [],
        "quiet_hours": None,
    }
    assert put["members"] == ["eve", ned]
    assert desk.expect(200, "GET", "/v1/teams/noc")["members"][0] == "eve"
    on_call = desk.expect(200, "GET", "/v1/teams/noc/on-call")["on_call"]
    assert on_call == [{"member_id": "eve", "name": "Eve Moreau"}, {"member_id": "ned", "name": "Ned"}]
    alerting(desk, {"team": "noc"})
    desk.open()
    assert addresses(desk) == ["eve@example.com"]


def test_other_channels_count_at_once_for_every_team_that_names_them(desk: Desk) -> None:
    desk.expect(201, "PUT", "/v1/teams/noc", NOC)
    alerting(desk, {"team": "noc"})
    changed = {**EVE, "channels": [{"type": "sms", "address": "+4915112345679"}]}
    desk.expect(200, "PUT", "/v1/members/eve", changed)
    desk.open()
    assert addresses(desk) == ["+4915112345679"]


def test_a_tier_and_a_schedule_name_somebody_who_is_in_no_team(desk: Desk) -> None:
    layer = {**SCHEDULE["layers"][0], "participants": ["eve"]}
    desk.expect(201, "PUT", "/v1/schedules/paris", {**SCHEDULE, "layers": [layer]})
    alerting(desk, {"schedule": "paris"})
    opened = desk.open()
    assert opened["escalation"]["targets"] == [{"schedule": "paris"}]
    assert addresses(desk) == ["eve@example.com"]
    alerting(desk, {"member": "eve"})
    desk.open("T-2")
    desk.engine.advance(minutes=2)
    assert desk.told("tier_alert", "T-2") == [("tier_alert", "eve")]


def test_a_team_cannot_name_somebody_who_is_nobody(desk: Desk) -> None:
    refused = desk.expect(422, "PUT", "/v1/teams/noc", {"name": "NOC", "members": ["eve", "bob"]})
    assert refused["errors"] == [
        {
            "path": "members.1",
            "message": "there is nobody 'bob': put this member first, or describe them here",
        }
    ]
    desk.expect(404, "GET", "/v1/teams/noc")


def test_a_language_that_nobody_writes_is_refused(desk: Desk) -> None:
    [fault] = desk.expect(422, "PUT", "/v1/members/eve", {**EVE, "language": "tlh"})["errors"]
    assert (fault["path"], "'en'" in fault["message"]) == ("language", True)


@pytest.mark.parametrize("field", ["after", "pronouns"])
def test_a_field_that_nothing_honours_is_refused(desk: Desk, field: str) -> None:
    refused = desk.expect(422, "PUT", "/v1/members/eve", {**EVE, field: "x"})
    assert refused["errors"][0]["path"] == field
    assert refused["errors"][0]["message"].startswith("is not a field here")


def test_what_something_names_cannot_be_deleted_and_it_is_said_what_does(desk: Desk) -> None:
    desk.expect(201, "PUT", "/v1/teams/noc", NOC)
    layer = {**SCHEDULE["layers"][0], "participants": ["eve"]}
    desk.expect(201, "PUT", "/v1/schedules/paris", {**SCHEDULE, "layers": [layer]})
    alerting(desk, {"member": "eve"}, {"team": "noc"}, {"schedule": "paris"})
    refused = desk.expect(409, "DELETE", "/v1/members/eve")
    assert refused["detail"] == (
        "The member 'eve' is named by the team noc, the schedule paris and the contract acme-gold; "
        "take them out there first."
    )
    assert "named by the contract acme-gold" in desk.expect(409, "DELETE", "/v1/teams/noc")["detail"]
    assert "named by the contract acme-gold" in desk.expect(409, "DELETE", "/v1/schedules/paris")["detail"]


def test_what_nothing_names_is_deleted_with_its_subscriptions(desk: Desk) -> None:
    desk.expect(201, "PUT", "/v1/teams/noc", NOC)
    desk.expect(201, "PUT", "/v1/schedules/emea", SCHEDULE)
    assert desk.expect(200, "DELETE", "/v1/teams/noc")["name"] == "NOC"
    assert desk.expect(200, "DELETE", "/v1/members/eve")["name"] == "Eve Moreau"
    assert desk.expect(200, "DELETE", "/v1/schedules/emea")["name"] == "EMEA"
    for path in ("teams/noc", "members/eve", "schedules/emea"):
        desk.expect(404, "GET", f"/v1/{path}")
    desk.expect(201, "PUT", "/v1/members/eve", EVE)
    desk.expect(201, "PUT", "/v1/schedules/emea", SCHEDULE)
    assert desk.expect(200, "GET", "/v1/schedules/emea/overrides")["overrides"] == []
    desk.expect(200, "DELETE", "/v1/members/eve")
    topic = f"{desk.engine.attributes['TopicArnPrefix']}acme_member_eve"
    assert desk.engine.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []
