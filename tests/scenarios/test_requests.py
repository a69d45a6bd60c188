"""Requests at the API: what is wrong is said with its place and what would be right, and nothing is stored."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any
from unittest import mock

import pytest
from openapi_spec_validator import validate

from infra.local.engine import Engine
from infra.local.gateway_events import Response
from tests.scenarios.desk import CONTRACT, TEAMS, Desk

OPENING = {"ticket_id": "T-1", "contract_id": "acme-gold", "priority": "P1", "subject": "Sync stopped"}


def problem(response: Response, status: int) -> dict[str, Any]:
    """The body of an error, after checking what is common to all of them."""
    assert response.status == status, response.body
    assert response.headers["content-type"].startswith("application/problem+json")
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert {"type", "title", "detail"} <= body.keys()
    assert "Traceback" not in response.text
    return body


def paths(response: Response, status: int = 422) -> set[str]:
    return {error["path"] for error in problem(response, status)["errors"]}


def changed(path: str, value: object) -> dict[str, Any]:
    """The sample contract with one thing changed."""
    contract: Any = deepcopy(dict(CONTRACT))
    *parents, last = path.split(".")
    place = contract
    for name in parents:
        place = place[int(name)] if isinstance(place, list) else place[name]
    place[last] = value
    return dict(contract)


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("targets", {}, "targets"),
        ("targets.P1", {}, "targets.P1"),
        ("targets.P1.resolution", "0h", "targets.P1.resolution"),
        ("targets.P1.resolution", "-4h", "targets.P1.resolution"),
        ("targets.P1.resolution", "2 days", "targets.P1.resolution"),
        ("targets.P1.resolution", 4, "targets.P1.resolution"),
        ("targets.P1.calendar", "nights", "targets.P1.calendar"),
        ("targets.P1.resolutoin", "4h", "targets.P1.resolutoin"),
        ("calendar.timezone", "Europe/Munich", "calendar.timezone"),
        ("calendar.weekly", {"mon-fri": []}, "calendar"),
        ("calendar.weekly", {"someday": ["09:00-17:00"]}, "calendar.weekly.someday"),
        ("calendar.weekly", {"mon": ["9-17"]}, "calendar.weekly.mon.0"),
        ("calendar.holidays", {"country": "XX"}, "calendar.holidays"),
        ("calendar.holidays", {"country": "DE", "subdivision": "XX"}, "calendar.holidays"),
        ("escalation.tiers", [], "escalation.tiers"),
        ("escalation.tiers.0.team", "nobody", "escalation.tiers.0.team"),
        ("escalation.tiers.0.acknowledge_within", "soon", "escalation.tiers.0.acknowledge_within"),
        ("review", {"team": "nobody", "due_within": "3bd"}, "review.team"),
        ("warn_at", ["150%"], "warn_at.0"),
        ("contract_id", "another", "contract_id"),
    ],
)
def test_a_fault_of_a_contract_is_named_with_its_path(desk: Desk, path: str, value: object, fault: str) -> None:
    assert fault in paths(desk.call("PUT", "/v1/contracts/acme-gold", changed(path, value)))
    assert desk.expect(200, "GET", "/v1/contracts/acme-gold")["version"] == 1


def test_all_faults_of_a_contract_are_named_at_once(desk: Desk) -> None:
    contract = changed("targets.P1.resolution", "0h")
    contract["calendar"]["timezone"] = "Mars/Olympus"
    contract["escalation"]["tiers"][1]["team"] = "nobody"
    contract["surprise"] = 1
    found = paths(desk.call("PUT", "/v1/contracts/acme-gold", contract))
    assert found == {"targets.P1.resolution", "calendar.timezone", "escalation.tiers.1.team", "surprise"}


def test_a_contract_may_be_put_as_yaml_and_its_times_stay_as_written(desk: Desk) -> None:
    document = """
