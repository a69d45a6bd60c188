"""`/health` and `/openapi.json`."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer, Server
from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from tocsin import wiring
from tocsin.domain.instants import format_instant
from tocsin.handlers.answers import json_answer, text_answer

router = APIGatewayRouter()


@router.get("/health", tags=["service"], summary="Whether the API answers")
def health() -> Response[dict[str, Any]]:
    """And what time it is here."""
    return json_answer({"status": "ok", "now": format_instant(wiring.clock().now())})


@router.get("/openapi.json", tags=["service"], summary="This description", include_in_schema=False)
def openapi() -> Response[str]:
    """OpenAPI 3.1, generated from the routes."""
    app: Any = router.api_resolver
    schema = app.get_openapi_json_schema(
        title="Tocsin",
        version="1",
        description="SLA clocks and escalation for helpdesks.",
        servers=[Server(url=wiring.api_url())],
        security_schemes={"token": HTTPBearer(scheme="bearer")},
        security=[{"token": []}],
    )
    return text_answer(schema, "application/json")
