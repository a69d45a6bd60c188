"""Finds the route of a request, checks the caller's scope against it, reads the body, and calls it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import BaseRouter, ResponseBuilder, Route
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from tocsin.domain.values.faults import Refused
from tocsin.handlers.api import problems
from tocsin.handlers.api.bodies import with_readable_body
from tocsin.handlers.api.caller import check_scope
from tocsin.handlers.api.declaration import Declaration, Routes


class Resolver(APIGatewayRestResolver):
    """Powertools' resolver with declared routes.

    What is checked is the route that is about to be called, whatever the path looked like that led to it.
    """

    def __init__(self, *routers: Routes) -> None:
        super().__init__(enable_validation=True)
        self.declared: dict[tuple[str, str], Declaration] = {}
        for router in routers:
            self.include_router(router)
            self.declared |= router.declared
        self.exception_handler(Refused)(problems.refused)
        self.exception_handler(RequestValidationError)(problems.not_valid)
        self.exception_handler(Exception)(problems.unforeseen)

    @property
    def routes(self) -> list[Route]:
        """Every route."""
        return [*self._static_routes, *self._dynamic_routes]

    def _call_route(self, route: Route, route_arguments: dict[str, str]) -> ResponseBuilder[Any]:
        """Scope before body: who may not write learns nothing about what they sent."""
        event: dict[str, Any] = self.current_event.raw_event
        try:
            check_scope(self.declared[route.method, route.path].scope, event)
            if route.body_field is not None:
                BaseRouter.current_event = self._to_proxy_event(with_readable_body(event))
        except Refused as error:
            return self._built(problems.refused(error))
        return super()._call_route(route, route_arguments)

    def _handle_not_found(self, method: str, path: str) -> ResponseBuilder[Any]:
        allowed = {route.method for route in self.routes if route.rule.match(path)}
        return self._built(problems.no_such_method(method, allowed) if allowed else problems.no_such_route())

    def _built(self, response: Response[str]) -> ResponseBuilder[Any]:
        return self._response_builder_class(response=response, serializer=self._serializer)
