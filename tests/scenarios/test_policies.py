"""Whom a contract's policy alerts: several targets at once, by which policy, and what each of them reads."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.desk import CONTRACT, SCHEDULE, Desk

NIGHT_TIERS = [
    {"targets": [{"schedule": "emea"}, {"team": "engineering"}], "acknowledge_within": "15m"},
    {"targets": [{"member": "ana"}], "acknowledge_within": "30m"},
]
MINOR: dict[str, Any] = {
    "name": "minor",
    "when": {"priority": "P2"},
    "tiers": [{"team": "frontline", "acknowledge_within": "1h"}],
    "repeat_last_tier": 0,
    "when_used_up": "hold",
}
BY_SCHEDULE = {**CONTRACT, "escalation": {"tiers": NIGHT_TIERS, "policies": [MINOR], "owner": "management"}}


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.expect(201, "PUT", "/v1/schedules/emea", SCHEDULE)
    desk.expect(201, "PUT", "/v1/contracts/acme-gold", BY_SCHEDULE)
    return desk


def test_whoever_is_on_call_by_a_schedule_is_alerted_beside_a_team_and_then_a_person(desk: Desk) -> None:
    opened = desk.open()
    assert opened["escalation"]["policy"] == "main"
    assert desk.told("tier_alert") == [("tier_alert", "engineering"), ("tier_alert", "dora"), ("tier_alert", "ben")]
    ticket = desk.ticket()
    assert ticket["escalation"]["targets"] == [{"schedule": "emea"}, {"team": "engineering"}]
    desk.engine.advance(minutes=16)
    assert ("tier_alert", "ana") in desk.told("tier_alert")
    [alert] = [each for each in desk.alerts("tier_alert") if each.recipient == "ana"]
    assert "Ana (tier 2) is asked to take this ticket because nobody acknowledged in time." in alert.body
    assert {("escalation", "engineering"), ("escalation", "dora")} <= {*desk.told("escalation")}


def test_who_acknowledges_has_it_for_their_tier_and_the_customer_reads_no_name_of_ours(desk: Desk) -> None:
    desk.open()
    desk.engine.advance(minutes=16)
    desk.acknowledge("ana")
    assert desk.ticket()["escalation"]["acknowledged_by"] == "ana"
    desk.engine.advance(minutes=1)
    [update] = [each for each in desk.notices() if each["kind"] == "customer_update"]
    assert update["about"] == {"team": "our team on call"}


def test_a_minor_ticket_goes_by_its_own_policy_and_wakes_nobody_else(desk: Desk) -> None:
    opened = desk.open(priority="P2")
    assert opened["escalation"]["policy"] == "minor"
    desk.engine.advance(days=4)
    assert {recipient for _, recipient in desk.told("tier_alert")} == {"frontline", "ana"}
    assert desk.types()[:3] == ["opened", "tier_alerted", "warned"]
    assert "escalation_exhausted" in desk.types()
    assert desk.told("escalation_exhausted") == []


def test_a_schedule_or_person_that_is_not_there_is_refused_and_nothing_is_stored(desk: Desk) -> None:
    tier = {"targets": [{"schedule": "apac"}, {"member": "eve"}, {"team": "noc"}], "acknowledge_within": "15m"}
    refused = desk.expect(422, "PUT", "/v1/contracts/acme-gold", {**CONTRACT, "escalation": {"tiers": [tier]}})
    place, teams = "escalation.tiers.0.targets", "engineering, frontline, management"
    assert {each["path"]: each["message"] for each in refused["errors"]} == {
        f"{place}.0.schedule": "there is no schedule 'apac'; put it first. Known are: emea",
        f"{place}.1.member": "there is nobody 'eve'; put this member first, or a team with it",
        f"{place}.2.team": f"there is no team 'noc'; put it first. Known are: {teams}",
    }
    assert desk.expect(200, "GET", "/v1/contracts/acme-gold")["version"] == 2


def test_the_preview_and_the_text_name_whom_each_tier_alerts(desk: Desk) -> None:
    preview = desk.expect(
        200, "POST", "/v1/contracts/acme-gold/preview", {"priority": "P1", "opened_at": "2026-03-27T15:50:00Z"}
    )
    assert [each["targets"] for each in preview["tiers"]] == [
        [{"schedule": "emea"}, {"team": "engineering"}],
        [{"member": "ana"}],
    ]
    text = desk.call("GET", "/v1/contracts/acme-gold/text").body.decode()
    assert "the schedule emea and engineering" in text
    assert "Of tickets with priority P2, by the policy minor:" in text


def test_the_matrix_says_who_has_which_role_now_and_how_long_they_have(desk: Desk) -> None:
    found = desk.expect(200, "GET", "/v1/contracts/acme-gold/matrix")
    assert found["contract"] == {"contract_id": "acme-gold", "version": 2}
    roles = [(each["role"], each["policy"], each["target"], each["name"]) for each in found["roles"]]
    assert roles == [
        ("tier 1", "minor", {"team": "frontline"}, "Frontline"),
        ("tier 1", "main", {"schedule": "emea"}, "EMEA"),
        ("tier 1", "main", {"team": "engineering"}, "Engineering"),
        ("tier 2", "main", {"member": "ana"}, "Ana"),
        ("owner", None, {"team": "management"}, "Management"),
    ]
    by_schedule = found["roles"][1]
    assert (by_schedule["acknowledge_within"], by_schedule["resolve_within"]) == ("15m", None)
    assert [(each["member_id"], each["on_call"], each["channels"]) for each in by_schedule["people"]] == [
        ("dora", True, []),
        ("ana", False, ["email"]),
        ("ben", False, ["sms"]),
    ]
