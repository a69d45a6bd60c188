"""The HTTP API: every route of `tocsin.handlers.api.routes`, every error as problem+json."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from tocsin.handlers.api.resolver import Resolver
from tocsin.handlers.api.routes import (
    acknowledgements,
    calendars,
    contract_texts,
    contracts,
    customers,
    feeds,
    members,
    notices,
    schedules,
    service,
    shift_imports,
    teams,
    tickets,
)

logger = Logger()
app = Resolver(
    contracts.routes,
    contract_texts.routes,
    customers.routes,
    calendars.routes,
    members.routes,
    teams.routes,
    schedules.routes,
    shift_imports.routes,
    feeds.routes,
    tickets.routes,
    notices.routes,
    acknowledgements.routes,
    service.routes,
)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an event of API Gateway's Lambda proxy integration with its response."""
    return app.resolve(event, context)
