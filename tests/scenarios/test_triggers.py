"""What escalates a ticket beside silence: over HTTP, by the state machine's timer, and as the alert and log tell it."""

from __future__ import annotations

from typing import Any

from tests.scenarios.desk import CONTRACT, Desk

TRIGGERS: list[dict[str, Any]] = [
    {"type": "before_deadline", "of": "resolution", "at": "90%", "to_tier": 3},
    {"type": "matches", "when": {"category": "data breach"}, "to": {"team": "management"}},
    {"type": "recurrence", "times": 3, "within": "720h", "to_tier": 2},
    {"type": "customer_asks", "to_tier": 3},
]


def put(desk: Desk, *triggers: dict[str, Any]) -> None:
    desk.expect(201, "PUT", "/v1/contracts/acme-gold", {**CONTRACT, "triggers": [*triggers]})


def test_a_trigger_is_a_timer_of_its_own_and_its_alert_says_why(desk: Desk) -> None:
    put(desk, TRIGGERS[0])
    opened = desk.open()
    desk.acknowledge("ana")
    desk.report("agent_replied", actor={"kind": "agent", "id": "ana"})
    assert opened["escalation"]["policy"] == "main"
    desk.engine.advance(minutes=200)
    assert desk.ticket()["next_event"] == {
        "type": "trigger_fired",
        "at": "2026-03-27T19:16:00Z",
        "text": "of the resolution 90% of the time is used up: tier 3 is alerted",
    }
    assert "WaitForTrigger" in desk.states()
    desk.engine.advance(minutes=16)
    [fired] = [event["details"] for event in desk.log() if event["type"] == "trigger_fired"]
    assert (fired["met_at"], fired["tier"]) == ("2026-03-27T19:16:00Z", 3)
    [alert] = [each for each in desk.alerts("tier_alert") if each.recipient == "dora"]
    assert (
        "Management (tier 3) is asked to take this ticket because the contract escalates it: "
        "of the resolution 90% of the time is used up."
    ) in alert.body
    assert ("escalation", "frontline") in desk.told("escalation")


def test_a_data_breach_calls_in_a_team_beside_the_chain_that_can_take_the_ticket(desk: Desk) -> None:
    put(desk, TRIGGERS[1])
    desk.open(category="data breach")
    assert desk.told("functional_escalation") == [
        ("functional_escalation", "management"),
        ("functional_escalation", "dora"),
    ]
    desk.acknowledge("dora")
    assert desk.ticket()["escalation"]["acknowledged_by"] == "dora"


def test_the_third_report_of_the_same_problem_goes_to_the_second_tier(desk: Desk) -> None:
    put(desk, TRIGGERS[2])
    desk.open("T-1")
    desk.engine.advance(days=3)
    desk.open("T-2", recurrence_of="T-1")
    assert [tier for _, tier in tiers(desk, "T-2")] == [1]
    desk.engine.advance(days=3)
    desk.open("T-3", recurrence_of="T-2")
    assert tiers(desk, "T-3") == [("triggered", 2)]
    [trigger] = desk.expect(200, "GET", "/v1/tickets/T-3/explain")["escalation"]["triggers"]
    assert trigger["fired"][0]["because"] == "the same was reported 3 times within 720 hours"


def test_a_customer_who_asks_is_heard_as_the_contract_says(desk: Desk) -> None:
    put(desk, TRIGGERS[3])
    desk.open()
    desk.report("escalated", actor={"kind": "customer"}, reason="We lose money every minute.")
    assert tiers(desk) == [("opened", 1), ("triggered", 3)]


def test_somebody_can_ask_for_a_person_beside_the_chain_who_has_to_exist(desk: Desk) -> None:
    desk.open()
    refused = desk.expect(422, "POST", "/v1/tickets/T-1/events", {"type": "escalated", "to": {"team": "legal"}})
    assert refused["errors"] == [{"path": "to", "message": "there is no team 'legal'"}]
    reported = desk.report("escalated", to={"member": "dora"}, reason="Is this ours?")
    assert reported["details"]["to"] == "member:dora"
    assert desk.told("functional_escalation") == [("functional_escalation", "dora")]


def tiers(desk: Desk, ticket_id: str = "T-1") -> list[tuple[str, int]]:
    """Why each tier was alerted."""
    details = [event["details"] for event in desk.log(ticket_id) if event["type"] == "tier_alerted"]
    return [(each["reason"], each["tier"]) for each in details]
