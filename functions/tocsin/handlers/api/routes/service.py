"""`/health` and `/openapi.json`."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.event_handler import Response

from tocsin import wiring
from tocsin.domain.values.instants import format_instant
from tocsin.handlers.api.answers.service import Health
from tocsin.handlers.api.declaration import Answer, Routes
from tocsin.handlers.api.responses import json_answer, text_answer

routes = Routes()


@routes.on(
    "GET",
    "/health",
    "check_health",
    "Check whether the API answers",
    scope=None,
    answers={200: Answer("It does", Health)},
)
def health() -> Response[str]:
    """Also tells what time it is here."""
    return json_answer(Health(status="ok", now=format_instant(wiring.clock().now())))


@routes.on(
    "GET",
    "/openapi.json",
    "read_openapi",
    "Read this description",
    scope=None,
    answers={200: Answer("OpenAPI 3.1")},
)
def openapi() -> Response[str]:
    """Generated from the routes and the models of what they take and answer."""
    from tocsin.handlers.api.openapi import describe

    app: Any = routes.api_resolver
    return text_answer(json.dumps(describe(app, wiring.api_url())), "application/json")
