"""Handlers as Lambda calls them, with a world in memory behind the wiring."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.unit.fakes import FakeCredentials
from tests.unit.use_cases.world import World
from tocsin import wiring


@dataclass(frozen=True)
class Context:
    """What the handlers read of Lambda's context."""

    function_name: str = "tocsin-Api"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:tocsin-Api"
    aws_request_id: str = "00000000-0000-0000-0000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        return 45_000


@dataclass(frozen=True)
class Answer:
    """An answer of the API."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def paths(self) -> list[str]:
        """Where the faults are that a problem lists."""
        return [error["path"] for error in self.json.get("errors", [])]


class Api:
    """The API's handler behind a gateway that has let the caller in."""

    def __init__(self) -> None:
        self.world = World()
        self.credentials = FakeCredentials()

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        raw: str | bytes | None = None,
        content_type: str | None = "application/json",
        scopes: str | None = "admin read write",
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        from tocsin.handlers.api.app import handler

        text = raw if raw is not None else None if body is None else json.dumps(body)
        sent = {**({"Content-Type": content_type} if content_type else {}), **(headers or {})}
        event = {
            "resource": "/{proxy+}",
            "path": path,
            "httpMethod": method,
            "headers": sent,
            "multiValueHeaders": {name: [value] for name, value in sent.items()},
            "queryStringParameters": dict(query or {}) or None,
            "multiValueQueryStringParameters": {name: [value] for name, value in (query or {}).items()} or None,
            "pathParameters": {"proxy": path.lstrip("/")},
            "stageVariables": None,
            "requestContext": {
                "requestId": "r-1",
                "httpMethod": method,
                "path": f"/live{path}",
                "stage": "live",
                **({} if scopes is None else {"authorizer": {"helpdesk_id": "acme", "scopes": scopes}}),
            },
            "body": base64.b64encode(text).decode() if isinstance(text, bytes) else text,
            "isBase64Encoded": isinstance(text, bytes),
        }
        context: Any = Context()
        answer = handler(event, context)
        found = {name: values[-1] for name, values in (answer.get("multiValueHeaders") or {}).items()}
        return Answer(answer["statusCode"], {**found, **(answer.get("headers") or {})}, answer["body"])


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    made = Api()
    world = made.world
    ports = {
        "clock": world.clock,
        "log": world.log,
        "contracts": world.contracts,
        "teams": world.teams,
        "schedules": world.schedules,
        "notifier": world.notifier,
        "delivery": world.delivery,
        "executions": world.executions,
        "links": world.links,
        "credentials": made.credentials,
    }
    for name, port in ports.items():
        monkeypatch.setattr(wiring, name, lambda port=port: port)
    monkeypatch.setattr(wiring, "api_url", lambda: "https://tocsin.example")
    return made
