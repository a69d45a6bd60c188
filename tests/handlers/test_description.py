"""The description of the API says what is true of each route."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.handlers.conftest import Api

Document = dict[str, Any]


@pytest.fixture
def document(api: Api) -> Document:
    found: Document = api.call("GET", "/openapi.json", scopes=None).json
    return found


def operations(document: Document) -> Iterator[tuple[str, Document]]:
    for path, methods in document["paths"].items():
        yield from ((f"{method.upper()} {path}", operation) for method, operation in methods.items())


def test_a_put_may_be_new_or_not_and_a_post_makes_something(document: Document) -> None:
    done = {name: [s for s in each["responses"] if s < "300"] for name, each in operations(document)}
    assert done["PUT /v1/contracts/{contract_id}"] == done["PUT /v1/teams/{team_id}"] == ["200", "201"]
    assert done["POST /v1/tickets"] == done["POST /v1/tickets/{ticket_id}/events"] == ["201"]
    assert done["POST /v1/contracts/{contract_id}/preview"] == ["200"]


def test_what_needs_no_token_says_so_and_the_rest_says_which_scope(document: Document) -> None:
    needed = {name: each["security"] for name, each in operations(document)}
    assert [name for name, scopes in needed.items() if not scopes] == [
        "GET /feeds/{token}",
        "GET /a/{token}",
        "POST /a/{token}",
        "GET /health",
        "GET /openapi.json",
    ]
    assert needed["POST /v1/contracts/{contract_id}/migrations"] == [{"token": ["admin"]}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_headers_are_described_where_they_are_taken_and_given(document: Document) -> None:
    report = document["paths"]["/v1/tickets/{ticket_id}/events"]["post"]
    taken = {each["name"] for each in report["parameters"] if each["in"] == "header"}
    assert taken == {"Idempotency-Key", "If-Match"}
    assert "ETag" in report["responses"]["201"]["headers"]
    assert "Retry-After" in document["components"]["responses"]["ServiceUnavailable"]["headers"]
    assert report["responses"]["503"] == {"$ref": "#/components/responses/ServiceUnavailable"}


def test_every_answer_in_json_has_a_model_and_texts_have_their_media_type(document: Document) -> None:
    types: dict[str, set[str]] = {}
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            for media_type, content in response.get("content", {}).items():
                types.setdefault(media_type, set()).add(name)
                assert media_type != "application/json" or "$ref" in content["schema"] or name == "GET /openapi.json", (
                    name,
                    status,
                )
    links = {"GET /a/{token}", "POST /a/{token}"}
    assert types.keys() == {
        "application/json",
        "application/problem+json",
        "text/calendar",
        "text/html",
        "text/markdown",
        "text/vnd.mermaid",
    }
    assert types["text/html"] == types["application/problem+json"] == links, "of all others the problems are shared"


def test_every_refusal_is_a_problem(document: Document) -> None:
    for response in document["components"]["responses"].values():
        assert list(response["content"]) == ["application/problem+json"]


def test_bounds_are_those_of_json_schema(document: Document) -> None:
    text = json.dumps(document)
    assert not any(f'"{keyword}": ' in text for keyword in ("ge", "le", "gt", "lt"))
    assert document["components"]["schemas"]["Escalated"]["properties"]["tier"]["anyOf"][0] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 9,
    }


def test_an_answer_that_its_model_does_not_know_is_a_defect_of_ours(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.world.open()
    monkeypatch.setattr("tocsin.handlers.api.routes.tickets.read_ticket", lambda *_, **__: {"ticket_id": "T-1"})
    assert api.call("GET", "/v1/tickets/T-1").status == 500
