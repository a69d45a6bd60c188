"""What the gateway itself refuses, said the way the handlers say it: as RFC 9457 problems."""

from __future__ import annotations

import json
from collections.abc import Mapping

from aws_cdk import aws_apigateway as apigateway

TYPES: Mapping[int, tuple[apigateway.ResponseType, ...]] = {
    400: (apigateway.ResponseType.BAD_REQUEST_BODY, apigateway.ResponseType.BAD_REQUEST_PARAMETERS),
    401: (apigateway.ResponseType.UNAUTHORIZED,),
    403: (
        apigateway.ResponseType.ACCESS_DENIED,
        apigateway.ResponseType.EXPIRED_TOKEN,
        apigateway.ResponseType.INVALID_API_KEY,
        apigateway.ResponseType.INVALID_SIGNATURE,
        apigateway.ResponseType.WAF_FILTERED,
    ),
    # A method and path without a route is what the gateway calls a missing token.
    404: (apigateway.ResponseType.RESOURCE_NOT_FOUND, apigateway.ResponseType.MISSING_AUTHENTICATION_TOKEN),
    413: (apigateway.ResponseType.REQUEST_TOO_LARGE,),
    429: (apigateway.ResponseType.QUOTA_EXCEEDED, apigateway.ResponseType.THROTTLED),
    500: (
        apigateway.ResponseType.API_CONFIGURATION_ERROR,
        apigateway.ResponseType.AUTHORIZER_CONFIGURATION_ERROR,
        apigateway.ResponseType.AUTHORIZER_FAILURE,
    ),
    504: (apigateway.ResponseType.INTEGRATION_FAILURE, apigateway.ResponseType.INTEGRATION_TIMEOUT),
}
"""The gateway's types of response by the status that they are answered with."""

REMAINING: Mapping[int, apigateway.ResponseType] = {
    400: apigateway.ResponseType.DEFAULT_4_XX,
    500: apigateway.ResponseType.DEFAULT_5_XX,
}
"""What answers a refusal that has no type of its own; it keeps the status that the gateway gives it."""

DETAIL = "$context.error.messageString"
"""The gateway's message as a JSON string, with its quotation marks (AWS documentation, 2026-11)."""

DETAILS: Mapping[int, str] = {404: json.dumps("No route has this method and path")}
"""Where the gateway's own words mislead: it says that a token is missing."""

HEADERS: Mapping[int, Mapping[str, str]] = {401: {"WWW-Authenticate": "'Bearer'"}, 429: {"Retry-After": "'1'"}}
"""What HTTP asks for beside the problem (RFC 9110, sections 11.6.1 and 10.2.3)."""


def add_problems(api: apigateway.RestApi, titles: Mapping[int, str]) -> None:
    """Answer with a problem whatever the gateway refuses; KeyError for a status that has no types."""
    for status, title in titles.items():
        for response_type in TYPES[status]:
            _add(api, response_type, title, status)
    for status, response_type in REMAINING.items():
        _add(api, response_type, titles[status], None)


def problem(title: str, status: int | None) -> str:
    """The template of a problem; one without a status leaves the member out."""
    members = {"type": "about:blank", "title": title} | ({} if status is None else {"status": status})
    return f'{json.dumps(members)[:-1]}, "detail": {DETAILS.get(status or 0, DETAIL)}}}'


def _add(api: apigateway.RestApi, response_type: apigateway.ResponseType, title: str, status: int | None) -> None:
    api.add_gateway_response(
        response_type.response_type,
        type=response_type,
        status_code=None if status is None else str(status),
        response_headers={"Content-Type": "'application/problem+json'", **HEADERS.get(status or 0, {})},
        templates={"application/json": problem(title, status)},
    )
