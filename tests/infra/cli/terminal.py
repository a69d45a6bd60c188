"""A terminal in a test: the command line in this process, its HTTP requests answered by an engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from typer.testing import CliRunner, Result

from infra.cli.application import application
from infra.local.engine import Engine
from infra.local.gateway_events import Request
from infra.local.seed import create_demo_helpdesk
from infra.topology import ROOT

SAMPLES = ROOT / "infra" / "samples"
URL = "http://127.0.0.1:8000"


class EngineTransport(httpx.BaseTransport):
    """Hands each request to the engine's gateway, as API Gateway would receive it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        headers = tuple(request.headers.items())
        answer = self._engine.call_gateway(Request(request.method, path, query, headers, request.read()))
        return httpx.Response(answer.status, headers=dict(answer.headers), content=answer.body)


class Shell:
    """Runs the command line with these variables."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = dict(variables)

    def run(self, *arguments: str | Path) -> Result:
        """What the command answers, whatever its exit code."""
        result = CliRunner().invoke(application, list(map(str, arguments)), env=self.variables, prog_name="tocsin")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        token = self.variables.get("TOCSIN_TOKEN")
        assert token is None or token not in result.output, "the token was shown"
        return result

    def do(self, *arguments: str | Path) -> str:
        """What the command prints to stdout; it has to succeed."""
        result = self.run(*arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    def refused(self, *arguments: str | Path) -> str:
        """What the command says when it is refused; in words, on stderr."""
        result = self.run(*arguments)
        assert result.exit_code == 1, result.output
        assert "Traceback" not in result.stderr
        return result.stderr

    def misused(self, *arguments: str | Path) -> str:
        """What the command says about its wrong usage."""
        result = self.run(*arguments)
        assert result.exit_code == 2, result.output
        return result.stderr


class Terminal(Shell):
    """Somebody who operates the helpdesk `demo` of an engine."""

    def __init__(self, engine: Engine) -> None:
        super().__init__({"TOCSIN_TABLE": engine.attributes["TableName"], "TOCSIN_URL": URL})
        self.engine = engine

    def sign_in(self) -> Terminal:
        self.variables["TOCSIN_TOKEN"] = create_demo_helpdesk(self.engine)
        return self

    def put_samples(self) -> Terminal:
        self.do("team", "put", SAMPLES / "teams.yaml")
        self.do("contract", "put", SAMPLES / "acme-enterprise.yaml")
        return self

    def open_ticket(self, ticket_id: str, **fields: Any) -> None:
        ticket = {"ticket_id": ticket_id, "contract_id": "acme-enterprise", "priority": "P1", **fields}
        self._post("/v1/tickets", ticket)

    def report(self, ticket_id: str, event_type: str, **fields: Any) -> None:
        self._post(f"/v1/tickets/{ticket_id}/events", {"type": event_type, **fields})

    def _post(self, path: str, document: object) -> None:
        answer = self.engine.request("POST", path, json=document, token=self.variables["TOCSIN_TOKEN"])
        assert answer.status == 201, answer.text


def as_json(text: str) -> Any:
    return json.loads(text)
