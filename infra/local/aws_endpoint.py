"""Lets tools outside this process call the AWS services that the engine runs on: `AWS_ENDPOINT_URL` points here."""

from __future__ import annotations

import re
from collections.abc import Mapping

from infra.local.deployment import REGION
from infra.local.gateway import problem
from infra.local.gateway_events import Request, Response
from infra.local.moto import backends

SIGNED_FOR_AWS = "AWS4-HMAC-SHA256"

_CREDENTIAL = re.compile(r"(?P<key>Credential=[^/]+/\d{8})/[\w-]+/(?P<service>[\w-]+)/aws4_request")


def is_signed_for_aws(request: Request) -> bool:
    """Whether a request is meant for AWS itself and not for the API: AWS signs, the API takes bearer tokens."""
    return (request.header("Authorization") or "").startswith(SIGNED_FOR_AWS)


def call_aws(request: Request) -> Response:
    """Has moto answer a signed request, as it answers the handlers. Call it in the thread that owns the engine."""
    credential = _CREDENTIAL.search(request.header("Authorization") or "")
    if credential is None:
        return problem(400, "Bad request", "The signature names no service.")
    url = f"https://{_host(credential['service'], request)}{request.path}"
    query = f"?{request.query}" if request.query else ""
    answer = backends.answer(request.method, url + query, _headers(request), request.body)
    if answer is None:
        return problem(404, "Not found", f"There is no {credential['service']} here.")
    status, headers, body = answer
    return Response(int(status), _lower_case(headers), body.encode("utf-8") if isinstance(body, str) else body)


def _host(service: str, request: Request) -> str:
    # Two services sign with one name; the target tells them apart.
    if service == "dynamodb" and (request.header("X-Amz-Target") or "").startswith("DynamoDBStreams"):
        service = "streams.dynamodb"
    return f"{service}.{REGION}.amazonaws.com"


def _headers(request: Request) -> list[tuple[str, str]]:
    # There is one region here, whichever the shell of the person who calls is set up for.
    here = rf"\g<key>/{REGION}/\g<service>/aws4_request"
    return [
        (name, _CREDENTIAL.sub(here, value) if name.lower() == "authorization" else value)
        for name, value in request.headers
    ]


def _lower_case(headers: Mapping[str, object]) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in headers.items()}
