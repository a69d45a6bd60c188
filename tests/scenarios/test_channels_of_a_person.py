"""A person is told by the channels that they want: at once, only when it is important, or when they stay silent."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.moto.sns import Alert
from tests.scenarios.desk import CONTRACT, Desk

MAIL, SMS, PAGER = "eve@example.com", "+4915112345670", "+4915112345671"
EVE: dict[str, Any] = {
    "name": "Eve",
    "channels": [
        {"type": "email", "address": MAIL},
        {"type": "sms", "address": SMS, "after": "5m"},
        {"type": "sms", "address": PAGER, "notices": "important"},
    ],
}
TIERS = [
    {"targets": [{"member": "eve"}], "acknowledge_within": "15m"},
    {"team": "engineering", "acknowledge_within": "1h"},
]


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.expect(201, "PUT", "/v1/members/eve", EVE)
    desk.expect(201, "PUT", "/v1/contracts/by-eve", {**CONTRACT, "escalation": {"tiers": TIERS}})
    return desk


def addresses(alert: Alert) -> list[str]:
    return [delivery.endpoint for delivery in alert.deliveries]


def told(desk: Desk, kind: str = "tier_alert") -> list[tuple[str, str]]:
    """By which of Eve's addresses she was told, and when."""
    return [
        (endpoint, f"{alert.at:%H:%M}")
        for alert in desk.alerts(kind)
        if alert.recipient == "eve"
        for endpoint in addresses(alert)
    ]


@pytest.mark.once_and_twice
def test_an_alert_goes_to_what_is_told_at_once_and_five_minutes_later_to_the_rest(desk: Desk) -> None:
    desk.open(contract_id="by-eve")
    desk.engine.advance(minutes=4)
    assert told(desk) == [(MAIL, "15:40"), (PAGER, "15:40")]
    shown = desk.ticket()["next_event"]
    assert (shown["type"], shown["text"]) == (
        "alert_followed_up",
        "whoever has not acknowledged is told by further channels",
    )
    assert desk.states()[-1] == "WaitForTierAcknowledgement"
    desk.engine.advance(minutes=2)
    assert told(desk)[2:] == [(SMS, "15:45")]
    [event] = [each for each in desk.log() if each["type"] == "alert_followed_up"]
    assert (event["details"]["member"], event["details"]["after"]) == ("eve", 300)
    desk.engine.advance(minutes=20)
    assert len(told(desk)) == 3, "once for an alert"
    shares = desk.types().count("tier_alerted")
    assert shares == 2


@pytest.mark.once_and_twice
def test_whoever_acknowledges_declines_or_has_it_taken_is_not_told_by_the_rest(desk: Desk) -> None:
    for ticket_id, answer in (("T-1", "acknowledged"), ("T-2", "declined")):
        desk.open(ticket_id, contract_id="by-eve")
        desk.engine.advance(minutes=2)
        desk.report(answer, ticket_id, actor={"kind": "agent", "id": "eve"})
        desk.engine.advance(minutes=10)
        assert "alert_followed_up" not in desk.types(ticket_id)
    desk.open("T-3", contract_id="by-eve")
    desk.engine.advance(minutes=2)
    desk.acknowledge("ben", "T-3")
    desk.engine.advance(minutes=10)
    assert "alert_followed_up" not in desk.types("T-3")


@pytest.mark.once_and_twice
def test_the_link_of_a_later_channel_acknowledges_too(desk: Desk) -> None:
    desk.open(contract_id="by-eve")
    desk.engine.advance(minutes=6)
    [later] = [each for each in desk.alerts("tier_alert") if SMS in addresses(each)]
    link = later.message["sms"].rpartition(" ")[2]
    assert desk.call("POST", link[link.index("/a/") :]).status == 200
    assert desk.ticket()["escalation"]["acknowledged_by"] == "eve"


@pytest.mark.once_and_twice
def test_what_is_not_important_goes_to_what_is_for_everything(desk: Desk) -> None:
    desk.open(contract_id="by-eve")
    desk.engine.advance(minutes=1)
    desk.acknowledge("eve")
    desk.engine.advance(minutes=240)
    assert {endpoint for endpoint, _ in told(desk, "warning")} == {MAIL}
    assert {endpoint for endpoint, _ in told(desk, "breach")} == {MAIL}


