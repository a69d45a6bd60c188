"""The controls of the local server, under `/_local/`: time can be moved, and what happened can be looked at.

POST /_local/clock/advance {"seconds": n}   {"now": "…Z"}
GET  /_local/clock                          {"now": "…Z", "speed": 1.0}
GET  /_local/alerts                         {"alerts": [{"at", "topic", "recipient", "kind", …, "channels"}]}
GET  /_local/executions                     {"executions": [{"name", "arn", "status", "states", …}]}
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from infra.local.engine import Engine, ExecutionInfo
from infra.local.gateway import problem
from infra.local.gateway_events import Request, Response
from infra.local.moto.sns import Alert

PREFIX = "/_local/"

FARTHEST = timedelta(days=3660)
"""How far one call may move the time."""


def is_control(request: Request) -> bool:
    """Whether a request is meant for the controls."""
    return request.path.startswith(PREFIX)


def call_control(engine: Engine, request: Request, speed: float) -> Response:
    """Answers a control. Bad input is 422, another method 405, another path 404."""
    answers: dict[str, tuple[str, Callable[[], Response]]] = {
        "clock": ("GET", lambda: _answer({"now": instant(engine.clock.now()), "speed": speed})),
        "clock/advance": ("POST", lambda: _advance(engine, request.body)),
        "alerts": ("GET", lambda: _answer({"alerts": [_alert(alert) for alert in engine.alerts()]})),
        "executions": ("GET", lambda: _answer({"executions": [_execution(run) for run in engine.executions()]})),
    }
    if request.path.removeprefix(PREFIX) not in answers:
        return _problem(404, "There is no such control.")
    method, answer = answers[request.path.removeprefix(PREFIX)]
    return answer() if method == request.method else _problem(405, f"This control takes {method}.")


def instant(at: datetime) -> str:
    """RFC 3339 with Z; a fraction only where there is one."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _advance(engine: Engine, body: bytes) -> Response:
    try:
        seconds = _seconds(body)
    except ValueError as error:
        return _problem(422, str(error))
    engine.advance(seconds=seconds)
    return _answer({"now": instant(engine.clock.now())})


def _seconds(body: bytes) -> float:
    try:
        document = json.loads(body)
    except ValueError as error:
        raise ValueError('The body must be JSON such as {"seconds": 900}.') from error
    seconds = document.get("seconds") if isinstance(document, dict) else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not math.isfinite(seconds):
        raise ValueError("`seconds` must be a number.")
    if not 0 <= seconds <= FARTHEST.total_seconds():
        raise ValueError(f"`seconds` must be between 0 and {FARTHEST.total_seconds():.0f}.")
    return seconds


def _alert(alert: Alert) -> dict[str, object]:
    tier = alert.attributes.get("tier")
    about = {
        "kind": alert.attributes.get("kind"),
        "ticket_id": alert.attributes.get("ticket_id"),
        "tier": int(tier) if tier is not None and tier.isdecimal() else tier,
    }
    return {
        "at": instant(alert.at),
        "topic": alert.topic,
        "recipient": alert.recipient,
        **(_of_digest(alert) or about),
        "subject": alert.subject,
        "body": alert.body,
        "channels": [
            {"type": each.protocol, "address": each.endpoint, "text": alert.text_for(each.protocol)}
            for each in alert.deliveries
        ],
    }


def _of_digest(alert: Alert) -> dict[str, object] | None:
    """A digest is about no one ticket: its `notices` say of each what a message of its own would."""
    if '"notices"' not in alert.message["default"]:
        return None
    data = json.loads(alert.message["default"])
    return {"kind": data["kind"], "ticket_id": None, "tier": None, "notices": data["notices"]}


def _execution(execution: ExecutionInfo) -> dict[str, object]:
    return {**asdict(execution), "started_at": instant(execution.started_at)}


def _answer(document: object) -> Response:
    return Response(200, {"content-type": "application/json"}, json.dumps(document).encode("utf-8"))


def _problem(status: int, detail: str) -> Response:
    return problem(status, HTTPStatus(status).phrase, detail)
