"""The API's handler: hostile requests get an answer that says what is wrong, and never a crash."""

from __future__ import annotations

from typing import Any

import pytest

from tests.handlers.conftest import Api
from tests.unit.story import DOCUMENT
from tocsin.domain.values.identifiers import TicketKey

TICKET = {"ticket_id": "T-1", "contract_id": "acme-gold", "priority": "P1"}
HOSTILE_VALUES: list[Any] = [
    None,
    True,
    -1,
    10**300,
    1e308,
    "",
    "\x00",
    "x" * 11_000,
    [],
    [[]],
    {},
    {"a": {"b": []}},
    "\u202e",
    "null",
]


@pytest.mark.parametrize(
    "field", ["ticket_id", "contract_id", "priority", "opened_at", "subject", "tags", "handoff", "actor", "links"]
)
@pytest.mark.parametrize("value", HOSTILE_VALUES, ids=lambda value: repr(value)[:20])
def test_no_value_of_any_field_of_a_ticket_is_a_crash(api: Api, field: str, value: object) -> None:
    assert api.call("POST", "/v1/tickets", {**TICKET, field: value}).status in (201, 422)


@pytest.mark.parametrize("body", HOSTILE_VALUES, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/tickets"),
        ("POST", "/v1/tickets/T-1/events"),
        ("PUT", "/v1/teams/frontline"),
        ("PUT", "/v1/contracts/acme-gold"),
        ("POST", "/v1/contracts/acme-gold/preview"),
    ],
)
def test_no_body_of_the_wrong_kind_is_a_crash(api: Api, method: str, path: str, body: object) -> None:
    assert api.call(method, path, body if body is not None else [None]).status in (400, 404, 422)


@pytest.mark.parametrize(
    "part", ["customer", "calendar", "calendars", "targets", "warn_at", "escalation", "review", "effective_from"]
)
@pytest.mark.parametrize("value", HOSTILE_VALUES, ids=lambda value: repr(value)[:20])
def test_no_value_of_any_part_of_a_contract_is_a_crash(api: Api, part: str, value: object) -> None:
    answer = api.call("PUT", "/v1/contracts/new", {**DOCUMENT, part: value})
    assert answer.status in (201, 422)
    assert answer.status == 201 or all(path.startswith(part) for path in answer.paths)


@pytest.mark.parametrize("ticket_id", ["T%231", "T-1%0A", "..%2F..", "%F0%9F%94%A5", "T" * 65, "%00"])
def test_no_id_in_an_address_is_a_crash(api: Api, ticket_id: str) -> None:
    for method, path in (("GET", f"/v1/tickets/{ticket_id}"), ("POST", f"/v1/tickets/{ticket_id}/events")):
        assert api.call(method, path, {"type": "agent_noted"} if method == "POST" else None).status in (404, 422)


@pytest.mark.parametrize("number", ["0", "-1", "2", "1.5", "x", "9" * 30, "9" * 2_000, "9" * 5_000, "%201"])
def test_no_number_of_a_version_is_a_crash(api: Api, number: str) -> None:
    assert api.call("GET", f"/v1/contracts/acme-gold/versions/{number}").status in (404, 422)


@pytest.mark.parametrize("path", ["/v1/tickets", "/v1/tickets/T-1/events", "/v1/contracts"])
@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "x"},
        {"limit": "9" * 400},
        {"cursor": "x"},
        {"cursor": "9" * 5_000},
        {"cursor": "\x00"},
    ],
    ids=lambda query: repr(query)[:24],
)
def test_no_page_that_is_asked_for_is_a_crash(api: Api, path: str, query: dict[str, str]) -> None:
    api.call("POST", "/v1/tickets", TICKET)
    assert api.call("GET", path, query=query).status == 422


@pytest.mark.parametrize("at", ["now", "2026-03-30", "9999-12-31T23:59:59Z", "2026-03-30T08:00:00 01:00", "\x00"])
def test_no_instant_that_is_asked_for_is_a_crash(api: Api, at: str) -> None:
    answer = api.call("GET", "/v1/teams/frontline/on-call", query={"at": at})
    assert (answer.status, answer.paths) == (422, ["at"])


def test_everything_that_is_wrong_with_an_event_is_told_with_its_path(api: Api) -> None:
    api.call("POST", "/v1/tickets", TICKET)
    event = {"type": "escalated", "tier": 0, "actor": {"kind": "system"}, "occurred_at": "soon", "teir": 1}
    answer = api.call("POST", "/v1/tickets/T-1/events", event)
    assert (answer.status, set(answer.paths)) == (422, {"tier", "actor.kind", "occurred_at", "teir"})


