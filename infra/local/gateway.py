"""API Gateway in this process: an HTTP request in, the real authorizer and the real handler, an HTTP response out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from infra.local.gateway_events import Call, Request, Response, authorizer_event, proxy_event
from infra.local.lambda_runtime import FunctionFailedError
from infra.local.moto.backends import allows
from infra.local.virtual_clock import VirtualClock
from infra.topology import Route, Topology

LARGEST_BODY = 10 * 1024 * 1024
"""What API Gateway takes, in bytes."""


class RefusedError(Exception):
    """The gateway answers by itself."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class Gateway:
    """Routes requests as the topology says; `invoke` calls a function of the topology."""

    def __init__(
        self,
        topology: Topology,
        clock: VirtualClock,
        invoke: Callable[[str, Any], Any],
        request_ids: Callable[[], UUID],
        place: tuple[str, str],
    ) -> None:
        self._topology = topology
        self._clock = clock
        self._invoke = invoke
        self._request_ids = request_ids
        self._region, self._account = place

    def call(self, request: Request) -> Response:
        """Answers a request. Whatever goes wrong before or after the handler is a problem document (RFC 9457)."""
        try:
            return self._call(request)
        except RefusedError as refusal:
            return self._problem(refusal.status, refusal.detail)

    def _call(self, request: Request) -> Response:
        if len(request.body) > LARGEST_BODY:
            raise RefusedError(413, "A request takes at most 10 MB.")
        route, path_parameters = find_route(self._topology.routes, request)
        call = Call(
            request, route, path_parameters, self._clock.now(), self._request_ids(), self._region, self._account
        )
        authorizer = None if route.public else self._authorize(call)
        try:
            answer = self._invoke(route.function, proxy_event(call, authorizer))
        except FunctionFailedError as failure:
            raise RefusedError(502, "The function failed.") from failure
        return _response(answer)

    def _authorize(self, call: Call) -> dict[str, object]:
        """What the handler is told of the caller: principalId, and what else the authorizer knows, as strings."""
        # The token is the identity source: without it, API Gateway answers 401 and asks nobody.
        if not call.request.header("Authorization"):
            raise RefusedError(401, "The header Authorization is missing.")
        try:
            answer = self._invoke(self._topology.authorizer, authorizer_event(call))
        except FunctionFailedError as failure:
            if failure.fault.message == "Unauthorized":
                raise RefusedError(401, "The token is not known.") from failure
            raise RefusedError(500, "The authorizer failed.") from failure
        if not isinstance(answer, dict) or "principalId" not in answer:
            raise RefusedError(500, "The authorizer's answer is malformed.")
        if not allows(answer.get("policyDocument") or {}, "execute-api:Invoke", call.method_arn):
            raise RefusedError(403, "This token does not allow that.")
        return {"principalId": answer["principalId"], "integrationLatency": 0, **_context(answer.get("context") or {})}

    def _problem(self, status: int, detail: str) -> Response:
        title = self._topology.gateway_problems.get(status) or HTTPStatus(status).phrase
        return problem(status, title, detail)


def problem(status: int, title: str, detail: str) -> Response:
    """A problem document (RFC 9457) of no particular type."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return Response(status, {"content-type": "application/problem+json"}, json.dumps(body).encode())


def find_route(routes: Iterable[Route], request: Request) -> tuple[Route, dict[str, str]]:
    """The route of a request and its path parameters, the most specific first, as API Gateway chooses.

    A path that no route has is refused with 404: API Gateway's own answer is 403 "Missing Authentication Token", which
    the deployed API replaces.
    """
    for route in sorted(routes, key=_specificity):
        found = _path_pattern(route.path).fullmatch(request.path)
        if found is not None and route.method in {"ANY", request.method}:
            return route, found.groupdict()
    raise RefusedError(404, "No route has this method and path.")


def _specificity(route: Route) -> tuple[int, int, bool]:
    greedy, parameters = route.path.count("+}"), route.path.count("{")
    return greedy, parameters, route.method == "ANY"


def _path_pattern(path: str) -> re.Pattern[str]:
    pattern = re.sub(r"\\\{(\w+)\\\+\\\}", r"(?P<\1>.+)", re.escape(path))
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", pattern))


def _context(context: Mapping[str, object]) -> dict[str, str]:
    # API Gateway turns every value into a string, and refuses a value that has parts.
    if any(isinstance(value, dict | list) for value in context.values()):
        raise RefusedError(500, "The authorizer's context is malformed.")
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in context.items()}


def _response(answer: Any) -> Response:
    if not isinstance(answer, dict) or not isinstance(answer.get("statusCode"), int):
        raise RefusedError(502, "The function's answer is malformed.")
    body = answer.get("body") or ""
    if not isinstance(body, str):
        raise RefusedError(502, "The function's answer is malformed.")
    # The API declares no binary media types: API Gateway would not decode a body that says it is encoded either.
    return Response(answer["statusCode"], _headers(answer), body.encode("utf-8"))


def _headers(answer: Mapping[str, Any]) -> dict[str, str]:
    """The headers of a proxy integration's answer, from `headers` and `multiValueHeaders`, their names lower-case."""
    single = {name.lower(): str(value) for name, value in (answer.get("headers") or {}).items()}
    several = {
        name.lower(): ", ".join(str(value) for value in values)
        for name, values in (answer.get("multiValueHeaders") or {}).items()
    }
    return {**single, **several}
