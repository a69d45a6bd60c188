"""API Gateway: routes, the authorizer, the events it makes and the problems it answers by itself."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.engine import Engine
from infra.local.gateway import RefusedError, find_route
from infra.local.gateway_events import Request, Response
from infra.local.moto.backends import allows
from infra.topology import TOCSIN, Route
from tests.infra.local.stub_engine import START, stub_engine, stub_topology

METHOD = "arn:aws:execute-api:eu-central-1:123456789012:local/local/GET/v1/tickets"


def title_of(response: Response) -> tuple[int, str]:
    """The status and title of a problem document."""
    document = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert document.keys() == {"type", "title", "status", "detail"}
    assert document["status"] == response.status
    assert document["type"] == "about:blank"
    return response.status, document["title"]


def test_a_public_route_asks_nobody(engine: Engine) -> None:
    response = engine.request("GET", "/health")
    assert response.status == 200
    assert response.json() == {"status": "ok", "at": "2026-03-27T15:40:00Z"}
    assert engine.lambda_calls == {"Api": 1}


def test_an_authorized_request_reaches_the_handler_as_a_proxy_event(engine: Engine) -> None:
    response = engine.request(
        "PUT",
        "/v1/a%20path/x?one=1&two=2&two=%26&empty=",
        json={"name": "Zoë"},
        token="good",
        headers={"Idempotency-Key": "k", "Host": "tocsin.example", "User-Agent": "test"},
    )
    event = response.json()
    assert response.status == 200
    assert event["resource"] == "/{proxy+}"
    assert event["path"] == "/v1/a%20path/x"
    assert event["pathParameters"] == {"proxy": "v1/a%20path/x"}
    assert event["httpMethod"] == "PUT"
    assert event["body"] == '{"name": "Zo\\u00eb"}'
    assert event["isBase64Encoded"] is False
    assert event["queryStringParameters"] == {"one": "1", "two": "&", "empty": ""}
    assert event["multiValueQueryStringParameters"] == {"one": ["1"], "two": ["2", "&"], "empty": [""]}
    assert event["headers"]["Idempotency-Key"] == "k"
    assert event["multiValueHeaders"]["Content-Type"] == ["application/json"]
    context = event["requestContext"]
    assert context["domainName"] == "tocsin.example"
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert context["identity"]["userAgent"] == "test"
    assert context["requestTimeEpoch"] == START.timestamp() * 1000
    assert context["requestTime"] == "27/Mar/2026:15:40:00 +0000"


def test_what_the_authorizer_knows_reaches_the_handler_as_strings(engine: Engine) -> None:
    event = engine.request("GET", "/v1/echo", token="good").json()
    authorizer = event["requestContext"]["authorizer"]
    assert authorizer["principalId"] == "h"
    assert (authorizer["helpdesk_id"], authorizer["scopes"], authorizer["admin"]) == ("h", "2", "true")


def test_nothing_given_is_null_in_the_event(engine: Engine) -> None:
    event = engine.request("GET", "/v1/echo", token="good").json()
    assert event["body"] is None
    assert event["queryStringParameters"] is None
    assert event["multiValueQueryStringParameters"] is None
    assert event["stageVariables"] is None


def test_a_header_given_several_times_is_answered_in_one(engine: Engine) -> None:
    assert engine.request("GET", "/v1/echo", token="good").headers["x-two"] == "1, 2"


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (None, (401, "Unauthorized")),
        ("unknown", (401, "Unauthorized")),
        ("denied", (403, "Forbidden")),
        ("broken", (500, "Internal server error")),
    ],
)
def test_who_may_not_is_told_by_the_gateway(engine: Engine, token: str | None, expected: tuple[int, str]) -> None:
    assert title_of(engine.request("GET", "/v1/tickets", token=token)) == expected
    assert engine.lambda_calls["Api"] == 0
    assert engine.lambda_calls["Authorizer"] == (0 if token is None else 1)


@pytest.mark.parametrize("path", ["/v1/broken", "/v1/malformed"])
def test_a_handler_that_fails_or_answers_nonsense_is_a_bad_gateway(engine: Engine, path: str) -> None:
    assert title_of(engine.request("POST", path, token="good")) == (502, "Bad Gateway")


def test_what_is_larger_than_ten_megabytes_is_refused(engine: Engine) -> None:
    response = engine.request("POST", "/v1/tickets", body=b"x" * (10 * 1024 * 1024 + 1), token="good")
    assert title_of(response) == (413, "Content too large")
    assert engine.lambda_calls == {}


def test_a_path_without_a_route_is_refused(engine: Engine) -> None:
    assert title_of(engine.request("GET", "/", token="good")) == (404, "Not found")


def answer_no_principal(_event: object, _context: object) -> dict[str, Any]:
    return {"policyDocument": {}}


def answer_nested_context(event: dict[str, Any], _context: object) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "*", "Resource": event["methodArn"]}
    return {"principalId": "h", "policyDocument": {"Statement": [statement]}, "context": {"scopes": ["a"]}}


@pytest.mark.parametrize("handler", ["answer_no_principal", "answer_nested_context"])
def test_an_authorizer_that_answers_nonsense_is_an_error_of_ours(handler: str) -> None:
    with stub_engine(stub_topology(Authorizer=f"{__name__}.{handler}")) as engine:
        assert title_of(engine.request("GET", "/v1/tickets", token="good")) == (500, "Internal server error")


@pytest.mark.parametrize(
    ("method", "path", "resource", "parameters"),
    [
        ("GET", "/health", "/health", {}),
        ("POST", "/health", "/{proxy+}", {"proxy": "health"}),
        ("GET", "/a/a.b-c", "/a/{token}", {"token": "a.b-c"}),
        ("GET", "/a/a/b", "/{proxy+}", {"proxy": "a/a/b"}),
        ("DELETE", "/v1/tickets/ZD-1", "/{proxy+}", {"proxy": "v1/tickets/ZD-1"}),
    ],
)
def test_the_most_specific_route_is_taken(method: str, path: str, resource: str, parameters: dict[str, str]) -> None:
    route, found = find_route(TOCSIN.routes, Request(method, path))
    assert (route.path, found) == (resource, parameters)


def test_a_route_of_another_method_is_none() -> None:
    with pytest.raises(RefusedError):
        find_route([Route("GET", "/health", "Api")], Request("POST", "/health"))


@pytest.mark.parametrize(
    ("statements", "allowed"),
    [
        ([("Allow", "execute-api:Invoke", METHOD)], True),
        ([("Allow", "execute-api:*", "arn:aws:execute-api:*:local/local/*/v1/ticket*")], True),
        ([("Allow", "execute-api:Invoke", METHOD.replace("GET", "POST"))], False),
        ([("Allow", "s3:GetObject", METHOD)], False),
        ([("Allow", "*", "*"), ("Deny", "execute-api:Invoke", METHOD)], False),
        ([], False),
    ],
)
def test_a_policy_allows_what_it_names_and_denies_first(statements: list[tuple[str, str, str]], allowed: bool) -> None:
    policy = {"Statement": [dict(zip(("Effect", "Action", "Resource"), s, strict=True)) for s in statements]}
    assert allows(policy, "execute-api:Invoke", METHOD) is allowed
