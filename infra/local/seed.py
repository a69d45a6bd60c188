"""The first helpdesk and its token: what an ops person does on AWS with the command line."""

from __future__ import annotations

from infra.local.engine import Engine

HELPDESK = "demo"


def create_demo_helpdesk(engine: Engine, helpdesk_id: str = HELPDESK) -> str:
    """The token of a new helpdesk, which may do everything there."""
    # Imported late: the engine puts the functions on the path.
    from tocsin.adapters.clock import SystemClock
    from tocsin.adapters.dynamodb.credentials import DynamoCredentials
    from tocsin.adapters.dynamodb.table import Table
    from tocsin.use_cases.access.tokens import create_helpdesk

    table = Table(engine.client("dynamodb"), engine.attributes["TableName"])
    return create_helpdesk(helpdesk_id, credentials=DynamoCredentials(table), clock=SystemClock())
