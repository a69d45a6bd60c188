"""`/health` and `/openapi.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer, Server
from aws_lambda_powertools.event_handler.router import APIGatewayRouter
from pydantic import BaseModel

from tocsin import wiring
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.oncall.team import Team
from tocsin.domain.values.instants import format_instant
from tocsin.handlers.api.answers import json_answer, text_answer
from tocsin.handlers.api.problems import Problem

router = APIGatewayRouter()

# These bodies reach their use case as they are, so that all faults are found together; here is what they look like.
DOCUMENTS: dict[str, type[BaseModel]] = {"/v1/contracts/{contract_id}": Contract, "/v1/teams/{team_id}": Team}
REFERENCE = "#/components/schemas/{model}"


@router.get("/health", tags=["service"], summary="Whether the API answers")
def health() -> Response[dict[str, Any]]:
    """And what time it is here."""
    return json_answer({"status": "ok", "now": format_instant(wiring.clock().now())})


@router.get("/openapi.json", tags=["service"], summary="This description", include_in_schema=False)
def openapi() -> Response[str]:
    """OpenAPI 3.1, generated from the routes."""
    app: Any = router.api_resolver
    generated = app.get_openapi_json_schema(
        title="Tocsin",
        version="1",
        description="SLA clocks and escalation for helpdesks.",
        servers=[Server(url=wiring.api_url())],
        security_schemes={"token": HTTPBearer(scheme="bearer")},
        security=[{"token": []}],
    )
    return text_answer(json.dumps(_completed(json.loads(generated))), "application/json")


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    """With the documents that are put, and with problems instead of the framework's own errors."""
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ResponseValidationError", "ValidationError"):
        schemas.pop(name, None)
    models: list[type[BaseModel]] = [Problem, *DOCUMENTS.values()]
    for model in models:
        schema = model.model_json_schema(ref_template=REFERENCE)
        schemas |= schema.pop("$defs", {}) | {model.__name__: schema}
    for path, model in DOCUMENTS.items():
        content = {"schema": {"$ref": REFERENCE.format(model=model.__name__)}}
        document["paths"][path]["put"]["requestBody"]["content"] = {
            "application/json": content,
            "application/yaml": content,
        }
    problem = {"application/problem+json": {"schema": {"$ref": REFERENCE.format(model=Problem.__name__)}}}
    for operation in _operations(document):
        operation["responses"].pop("422", None)
        operation["responses"]["default"] = {"description": "What went wrong (RFC 9457)", "content": problem}
    return document


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (operation for operation in path.values() if isinstance(operation, dict))
