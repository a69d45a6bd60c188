"""The description of the API, OpenAPI 3.1, from the routes, their declarations and the models.

Powertools describes the parameters and bodies of the routes; what they answer and refuse comes from their declarations.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Route
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer, License, Server, Tag
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from tocsin.domain.contracts.contract import Contract
from tocsin.domain.oncall.schedule import Schedule
from tocsin.domain.oncall.team import Team
from tocsin.handlers.api.answers.service import Problem
from tocsin.handlers.api.bodies import FORM, JSON
from tocsin.handlers.api.declaration import Answer, Declaration
from tocsin.handlers.api.problems import HEADERS, PROBLEM_TYPE, TITLES
from tocsin.handlers.api.resolver import Resolver

REFERENCE = "#/components/schemas/{model}"
TOKEN = "token"  # noqa: S105 - the name of the scheme

# These bodies reach their use case as they are, so that all faults are found together; here is what they look like.
DOCUMENTS: Mapping[str, type[BaseModel]] = {"put_contract": Contract, "put_schedule": Schedule, "put_team": Team}

TAGS = {
    "contracts": "Contracts, their versions, and what they mean",
    "calendars": "Calendars of others",
    "teams": "Teams and who of them is on call",
    "schedules": "Who is on call when: layers, turns, overrides, gaps",
    "tickets": "Tickets, what happens to them, and why each deadline is what it is",
    "acknowledgements": "The links in alerts; their signature is the permission",
    "service": "The service itself",
}

# pydantic writes these for constraints on a type that has a validator of its own.
KEYWORDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}


def describe(app: Resolver, url: str) -> dict[str, Any]:
    """The whole document, as JSON values."""
    generated = app.get_openapi_json_schema(
        title="Tocsin",
        version="1",
        description="SLA clocks and escalation for helpdesks.",
        license_info=License(name="Apache-2.0", identifier="Apache-2.0"),
        servers=[Server(url=url)],
        tags=[Tag(name=name, description=description) for name, description in TAGS.items()],
        security_schemes={TOKEN: HTTPBearer(scheme="bearer", description="The token of a helpdesk")},
    )
    document: dict[str, Any] = json.loads(generated)
    components = document["components"]
    for name in ("HTTPValidationError", "ResponseValidationError", "ValidationError"):
        components["schemas"].pop(name, None)
    components["schemas"] |= _schemas(app)
    refusals: set[int] = set()
    for route in app.routes:
        declaration = app.declared[route.method, route.path]
        refusals |= (refused := set(_refusals(route, declaration)))
        _complete(document["paths"][route.openapi_path][route.method.lower()], route, declaration, refused)
    components["responses"] = {_name(status): _problem(status) for status in sorted(refusals)}
    _rename_keywords(document)
    return document


def _complete(operation: dict[str, Any], route: Route, declaration: Declaration, refused: Iterable[int]) -> None:
    """Add the scope, the answers and the refusals of a route to its OpenAPI operation, which Powertools has begun."""
    # Role names of a bearer token, as OpenAPI 3.1 allows; an empty list says that no token is needed.
    operation["security"] = [] if declaration.scope is None else [{TOKEN: [declaration.scope]}]
    for parameter in operation.get("parameters", []):
        _plain(parameter)
    if route.body_field is not None:
        content = operation["requestBody"]["content"]["application/json"]
        types = ["application/json"]
        if route.operation_id in DOCUMENTS:
            content = {"schema": {"$ref": REFERENCE.format(model=DOCUMENTS[route.operation_id].__name__)}}
            # YAML is read wherever JSON is; it is described where people write it.
            types.append("application/yaml")
        operation["requestBody"] = {"required": True, "content": dict.fromkeys(types, content)}
    if declaration.form is not None:
        content = {"schema": {"$ref": REFERENCE.format(model=declaration.form.__name__)}}
        operation["requestBody"] = {"required": False, "content": dict.fromkeys([JSON, FORM], content)}
    refusals = {status: {"$ref": f"#/components/responses/{_name(status)}"} for status in refused}
    answers = {status: _answer(answer) for status, answer in declaration.answers.items()}
    operation["responses"] = {str(status): each for status, each in sorted({**refusals, **answers}.items())}


def _refusals(route: Route, declaration: Declaration) -> Iterator[int]:
    """Of a route: those that it declares, those of the gateway, and those that follow from what it takes."""
    yield from (*declaration.refusals, 429, 500, 504)
    if declaration.scope is not None:
        yield from (401, 403)
        if route.dependant.path_params or route.dependant.query_params or route.body_field is not None:
            yield 422
    if route.body_field is not None or declaration.form is not None:
        yield from (400, 413, 415)


def _plain(parameter: dict[str, Any]) -> None:
    """Mend an OpenAPI parameter: one that is left out is not null, and a header has the name it was declared with."""
    schema = parameter["schema"]
    options = [option for option in schema.pop("anyOf", []) if option != {"type": "null"}]
    if len(options) == 1:
        schema |= options[0]
    elif options:
        schema["anyOf"] = options
    if parameter["in"] == "header":
        parameter["name"] = schema["title"]


def _answer(answer: Answer) -> dict[str, Any]:
    """The OpenAPI response object of an answer."""
    schema: dict[str, Any] = {"type": "object" if answer.media_type == "application/json" else "string"}
    if answer.model is not None:
        schema = {"$ref": REFERENCE.format(model=answer.model.__name__)}
    described: dict[str, Any] = {"description": answer.description, "content": {answer.media_type: {"schema": schema}}}
    if answer.page:
        described["content"]["text/html"] = {"schema": {"type": "string"}}
    if answer.etag:
        described["headers"] = {
            "ETag": {"description": "to be sent as If-Match", "schema": {"type": "string", "examples": ['"4"']}}
        }
    return described


def _problem(status: int) -> dict[str, Any]:
    """The OpenAPI response object of a refusal."""
    described: dict[str, Any] = {
        "description": TITLES[status],
        "content": {PROBLEM_TYPE: {"schema": {"$ref": REFERENCE.format(model=Problem.__name__)}}},
    }
    if names := sorted({*HEADERS.get(status, {}), *(["Retry-After"] if status == 429 else [])}):
        described["headers"] = {name: {"schema": {"type": "string"}} for name in names}
    return described


def _name(status: int) -> str:
    return TITLES[status].replace(" ", "")


def _schemas(app: Resolver) -> dict[str, Any]:
    """The JSON schemas, by name, of everything that is answered and of the documents that are put."""
    answered = {answer.model for each in app.declared.values() for answer in each.answers.values() if answer.model}
    forms = {each.form for each in app.declared.values() if each.form}
    models: list[type[BaseModel]] = [Problem, *DOCUMENTS.values(), *answered, *forms]
    _, schema = models_json_schema([(model, "validation") for model in models], ref_template=REFERENCE)
    definitions: dict[str, Any] = schema["$defs"]
    return definitions


def _rename_keywords(value: Any) -> None:
    if isinstance(value, list):
        for each in value:
            _rename_keywords(each)
    elif isinstance(value, dict):
        for old, new in KEYWORDS.items():
            if isinstance(value.get(old), int | float):
                value[new] = value.pop(old)
        for each in value.values():
            _rename_keywords(each)