def test_a_pager_of_a_person_is_paged_once_however_many_channels_they_have(desk: Desk) -> None:
    layers = [{"name": "l", "participants": ["eve"], "starts_on": "2026-01-01", "hand_over": {"unit": "weeks"}}]
    desk.expect(201, "PUT", "/v1/schedules/s", {"name": "S", "timezone": "UTC", "layers": layers})
    desk.open(contract_id="by-eve")
    desk.engine.advance(minutes=6)
    [share] = desk.expect(200, "GET", "/v1/schedules/s/fairness")["shares"]
    assert share["pages"] == 1


@pytest.mark.once_and_twice
def test_changed_channels_move_to_where_they_belong(desk: Desk) -> None:
    swapped = [{"type": "sms", "address": SMS}, {"type": "email", "address": MAIL, "after": "5m"}]
    desk.expect(200, "PUT", "/v1/members/eve", {"name": "Eve", "channels": swapped})
    desk.open(contract_id="by-eve")
    desk.engine.advance(minutes=6)
    assert told(desk) == [(SMS, "15:40"), (MAIL, "15:45")]


@pytest.mark.parametrize(
    ("channel", "path", "message"),
    [
        ({"after": "5m"}, "channels", "all wait (`after`); one at least has to be told at once"),
        ({"after": "10s"}, "channels.0.after", "must lie between 1m and 4h"),
        ({"after": "soon"}, "channels.0.after", ""),
        ({"notices": "some"}, "channels.0.notices", "all"),
    ],
)
def test_what_cannot_be_meant_is_refused(desk: Desk, channel: dict[str, Any], path: str, message: str) -> None:
    wanted = {"name": "Zoe", "channels": [{"type": "email", "address": "z@example.com", **channel}]}
    refused = desk.expect(422, "PUT", "/v1/members/zoe", wanted)
    assert message in {each["path"]: each["message"] for each in refused["errors"]}[path]
    desk.expect(404, "GET", "/v1/members/zoe")


def test_a_team_s_own_channels_do_not_wait(desk: Desk) -> None:
    channel = {"type": "email", "address": "z@example.com", "after": "5m"}
    desk.expect(422, "PUT", "/v1/teams/zoo", {"name": "Zoo", "members": [], "channels": [channel]})


def trial_of(desk: Desk, status: int = 202, member_id: str = "eve") -> dict[str, Any]:
    return desk.expect(status, "POST", f"/v1/members/{member_id}/test")


def test_a_test_goes_to_every_channel_now_and_says_that_it_is_one(desk: Desk) -> None:
    desk.engine.advance(minutes=2)
    found = trial_of(desk)
    assert [(each["address"], each["used"], each["state"]) for each in found["channels"]] == [
        (MAIL, "at once", "confirmed"),
        (SMS, "5 minutes after an alert that nobody has acknowledged", "confirmed"),
        (PAGER, "at once, when you are to act", "confirmed"),
    ]
    alerts = [each for each in desk.engine.alerts() if each.attributes["kind"] == "channel_test"]
    assert {each.message_id for each in alerts} == {each["message_id"] for each in found["channels"]}
    assert [address for each in alerts for address in addresses(each)] == [MAIL, SMS, PAGER]
    assert {each.attributes["notice_id"] for each in alerts} == {found["notice_id"]}
    assert "This is a test, asked for on Fri 27 Mar 15:42 UTC." in alerts[0].message["email"]
    assert alerts[1].message["sms"].startswith("Test, nothing to do.")


def test_a_test_is_refused_for_nobody_without_channels_and_right_after_another_message(desk: Desk) -> None:
    assert "no member 'zoe'" in trial_of(desk, 404, "zoe")["detail"]
    assert "has no channel" in trial_of(desk, 409, "dora")["detail"]
    trial_of(desk)
    desk.engine.advance(seconds=10)
    assert "within the last minute" in trial_of(desk, 409)["detail"]
    desk.engine.advance(minutes=2)
    assert trial_of(desk)["channels"]


def test_who_is_described_in_a_team_can_be_tested_too(desk: Desk) -> None:
    assert [each["address"] for each in trial_of(desk, 202, "ben")["channels"]] == ["+4915112345678"]
