"""Everything that can go wrong, as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestUnsupportedContentType, RequestValidationError
from pydantic import BaseModel

from tocsin.domain.tickets.commands import COMMAND_TYPES
from tocsin.domain.values import faults
from tocsin.domain.values.faults import Fault, Refused
from tocsin.domain.values.validation_errors import faults_in

logger = Logger(child=True)

STATUS: Mapping[type[Refused], HTTPStatus] = {
    faults.Unreadable: HTTPStatus.BAD_REQUEST,
    faults.Forbidden: HTTPStatus.FORBIDDEN,
    faults.NotFound: HTTPStatus.NOT_FOUND,
    faults.Conflict: HTTPStatus.CONFLICT,
    faults.Gone: HTTPStatus.GONE,
    faults.PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    faults.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    faults.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    faults.Busy: HTTPStatus.SERVICE_UNAVAILABLE,
}


RETRY_AFTER = {"Retry-After": "5"}
"""Seconds, for Busy: by then those who were quicker are done."""


class PathAndMessage(BaseModel):
    """One fault: where it is in the document, and what would be right."""

    path: str
    message: str


class Problem(BaseModel):
    """What went wrong."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[PathAndMessage] | None = None


def problem(status: HTTPStatus, detail: str, found: Iterable[Fault] = ()) -> Response[str]:
    """The answer: what went wrong, and each fault with its path."""
    errors = [PathAndMessage(path=fault.path, message=fault.message) for fault in found]
    body = Problem(title=status.phrase, status=int(status), detail=detail, errors=errors or None)
    text = body.model_dump_json(exclude_none=True)
    return Response(status_code=int(status), content_type="application/problem+json", body=text)


def refused(error: Refused) -> Response[str]:
    """A request that a use case refused."""
    answer = problem(STATUS[type(error)], error.detail, error.faults)
    if isinstance(error, faults.Busy):
        answer.headers.update(RETRY_AFTER)
    return answer


def not_valid(error: RequestValidationError) -> Response[str]:
    """A request that does not fit its route's parameters."""
    found = faults_in(error.errors(), tags=COMMAND_TYPES)
    # The place of a body is not part of its paths.
    found = [Fault(fault.path.removeprefix("body.").removeprefix("query."), fault.message) for fault in found]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "The request has faults; each is listed.", found)


def not_json(error: RequestUnsupportedContentType) -> Response[str]:
    """A body of a type that nobody here reads."""
    return problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send JSON with Content-Type: application/json.")


def no_such_route(error: NotFoundError) -> Response[str]:
    """An address that means nothing here."""
    return problem(HTTPStatus.NOT_FOUND, "There is no such route; /openapi.json lists them.")


def unforeseen(error: Exception) -> Response[str]:
    """A defect of ours: the log has all of it, the caller learns only that."""
    logger.error("unforeseen error", exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here; it has been recorded. Try again.")
