"""The HTTP API: every route of `tocsin.handlers.api.routes`, every error as problem+json."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestUnsupportedContentType, RequestValidationError
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from tocsin.domain.values.faults import Refused
from tocsin.handlers.api import problems
from tocsin.handlers.api.bodies import with_readable_body
from tocsin.handlers.api.caller import check_scope
from tocsin.handlers.api.routes import acknowledgements, calendars, contracts, service, teams, tickets

logger = Logger()
app = APIGatewayRestResolver(enable_validation=True)
for router in (
    contracts.router,
    calendars.router,
    teams.router,
    tickets.router,
    acknowledgements.router,
    service.router,
):
    app.include_router(router)


app.exception_handler(Refused)(problems.refused)
app.exception_handler(RequestValidationError)(problems.not_valid)
app.exception_handler(RequestUnsupportedContentType)(problems.not_json)
app.exception_handler(NotFoundError)(problems.no_such_route)
app.exception_handler(Exception)(problems.unforeseen)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Scope and body are checked before the route: who may not write learns nothing about what they sent."""
    try:
        check_scope(event)
        readable = with_readable_body(event)
    except Refused as error:
        answer = problems.refused(error)
        return {
            "statusCode": answer.status_code,
            "headers": {"Content-Type": answer.content_type},
            "body": answer.body,
            "isBase64Encoded": False,
        }
    return app.resolve(readable, context)
