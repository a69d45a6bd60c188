"""The API shows a ticket as it was true or known at an instant, and takes back in the open what was not true."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from infra.local.engine import Engine
from tests.scenarios.desk import CONTRACT, Desk

MONDAY = datetime(2026, 6, 1, 7, 0, tzinfo=UTC)
"""Nine o'clock in Berlin."""


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """A ticket that was answered after ten minutes, which is learned of after forty."""
    engine.advance_to(MONDAY)
    desk = Desk(engine).prepare()
    desk.open()
    desk.acknowledge("ana")
    engine.advance(minutes=40)
    desk.report("agent_replied", occurred_at="2026-06-01T07:10:00Z")
    engine.advance(minutes=20)
    return desk


def first_response(desk: Desk, query: str, what: str = "") -> dict[str, Any]:
    answer = desk.expect(200, "GET", f"/v1/tickets/T-1{what}?{query}")
    [found] = [each for each in answer["obligations"] if each["metric"] == "first_response"]
    return dict(found)


def test_a_breach_that_was_none_is_taken_back_and_whoever_was_told_is_told(desk: Desk) -> None:
    [breach] = [event for event in desk.log() if event["type"] == "breached"]
    [reply] = [event for event in desk.log() if event["type"] == "agent_replied"]
    [correction] = [event for event in desk.log() if event["type"] == "corrected"]
    assert correction["details"] == {
        "obligation_id": "first_response#1",
        "metric": "first_response",
        "due_at": "2026-06-01T07:15:00Z",
        "corrects": breach["sequence"],
        "because": [reply["sequence"]],
        "customer_was_told": True,
    }
    assert desk.told("correction") == [("correction", "frontline"), ("correction", "ana")]
    assert desk.told("customer_breach") == [("customer_breach", "customer")]
    assert desk.told("customer_correction") == [("customer_correction", "customer")]
    assert desk.obligation("first_response")["state"] == "met"


def test_as_known_then_it_was_late_and_as_true_then_it_was_not(desk: Desk) -> None:
    assert first_response(desk, "known_at=2026-06-01T07:20:00Z")["state"] == "breached"
    assert first_response(desk, "at=2026-06-01T07:20:00Z")["state"] == "met"
    assert first_response(desk, "at=2026-06-01T07:05:00Z")["state"] == "running"
    assert first_response(desk, "at=2026-06-01T07:20:00Z&known_at=2026-06-01T07:30:00Z")["state"] == "breached"
    assert first_response(desk, "at=2026-06-01T09:20:00%2B02:00")["state"] == "met"


def test_the_explanation_of_then(desk: Desk) -> None:
    known = first_response(desk, "known_at=2026-06-01T07:20:00Z", "/explain")
    assert (known["late_seconds"], known["late_seconds_by_holder"]) == (300, {"tier 1": 300})
    now = first_response(desk, "", "/explain")
    assert (now["late_seconds"], now["late_seconds_by_holder"]) == (0, {})
    assert now["seconds_by_holder"] == {"tier 1": 600}


@pytest.mark.parametrize("what", ["", "/explain"])
def test_what_is_no_instant_is_refused_by_its_name(desk: Desk, what: str) -> None:
    for name in ("at", "known_at"):
        for text in ("yesterday", "2026-06-01", "2026-06-01T07:20:00", "0001-01-01T00:00:00Z", "", "1780000000"):
            response = desk.call("GET", f"/v1/tickets/T-1{what}?{name}={text}")
            assert response.status == 422, (name, text, response.body)
            assert [each["path"] for each in response.json()["errors"]] == [name], text


@pytest.mark.parametrize("what", ["", "/explain"])
def test_before_the_opening_there_was_no_ticket(desk: Desk, what: str) -> None:
    for name in ("at", "known_at"):
        problem = desk.expect(404, "GET", f"/v1/tickets/T-1{what}?{name}=2026-06-01T06:59:59Z")
        assert problem["detail"] == "There was no ticket 'T-1' then."


def test_a_contract_with_faults_of_many_kinds_is_told_all_of_them_and_not_stored(desk: Desk) -> None:
    faulty = {
        **CONTRACT,
        "effective_from": "2026-01-01",
        "term": "1 year",
        "calendar": {
            "timezone": {"of": "site", "otherwise": "Europe/Berlin"},
            "holidays": {"dates": {"2062-12-24": "x"}},
        },
        "priority_matrix": {"high": {"high": "P0"}},
        "metrics": {"hand_over": {"start": ["escalated"], "stop": ["escalated"]}},
        "targets": {**CONTRACT["targets"], "P3": {"resolutoin": "4h"}},
        "warnings_in": "night",
        "counts_as_response": ["anything"],
        "reopen": "grace",
    }
    response = desk.call("PUT", "/v1/contracts/acme-gold", faulty)
    assert response.status == 422
    assert {each["path"] for each in response.json()["errors"]} == {
        "calendar.timezone",
        "calendar.holidays.dates.2062-12-24",
        "priority_matrix.high.high",
        "metrics.hand_over",
        "metrics.hand_over.stop",
        "targets.P3.resolutoin",
        "warnings_in",
        "counts_as_response.0",
        "reopen",
    }
    assert desk.expect(200, "GET", "/v1/contracts/acme-gold")["version"] == 1


def test_an_example_that_is_not_true_is_told_what_is_and_the_contract_is_not_stored(desk: Desk) -> None:
    document = """
customer: {name: ACME}
calendar: {timezone: Europe/Berlin, weekly: {mon-fri: ["09:00-17:00"]}}
targets: {P2: {first_response: 1h}}
escalation: {tiers: [{team: frontline, acknowledge_within: 15m}]}
examples:
  - {priority: P2, opened: Fri 2026-03-27 16:50, first_response: Mon 2026-03-30 09:50}
  - {priority: P2, opened: Fri 2026-03-27 16:50, first_response: Mon 2026-03-30 09:00}
"""
    headers = {"Content-Type": "application/yaml"}
    response = desk.engine.request("PUT", "/v1/contracts/small", body=document, token=desk.token, headers=headers)
    assert response.status == 422
    assert response.json()["errors"] == [
        {
            "path": "examples.1.first_response",
            "message": "is due Mon 2026-03-30 09:50, not Mon 2026-03-30 09:00",
        }
    ]
    assert desk.call("GET", "/v1/contracts/small").status == 404
