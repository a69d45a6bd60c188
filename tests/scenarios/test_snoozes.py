"""Snoozing an alert, over the API and by the link: the ticket comes back when the time is over."""

from __future__ import annotations

import pytest

from tests.scenarios.desk import Desk

pytestmark = pytest.mark.once_and_twice


def test_the_ticket_comes_back_when_the_time_is_over_and_the_chain_goes_on_in_silence(desk: Desk) -> None:
    desk.open()
    link = desk.link_to("ana")
    answer = desk.engine.request("POST", link, json={"action": "snooze", "for": "30m"})
    assert (answer.status, answer.json()["done"], answer.json()["has_it"]["id"]) == (200, "snooze", "ana")
    assert "Frontline will be alerted again on Fri 27 Mar 17:10 CET." in answer.json()["text"]
    desk.report("agent_noted")
    assert desk.states() == ("AwaitChange", "WaitForResponseWarning")
    desk.engine.advance(minutes=46)
    reasons = [each["details"]["reason"] for each in desk.log() if each["type"] == "tier_alerted"]
    assert reasons == ["opened", "snooze_over", "not_acknowledged"]
    again = [alert for alert in desk.alerts("tier_alert") if alert.recipient == "ana"][-1]
    assert "Frontline (tier 1) is asked to take this ticket because it was snoozed until now." in again.body


def test_acknowledging_by_the_same_link_ends_the_snooze(desk: Desk) -> None:
    desk.open()
    link = desk.link_to("ana")
    desk.engine.request("POST", link, json={"action": "snooze", "for": "30m"})
    assert ">I have it<" in desk.engine.request("GET", link).text
    assert "You have it" in desk.engine.request("POST", link).text
    desk.engine.advance(hours=3)
    assert desk.types().count("tier_alerted") == 1
    assert desk.ticket()["escalation"]["snoozed_until"] is None


def test_over_the_api_it_is_bounded_and_names_who_has_it(desk: Desk) -> None:
    desk.open()
    until = {"type": "snoozed", "until": "2026-03-27T16:41:00Z", "actor": {"kind": "agent", "id": "ana"}}
    answer = desk.expect(422, "POST", "/v1/tickets/T-1/events", until)
    assert answer["errors"][0]["path"] == "until"
    assert "may not be later than 2026-03-27T16:40:00Z" in answer["errors"][0]["message"]
    desk.expect(422, "POST", "/v1/tickets/T-1/events", {**until, "actor": {"kind": "agent"}})
    recorded = desk.report("snoozed", until="2026-03-27T16:10:00Z", actor={"kind": "agent", "id": "ana"})
    assert recorded["ticket"]["escalation"]["snoozed_until"] == "2026-03-27T16:10:00Z"
    assert recorded["ticket"]["escalation"]["acknowledged_by"] == "ana"
