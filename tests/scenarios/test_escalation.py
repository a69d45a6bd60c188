"""Tiers in order; an acknowledgement stops the chain, silence moves it on, the last tier repeats and then says so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.scenarios.conftest import FRIDAY
from tests.scenarios.desk import CONTRACT, TEAMS, Desk

pytestmark = pytest.mark.once_and_twice


def tiers_alerted(desk: Desk) -> list[tuple[str, int]]:
    """When each tier was alerted: minutes after the opening."""
    events = [event for event in desk.log() if event["type"] == "tier_alerted"]
    moments = [datetime.fromisoformat(event["occurred_at"]) for event in events]
    return [
        (event["details"]["team"], int((at - FRIDAY).total_seconds() // 60))
        for event, at in zip(events, moments, strict=True)
    ]


def test_the_first_tier_is_alerted_when_the_ticket_is_opened(desk: Desk) -> None:
    ticket = desk.open()
    assert ticket["tier"] == 1
    assert desk.told("tier_alert") == [("tier_alert", "frontline"), ("tier_alert", "ana")]
    assert desk.states() == ("AwaitChange", "WaitForResponseWarning")


def test_silence_moves_the_chain_on_and_tells_the_team_that_lost_the_ticket(desk: Desk) -> None:
    desk.open()
    desk.report("agent_replied", actor={"kind": "agent", "id": "ana"})
    desk.report("unacknowledged")
    desk.engine.advance(minutes=15)
    assert desk.told("tier_alert")[4:] == [("tier_alert", "engineering"), ("tier_alert", "ben")]
    assert desk.told("escalation") == [("escalation", "frontline")]
    assert desk.ticket()["tier"] == 2
    assert desk.states() == ("AwaitChange", "WaitForTierAcknowledgement")


def test_an_acknowledgement_stops_the_chain(desk: Desk) -> None:
    desk.open()
    desk.engine.advance(minutes=14)
    desk.acknowledge("ana")
    desk.engine.advance(hours=3)
    assert tiers_alerted(desk) == [("frontline", 0)]
    assert desk.ticket()["escalation"]["acknowledged_by"] == "ana"


def test_an_acknowledgement_that_names_nobody_is_the_helpdesk_s(desk: Desk) -> None:
    desk.open()
    desk.report("acknowledged")
    desk.engine.advance(hours=3)
    assert tiers_alerted(desk) == [("frontline", 0)]
    assert desk.ticket()["escalation"]["acknowledged_by"] == "helpdesk"


def test_the_last_tier_is_alerted_twice_more_and_then_everybody_learns_that_nobody_has_it(desk: Desk) -> None:
    desk.open()
    desk.engine.advance(days=2)
    assert tiers_alerted(desk) == [
        ("frontline", 0),
        ("engineering", 15),
        ("management", 45),
        ("management", 105),
        ("management", 165),
    ]
    assert desk.types().count("escalation_exhausted") == 1
    assert {recipient for _, recipient in desk.told("escalation_exhausted")} == {
        *TEAMS,
        "ana",
        "ben",
        "dora",
    }
    assert desk.ticket()["escalation"]["exhausted"]


def test_whoever_asks_for_a_tier_gets_it_at_once_and_it_has_to_acknowledge_anew(desk: Desk) -> None:
    desk.open()
    desk.acknowledge("ana")
    desk.engine.advance(minutes=5)
    desk.report("escalated", tier=3, reason="board meeting")
    assert tiers_alerted(desk) == [("frontline", 0), ("management", 5)]
    assert desk.ticket()["escalation"]["acknowledged_by"] is None
    desk.engine.advance(minutes=60)
    assert tiers_alerted(desk)[-1] == ("management", 65)


def test_a_team_that_nobody_can_be_reached_in_is_recorded_and_passed_over(desk: Desk) -> None:
    desk.expect(200, "PUT", "/v1/teams/frontline", {"name": "Frontline", "members": []})
    desk.open()
    assert tiers_alerted(desk) == [("frontline", 0), ("engineering", 0)]
    assert desk.log()[1]["details"]["reached"] is False


def test_a_tier_is_alerted_in_the_hours_of_the_targets_and_not_at_night(desk: Desk) -> None:
    desk.engine.advance(hours=2)
    ticket = desk.open(priority="P2")
    assert ticket["tier"] is None
    assert desk.told("tier_alert") == []
    assert desk.states() == ("AwaitChange", "WaitForOpeningHours")
    desk.engine.advance_to(datetime(2026, 3, 30, 7, 0, tzinfo=UTC))
    assert desk.told("tier_alert") == [("tier_alert", "frontline"), ("tier_alert", "ana")]


def test_a_raised_priority_alerts_the_tier_that_was_waiting_for_the_morning(desk: Desk) -> None:
    desk.engine.advance(hours=2)
    desk.open(priority="P2")
    desk.engine.advance(minutes=30)
    desk.report("priority_changed", priority="P1")
    assert desk.told("tier_alert") == [("tier_alert", "frontline"), ("tier_alert", "ana")]


def test_only_who_is_on_call_is_alerted_and_a_change_of_the_roster_needs_no_new_contract(desk: Desk) -> None:
    mail = [{"type": "email", "address": "f@example.com"}]
    members = [{"member_id": name, "name": name.title(), "channels": mail} for name in ("ana", "bo")]
    rotation = {"every": "daily", "starts_on": "2026-03-27", "at": "00:00", "timezone": "UTC", "order": ["bo", "ana"]}
    desk.expect(200, "PUT", "/v1/teams/frontline", {"name": "F", "members": members, "rotation": rotation})
    desk.open()
    assert desk.told("tier_alert") == [("tier_alert", "frontline"), ("tier_alert", "bo")]
    on_call = desk.expect(200, "GET", "/v1/teams/frontline/on-call?at=2026-03-28T12:00:00Z")["on_call"]
    assert [each["member_id"] for each in on_call] == ["ana"]


def test_the_preview_says_exactly_what_then_happens(desk: Desk) -> None:
    preview = desk.expect(200, "POST", "/v1/contracts/acme-gold/preview", {"priority": "P1"})
    desk.open()
    desk.engine.advance(hours=1)
    alerted = [event["occurred_at"] for event in desk.log() if event["type"] == "tier_alerted"]
    assert [tier["alerted_at"] for tier in preview["tiers"]] == alerted
    assert [tier["escalates_at"] for tier in preview["tiers"]][:2] == alerted[1:]


def test_a_reopened_ticket_alerts_the_tier_that_had_it(desk: Desk) -> None:
    desk.open()
    desk.engine.advance(minutes=20)
    desk.acknowledge("ben")
    desk.report("resolved")
    desk.engine.advance(hours=1)
    desk.report("reopened")
    assert desk.told("tier_alert")[-2:] == [("tier_alert", "engineering"), ("tier_alert", "ben")]
    assert desk.alerts("tier_alert")[-1].at == desk.engine.clock.now()


def test_contract_without_repeats_says_at_once_that_nobody_has_it(desk: Desk) -> None:
    escalation = {"tiers": [{"team": "frontline", "acknowledge_within": "10m"}], "repeat_last_tier": 0}
    desk.expect(201, "PUT", "/v1/contracts/acme-gold", {**CONTRACT, "escalation": escalation})
    desk.open()
    desk.engine.advance(minutes=10)
    assert desk.types().count("tier_alerted") == 1
    assert desk.types().count("escalation_exhausted") == 1


def test_a_customer_who_writes_and_is_not_answered_in_time_ends_the_silence_until_somebody_answers(desk: Desk) -> None:
    targets = {"P1": {"next_response": "30m", "resolution": "4h", "calendar": "always"}}
    desk.expect(201, "PUT", "/v1/contracts/acme-gold", {**CONTRACT, "targets": targets})
    desk.open()
    desk.report("agent_replied", actor={"kind": "agent", "id": "ana"})
    desk.engine.advance(minutes=10)
    desk.report("customer_replied", actor={"kind": "customer", "id": "jo"})
    desk.engine.advance(minutes=29)
    assert tiers_alerted(desk) == [("frontline", 0)]
    desk.engine.advance(minutes=16)
    assert tiers_alerted(desk) == [("frontline", 0), ("frontline", 40), ("engineering", 55)]
    [again, *_] = [alert for alert in desk.alerts("tier_alert") if alert.recipient == "ana"][1:]
    assert "because the customer wrote and nobody answered in the contract's time." in again.body
    assert "They wrote on Fri 27 Mar 16:50 CET; an answer was due on Fri 27 Mar 17:20 CET." in again.body
    desk.report("agent_replied", actor={"kind": "agent", "id": "ben"})
    desk.engine.advance(hours=2)
    assert len(tiers_alerted(desk)) == 3
    assert desk.ticket()["escalation"]["acknowledged_by"] == "ben"


def test_the_owner_of_the_chain_is_told_when_the_last_tier_did_not_resolve_it_twice(desk: Desk) -> None:
    tier = {"team": "frontline", "acknowledge_within": "10m", "resolve_within": "30m"}
    desk.expect(
        201,
        "PUT",
        "/v1/contracts/acme-gold",
        {**CONTRACT, "escalation": {"tiers": [tier], "owner": "management", "repeat_last_tier": 0}},
    )
    desk.open()
    desk.acknowledge("ana")
    desk.engine.advance(minutes=30)
    desk.acknowledge("ana")
    desk.engine.advance(hours=3)
    assert tiers_alerted(desk) == [("frontline", 0), ("frontline", 30)]
    told = [recipient for _, recipient in desk.told("escalation_exhausted")]
    assert sorted(map(str, told)) == ["ana", "dora", "frontline", "management"]
    [owners] = [alert for alert in desk.alerts("escalation_exhausted") if alert.recipient == "management"]
    assert "the ticket is still not resolved.\nYou are told as the owner of this escalation" in owners.body