customer: {name: ACME}
calendar: {timezone: Europe/Berlin, weekly: {mon-fri: [09:00-17:00]}, holidays: {dates: {2026-12-24: Christmas Eve}}}
targets: {P1: {first_response: 15m}}
escalation: {tiers: [{team: frontline, acknowledge_within: 15m}]}
"""
    headers = {"Content-Type": "application/yaml"}
    response = desk.engine.request("PUT", "/v1/contracts/small", body=document, token=desk.token, headers=headers)
    assert response.status == 201, response.body
    stored = desk.expect(200, "GET", "/v1/contracts/small")["contract"]
    assert stored["calendar"]["holidays"]["dates"] == {"2026-12-24": "Christmas Eve"}


def test_the_same_contract_again_is_no_new_version_and_another_one_leaves_open_tickets_alone(desk: Desk) -> None:
    desk.open()
    assert desk.expect(200, "PUT", "/v1/contracts/acme-gold", CONTRACT)["version"] == 1
    assert desk.expect(201, "PUT", "/v1/contracts/acme-gold", changed("targets.P1.resolution", "2h"))["version"] == 2
    assert desk.ticket()["contract"] == {"contract_id": "acme-gold", "version": 1}
    assert desk.obligation("resolution")["due_at"] == "2026-03-27T19:40:00Z"
    desk.open("T-2")
    assert desk.obligation("resolution", "T-2")["due_at"] == "2026-03-27T17:40:00Z"
    first = desk.expect(200, "GET", "/v1/contracts/acme-gold/versions/1")
    assert first["contract"]["targets"]["P1"]["resolution"] == "4h"
    assert [each["version"] for each in desk.expect(200, "GET", "/v1/contracts")["contracts"]] == [2]


@pytest.mark.parametrize(
    ("ticket", "fault"),
    [
        ({"contract_id": "unknown"}, "contract_id"),
        ({"priority": "P9"}, "priority"),
        ({"opened_at": "2026-03-28T00:00:00Z"}, "opened_at"),
        ({"opened_at": "yesterday"}, "opened_at"),
        ({"opened_at": "2026-03-27T10:00:00"}, "opened_at"),
        ({"opened_at": "0001-01-01T00:00:00Z"}, "opened_at"),
        ({"ticket_id": "a#b"}, "ticket_id"),
        ({"surprise": True}, "surprise"),
        ({"subject": "x" * 301}, "subject"),
        ({"actor": {"kind": "system"}}, "actor.kind"),
    ],
)
def test_a_ticket_that_cannot_be_opened_is_refused_and_not_stored(
    desk: Desk, ticket: dict[str, Any], fault: str
) -> None:
    assert paths(desk.call("POST", "/v1/tickets", {**OPENING, **ticket})) == {fault}
    problem(desk.call("GET", "/v1/tickets/T-1"), 404)


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        ({"type": "exploded"}, "body"),
        ({"type": "breached"}, "body"),
        ({}, "body"),
        ({"type": "pended", "occurred_at": "2026-03-27T15:39:59Z"}, "occurred_at"),
        ({"type": "pended", "occurred_at": "2026-03-27T15:42:00Z"}, "occurred_at"),
        ({"type": "priority_changed"}, "priority"),
        ({"type": "priority_changed", "priority": "P9"}, "priority"),
        ({"type": "escalated", "tier": 4}, "tier"),
        ({"type": "pended", "surprise": 1}, "surprise"),
    ],
)
def test_an_event_that_cannot_be_is_refused_and_not_recorded(desk: Desk, event: dict[str, Any], fault: str) -> None:
    desk.open()
    assert paths(desk.call("POST", "/v1/tickets/T-1/events", event)) == {fault}
    assert desk.types() == ["opened", "tier_alerted"]


def test_a_resolved_ticket_still_takes_facts_and_a_closed_one_none(desk: Desk) -> None:
    desk.open()
    desk.report("resolved")
    desk.engine.advance(minutes=1)
    for reply in (1, 2):
        desk.report("customer_replied")
        desk.engine.advance(minutes=1)
        assert desk.told("reply_received") == [("reply_received", "frontline"), ("reply_received", "ana")] * reply
    assert desk.ticket()["settled"]
    desk.report("closed")
    problem(desk.call("POST", "/v1/tickets/T-1/events", {"type": "reopened"}), 409)


def test_a_ticket_id_is_given_once(desk: Desk) -> None:
    desk.open()
    problem(desk.call("POST", "/v1/tickets", OPENING), 409)
    made_up = desk.expect(201, "POST", "/v1/tickets", {"contract_id": "acme-gold", "priority": "P1"})["ticket_id"]
    assert desk.ticket(made_up)["status"] == "open"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"", 422),
        (b"[]", 422),
        (b'"text"', 422),
        (b"null", 422),
        (b'{"a": NaN}', 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 413),
        (b"[" * 5_000, 400),
        (b'{"subject": "\\ud800"}', 400),
        (b'{"subject": "' + b"x" * 70_000 + b'"}', 413),
    ],
)
def test_a_body_that_is_no_ticket_is_refused_with_a_problem(desk: Desk, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    response = desk.engine.request("POST", "/v1/tickets", body=body, token=desk.token, headers=headers)
    problem(response, status)


def test_a_body_of_another_type_is_refused(desk: Desk) -> None:
    headers = {"Content-Type": "text/csv"}
    response = desk.engine.request("POST", "/v1/tickets", body=b"{}", token=desk.token, headers=headers)
    problem(response, 415)


@pytest.mark.parametrize("path", ["/v1/nothing", "/"])
def test_an_address_that_means_nothing_is_a_problem_too(desk: Desk, path: str) -> None:
    problem(desk.call("GET", path), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v1/tickets/T-1", "GET"),
        ("POST", "/v1/tickets/T-1", "GET"),
        ("HEAD", "/v1/tickets", "GET, POST"),
        ("PATCH", "/v1/contracts/acme-gold", "GET, PUT"),
        ("POST", "/health", "GET"),
    ],
)
def test_a_method_that_an_address_does_not_take_is_refused_with_those_that_it_takes(
    desk: Desk, method: str, path: str, allowed: str
) -> None:
    response = desk.call(method, path)
    problem(response, 405)
    assert response.headers["allow"] == allowed


def test_a_stale_if_match_is_refused_and_a_fresh_one_is_not(desk: Desk) -> None:
    desk.open()
    etag = desk.call("GET", "/v1/tickets/T-1").headers["etag"]
    desk.report("agent_noted")
    problem(desk.call("POST", "/v1/tickets/T-1/events", {"type": "pended"}, If_Match=etag), 412)
    fresh = desk.call("GET", "/v1/tickets/T-1").headers["etag"]
    assert desk.call("POST", "/v1/tickets/T-1/events", {"type": "pended"}, If_Match=fresh).status == 201
    problem(desk.call("PUT", "/v1/contracts/acme-gold", changed("warn_at", ["50%"]), If_Match='"7"'), 412)
    assert paths(desk.call("PUT", "/v1/contracts/acme-gold", CONTRACT, If_Match="soon")) == {"If-Match"}


def test_the_same_request_with_the_same_key_has_one_effect_and_one_answer(desk: Desk) -> None:
    first = desk.call("POST", "/v1/tickets", OPENING, Idempotency_Key="k-1")
    desk.engine.advance(hours=1)
    again = desk.call("POST", "/v1/tickets", OPENING, Idempotency_Key="k-1")
    assert (again.status, again.headers["etag"], again.body) == (201, first.headers["etag"], first.body)
    event = {"type": "agent_replied"}
    answer = desk.call("POST", "/v1/tickets/T-1/events", event, Idempotency_Key="k-2")
    desk.engine.advance(hours=1)
    desk.report("priority_changed", priority="P2")
    again = desk.call("POST", "/v1/tickets/T-1/events", event, Idempotency_Key="k-2")
    assert (again.status, again.headers["etag"], again.body) == (201, answer.headers["etag"], answer.body)
    assert desk.types().count("agent_replied") == 1


def test_a_made_up_ticket_id_is_the_same_when_the_request_is_repeated(desk: Desk) -> None:
    ticket = {"contract_id": "acme-gold", "priority": "P1"}
    first = desk.expect(201, "POST", "/v1/tickets", ticket, Idempotency_Key="k")
    assert desk.expect(201, "POST", "/v1/tickets", ticket, Idempotency_Key="k")["ticket_id"] == first["ticket_id"]


def test_a_key_that_was_used_for_something_else_is_refused(desk: Desk) -> None:
    desk.expect(201, "POST", "/v1/tickets", OPENING, Idempotency_Key="k")
    other = {**OPENING, "ticket_id": "T-2"}
    assert paths(desk.call("POST", "/v1/tickets", other, Idempotency_Key="k")) == {"Idempotency-Key"}
    problem(desk.call("GET", "/v1/tickets/T-2"), 404)


def test_lists_are_paged_by_what_is_due_next(desk: Desk) -> None:
    for number, priority in enumerate(["P2", "P1", "P2"]):
        desk.open(f"T-{number}", priority)
    first = desk.expect(200, "GET", "/v1/tickets?limit=2")
    assert [each["ticket_id"] for each in first["tickets"]] == ["T-1", "T-0"]
    second = desk.expect(200, "GET", f"/v1/tickets?limit=2&cursor={first['next_cursor']}")
    assert [each["ticket_id"] for each in second["tickets"]] == ["T-2"]
    assert second["next_cursor"] is None
    assert desk.expect(200, "GET", "/v1/tickets?status=resolved")["tickets"] == []
    assert paths(desk.call("GET", "/v1/tickets?status=lost")) == {"status"}
    for cursor in ("x", "WyJ4Il0", "eyJhIjoxfQ"):
        assert paths(desk.call("GET", f"/v1/tickets?cursor={cursor}")) == {"cursor"}
    assert paths(desk.call("GET", "/v1/tickets?limit=0")) == {"limit"}


def test_a_log_is_paged_in_its_order(desk: Desk) -> None:
    desk.open()
    whole = desk.log()
    first = desk.expect(200, "GET", "/v1/tickets/T-1/events?limit=3")
    rest = desk.expect(200, "GET", f"/v1/tickets/T-1/events?limit=3&cursor={first['next_cursor']}")
    assert first["events"] + rest["events"] == whole
    assert [event["sequence"] for event in whole] == list(range(1, len(whole) + 1))


def test_a_team_with_faults_is_refused(desk: Desk) -> None:
    team = {"name": "", "members": [{"member_id": "A B", "name": "x", "channels": [{"type": "fax", "address": "1"}]}]}
    found = paths(desk.call("PUT", "/v1/teams/new", team))
    assert found == {"name", "members.0.member_id", "members.0.channels.0"}
    problem(desk.call("GET", "/v1/teams/new"), 404)
    assert paths(desk.call("PUT", "/v1/teams/Not-A-Slug", TEAMS["frontline"])) == {"path.team_id"}


def test_openapi_describes_every_route_and_needs_no_token(engine: Engine) -> None:
    response = engine.request("GET", "/openapi.json")
    assert response.status == 200
    document = json.loads(response.body)
    assert document["openapi"].startswith("3.1")
    assert {"/v1/tickets", "/v1/tickets/{ticket_id}/events", "/v1/contracts/{contract_id}/preview"} <= set(
        document["paths"]
    )
    put = document["paths"]["/v1/contracts/{contract_id}"]["put"]
    reference = put["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    assert "escalation" in document["components"]["schemas"][reference.rpartition("/")[2]]["properties"]
    validate(document)
    assert engine.request("GET", "/health").json()["status"] == "ok"


def test_a_defect_of_ours_is_a_problem_without_its_details(engine: Engine) -> None:
    desk = Desk(engine).prepare()
    with mock.patch("tocsin.handlers.api.routes.tickets.open_ticket", side_effect=RuntimeError("the password is 1234")):
        response = desk.call("POST", "/v1/tickets", OPENING)
    body = problem(response, 500)
    assert "1234" not in response.text
    assert "RuntimeError" not in response.text
    assert body["title"] == "Internal Server Error"
