"""The events that a REST API of API Gateway sends to Lambda: to a handler (AWS_PROXY) and to a REQUEST authorizer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from infra.topology import Route

API_ID = "local"
STAGE = "local"

Event = dict[str, Any]
"""An event as API Gateway sends it (AWS documentation, "Lambda proxy integrations in API Gateway", 2026-11)."""

_IDENTITY_FIELDS = (
    "accessKey",
    "accountId",
    "apiKey",
    "apiKeyId",
    "caller",
    "clientCert",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "user",
    "userArn",
)


@dataclass(frozen=True)
class Request:
    """An HTTP request. `path` is still percent-encoded, `query` is what stands after the question mark."""

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    source_ip: str = "127.0.0.1"

    def header(self, name: str) -> str | None:
        """The last header of that name, however it is capitalised; None when there is none."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return values[-1] if values else None


@dataclass(frozen=True)
class Response:
    """An HTTP response. The names of `headers` are lower-case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")

    def json(self) -> Any:
        """The body, parsed. Raises ValueError when it is not JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Call:
    """A request that has found its route."""

    request: Request
    route: Route
    path_parameters: Mapping[str, str]
    at: datetime
    request_id: UUID
    region: str
    account: str

    @property
    def method_arn(self) -> str:
        """What the authorizer's policy must allow."""
        path = self.request.path.lstrip("/")
        return f"arn:aws:execute-api:{self.region}:{self.account}:{API_ID}/{STAGE}/{self.request.method}/{path}"


def proxy_event(call: Call, authorizer: Mapping[str, object] | None) -> Event:
    """The event of the Lambda proxy integration, payload version 1.0, with the authorizer's context if it was asked."""
    context = _request_context(call)
    if authorizer is not None:
        context["authorizer"] = dict(authorizer)
    # The API declares no binary media types, so API Gateway hands every body on as text.
    body = call.request.body.decode("utf-8", errors="replace") or None
    return {**_request_part(call), "requestContext": context, "body": body, "isBase64Encoded": False}


def authorizer_event(call: Call) -> Event:
    """The event of a REQUEST authorizer: the request without its body."""
    return {
        "type": "REQUEST",
        "methodArn": call.method_arn,
        **_request_part(call),
        "requestContext": _request_context(call),
    }


def _request_part(call: Call) -> Event:
    headers = _by_name(call.request.headers)
    query = _by_name(tuple(parse_qsl(call.request.query, keep_blank_values=True)))
    return {
        "resource": call.route.path,
        # A REST API hands the path and its parameters on as they came, percent-encoded; only the query is decoded.
        "path": call.request.path,
        "httpMethod": call.request.method,
        "headers": _last(headers),
        "multiValueHeaders": headers or None,
        "queryStringParameters": _last(query),
        "multiValueQueryStringParameters": query or None,
        "pathParameters": dict(call.path_parameters) or None,
        "stageVariables": None,
    }


def _request_context(call: Call) -> Event:
    request = call.request
    identity = dict.fromkeys(_IDENTITY_FIELDS)
    return {
        "accountId": call.account,
        "apiId": API_ID,
        "domainName": request.header("Host") or "localhost",
        "domainPrefix": API_ID,
        "extendedRequestId": str(call.request_id),
        "httpMethod": request.method,
        "identity": {**identity, "sourceIp": request.source_ip, "userAgent": request.header("User-Agent")},
        "path": f"/{STAGE}{request.path}",
        "protocol": "HTTP/1.1",
        "requestId": str(call.request_id),
        "requestTime": call.at.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": int(call.at.timestamp() * 1000),
        "resourceId": API_ID,
        "resourcePath": call.route.path,
        "stage": STAGE,
    }


def _by_name(pairs: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def _last(values: Mapping[str, list[str]]) -> dict[str, str] | None:
    return {name: given[-1] for name, given in values.items()} or None
