"""What is handed over when a ticket is escalated: what is missing is told, and demanded where the contract insists."""

from __future__ import annotations

from typing import Any

from tests.scenarios.desk import CONTRACT, Desk

NEEDS = ["history", "Error logs"]
LOGS = {"history": "fails since 10:00", "error logs": "INVALID_SESSION_ID"}


def demanding(desk: Desk, **hand_off: Any) -> None:
    escalation = {**CONTRACT["escalation"], "hand_off": {"needs": NEEDS, **hand_off}}
    desk.expect(201, "PUT", "/v1/contracts/acme-gold", {**CONTRACT, "escalation": escalation})


def test_an_alert_says_what_is_missing_of_the_hand_off(desk: Desk) -> None:
    demanding(desk)
    desk.open(handoff={"history": "fails since 10:00"})
    [alert] = [each for each in desk.alerts("tier_alert") if each.recipient == "ana"]
    assert "  history: fails since 10:00" in alert.body
    assert "Missing of the hand-off: Error logs" in alert.body
    desk.report("attributes_changed", handoff=LOGS)
    desk.report("escalated")
    [alert] = [each for each in desk.alerts("tier_alert") if each.recipient == "engineering"]
    assert "Missing" not in alert.body


def test_where_the_contract_insists_nobody_escalates_without_it_and_the_chain_does_not_wait(desk: Desk) -> None:
    demanding(desk, when_missing="refuse")
    desk.open()
    refused = desk.expect(422, "POST", "/v1/tickets/T-1/events", {"type": "escalated"})
    assert refused["errors"] == [
        {
            "path": "handoff",
            "message": "lacks history and Error logs; report `attributes_changed` with a `handoff` that has it first",
        }
    ]
    assert desk.types() == ["opened", "tier_alerted"]
    desk.report("attributes_changed", handoff=LOGS)
    desk.report("escalated")
    assert desk.ticket()["tier"] == 2
    desk.open("T-2")
    desk.engine.advance(minutes=15)
    assert desk.ticket("T-2")["tier"] == 2