def test_an_event_of_no_known_type_is_told_which_there_are(api: Api) -> None:
    api.call("POST", "/v1/tickets", TICKET)
    for event in ({"type": "exploded"}, {"type": "settled"}, {"type": "breached"}, {"type": "tier_alerted"}):
        answer = api.call("POST", "/v1/tickets/T-1/events", event)
        assert answer.status == 422
        assert "agent_replied" in answer.json["errors"][0]["message"]


def test_a_caller_cannot_name_another_helpdesk(api: Api) -> None:
    api.call("POST", "/v1/tickets", TICKET)
    assert api.call("POST", "/v1/tickets", {**TICKET, "ticket_id": "T-2", "helpdesk_id": "other"}).status == 422
    assert set(api.world.log.logs) == {TicketKey("acme", "T-1")}


def test_a_caller_cannot_speak_for_tocsin(api: Api) -> None:
    api.call("POST", "/v1/tickets", TICKET)
    event = {"type": "agent_replied", "actor": {"kind": "system", "id": "tocsin"}}
    assert api.call("POST", "/v1/tickets/T-1/events", event).status == 422


@pytest.mark.parametrize(
    "content_type", ["text/plain", "text/xml", "multipart/form-data", "multipart/form-data; boundary=x"]
)
@pytest.mark.parametrize("body", [TICKET, None])
def test_a_type_that_nobody_reads_is_refused(api: Api, content_type: str, body: object) -> None:
    answer = api.call("POST", "/v1/tickets", body, content_type=content_type)
    assert (answer.status, answer.headers["Content-Type"]) == (415, "application/problem+json")


def test_a_form_is_no_ticket(api: Api) -> None:
    raw = "ticket_id=T-1&contract_id=acme-gold&priority=P1"
    answer = api.call("POST", "/v1/tickets", raw=raw, content_type="application/x-www-form-urlencoded")
    assert answer.status == 415


def test_yaml_and_json_are_the_same_contract(api: Api) -> None:
    text = """
customer: {name: ACME}
targets:
  P1: {resolution: 4h}
escalation:
  tiers:
    - {team: frontline, acknowledge_within: 15m}
"""
    assert api.call("PUT", "/v1/contracts/yaml", raw=text, content_type="application/yaml").status == 201
    document = {
        "customer": {"name": "ACME"},
        "targets": {"P1": {"resolution": "4h"}},
        "escalation": {"tiers": [{"team": "frontline", "acknowledge_within": "15m"}]},
    }
    assert api.call("PUT", "/v1/contracts/yaml", document).status == 200


def test_the_etag_of_an_answer_is_the_condition_of_the_next_request(api: Api) -> None:
    opened = api.call("POST", "/v1/tickets", TICKET)
    etag = opened.headers["ETag"]
    assert etag == '"1"'
    noted = api.call("POST", "/v1/tickets/T-1/events", {"type": "agent_noted"}, headers={"If-Match": etag})
    assert (noted.status, noted.headers["ETag"]) == (201, '"2"')
    again = api.call("POST", "/v1/tickets/T-1/events", {"type": "agent_noted"}, headers={"If-Match": etag})
    assert again.status == 412


def test_the_same_key_has_the_same_answer_to_the_byte(api: Api) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first = api.call("POST", "/v1/tickets", TICKET, headers=headers)
    api.world.clock.advance(hours=3)
    again = api.call("POST", "/v1/tickets", TICKET, headers=headers)
    assert (again.status, again.json) == (first.status, first.json)


def test_the_description_of_the_api_is_served(api: Api) -> None:
    answer = api.call("GET", "/openapi.json", scopes=None)
    assert answer.json["openapi"].startswith("3.1")
    assert "/v1/tickets/{ticket_id}/events" in str(answer.json["paths"].keys()).replace("<", "{").replace(">", "}")


def test_health_needs_no_token(api: Api) -> None:
    assert api.call("GET", "/health", scopes=None).json == {"status": "ok", "now": "2026-03-30T08:00:00Z"}


@pytest.mark.parametrize("token", ["x", "e30.x", "%00", "ä"])
def test_a_broken_link_is_a_page_without_a_button(api: Api, token: str) -> None:
    for method in ("GET", "POST"):
        answer = api.call(method, f"/a/{token}", scopes=None, content_type=None)
        assert answer.status in (404, 410)
        assert "<button" not in answer.body
