"""What a deployment and an ops person make on AWS: the stack with its outputs, the first helpdesk and its token."""

from __future__ import annotations

import json

from infra.local.engine import Engine

HELPDESK = "demo"


def create_stack(engine: Engine, **outputs: str) -> None:
    """A stack that has only the outputs of the real one, by which the command line finds the table."""
    template = {"Resources": {}, "Outputs": {name: {"Value": value} for name, value in outputs.items()}}
    stack_name = engine.attributes["Name"]
    engine.client("cloudformation").create_stack(StackName=stack_name, TemplateBody=json.dumps(template))


def create_demo_deployment(engine: Engine) -> str:
    """The stack with the outputs that the real one has, and the token of a new helpdesk in it."""
    names = ("ApiUrl", "TableName", "OperatorsTopicArn")
    create_stack(engine, **{name: engine.attributes[name] for name in names})
    return create_demo_helpdesk(engine)


def create_demo_helpdesk(engine: Engine, helpdesk_id: str = HELPDESK) -> str:
    """The token of a new helpdesk, which may do everything there."""
    # Imported late: the engine puts the functions on the path.
    from tocsin.adapters.clock import SystemClock
    from tocsin.adapters.dynamodb.credentials import DynamoCredentials
    from tocsin.adapters.dynamodb.table import Table
    from tocsin.use_cases.access.tokens import create_helpdesk

    table = Table(engine.client("dynamodb"), engine.attributes["TableName"])
    return create_helpdesk(helpdesk_id, credentials=DynamoCredentials(table), clock=SystemClock())
