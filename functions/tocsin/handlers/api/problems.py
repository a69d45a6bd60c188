"""Everything that can go wrong, as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from tocsin.domain.tickets.commands import COMMAND_TYPES
from tocsin.domain.values import faults
from tocsin.domain.values.faults import Fault, Refused
from tocsin.domain.values.validation_errors import faults_in
from tocsin.handlers.api.answers.service import PathAndMessage, Problem

logger = Logger(child=True)

PROBLEM_TYPE = "application/problem+json"

# RFC 9110's phrases. Python's own differ from one version to the next.
TITLES: Mapping[int, str] = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    410: "Gone",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}

STATUS: Mapping[type[Refused], int] = {
    faults.Unreadable: 400,
    faults.Unauthenticated: 401,
    faults.Forbidden: 403,
    faults.NotFound: 404,
    faults.Conflict: 409,
    faults.Gone: 410,
    faults.PreconditionFailed: 412,
    faults.TooLarge: 413,
    faults.UnsupportedType: 415,
    faults.Invalid: 422,
    faults.Busy: 503,
}

Headers = dict[str, str | list[str]]

HEADERS: Mapping[int, Headers] = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "5"}}
"""What HTTP asks for beside the problem (RFC 9110, sections 11.6.1 and 10.2.3)."""


def problem(status: int, detail: str, found: Iterable[Fault] = (), headers: Headers | None = None) -> Response[str]:
    """The answer: what went wrong, and each fault with its path."""
    errors = [PathAndMessage(path=fault.path, message=fault.message) for fault in found]
    body = Problem(type="about:blank", title=TITLES[status], status=status, detail=detail, errors=errors or None)
    return Response(
        status_code=status,
        content_type=PROBLEM_TYPE,
        body=body.model_dump_json(exclude_none=True),
        headers={**HEADERS.get(status, {}), **(headers or {})},
    )


def refused(error: Refused) -> Response[str]:
    """A request that a use case refused."""
    return problem(STATUS[type(error)], error.detail, error.faults)


def not_valid(error: RequestValidationError) -> Response[str]:
    """A request that does not fit its route's parameters."""
    found = faults_in(error.errors(), tags=COMMAND_TYPES)
    # The place of a body is not part of its paths.
    found = [Fault(fault.path.removeprefix("body.").removeprefix("query."), fault.message) for fault in found]
    return problem(422, "The request has faults; each is listed.", found)


def no_such_route() -> Response[str]:
    """An address that means nothing here."""
    return problem(404, "There is no such route; /openapi.json lists them.")


def no_such_method(method: str, allowed: Iterable[str]) -> Response[str]:
    """An address that takes other methods."""
    methods = ", ".join(sorted(allowed))
    return problem(405, f"{method} is not possible here; use {methods}.", headers={"Allow": methods})


def unforeseen(error: Exception) -> Response[str]:
    """A defect of ours: the log has all of it, the caller learns only that."""
    logger.error("unforeseen error", exc_info=error)
    return problem(500, "Something went wrong here; it has been recorded. Try again.")
