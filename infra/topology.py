"""The system as plain data: what runs, what it may touch, what triggers it.

Two deployers read this file and nothing else: `infra.stack` turns it into CloudFormation, `infra.local`
turns it into the same system on moto. Strings may contain `${Attribute}` placeholders, as the state machine
does; each deployer resolves them from what it has created:

    Name, Region, Account, TableName, TableArn, <Function>FunctionArn, <Function>FunctionName,
    TicketStateMachineArn, OperatorsTopicArn, TopicArnPrefix, SigningKeyArn, EncryptionKeyArn, ApiUrl
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


def resolve(text: str, attributes: Mapping[str, str]) -> str:
    """`text` with each `${Attribute}` replaced; every other dollar stays, as in the `$$` of a state machine.

    Raises KeyError for an attribute that nothing was created for.
    """
    return _PLACEHOLDER.sub(lambda found: attributes[found[1]], text)


@dataclass(frozen=True)
class Grant:
    """What a function or state machine may do: IAM actions on resources."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]


@dataclass(frozen=True)
class Function:
    """A Lambda function; all share one asset, the folder `functions`."""

    name: str
    handler: str
    purpose: str
    grants: tuple[Grant, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout: timedelta = timedelta(seconds=10)
    memory_mb: int = 512
    reserved_concurrency: int | None = None
    """Kept free for it, whatever else runs in the account, and the most that it gets; None shares with the others."""


@dataclass(frozen=True)
class Index:
    """A global secondary index; its keys are strings.

    `projects` names what it holds beside its keys and the table's; with nothing named it is KEYS_ONLY. A write that
    changes nothing of that costs the index nothing.
    """

    name: str
    partition_key: str
    sort_key: str
    projects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """The one DynamoDB table; keys are strings, the stream carries new images."""

    partition_key: str
    sort_key: str
    indexes: tuple[Index, ...]
    time_to_live: str


@dataclass(frozen=True)
class StateMachine:
    """A Step Functions state machine: its definition as it stands, the placeholders it needs, and what some of them
    say in every deployment.
    """

    name: str
    definition: Path
    substitutions: tuple[str, ...]
    grants: tuple[Grant, ...]
    constants: Mapping[str, str] = field(default_factory=dict)

    def substituted(self, attributes: Mapping[str, str]) -> dict[str, str]:
        """What each placeholder says, given what was created. KeyError for one that nothing was created for."""
        return {**{name: attributes[name] for name in self.substitutions}, **self.constants}


@dataclass(frozen=True)
class StreamSource:
    """Delivers the table's stream to a function, in order for each ticket; failures end in a queue.

    Of each shard, up to `parallel_batches` are delivered at once, and what has one partition key stays in order
    (AWS documentation, "Using Lambda with DynamoDB", ParallelizationFactor, 2026-11).
    """

    function: str
    batch_size: int
    parallel_batches: int
    retry_attempts: int
    filter_pattern: Mapping[str, object]


@dataclass(frozen=True)
class Schedule:
    """Calls a function again and again."""

    name: str
    function: str
    every: timedelta


@dataclass(frozen=True)
class Route:
    """A path of the REST API; `public` routes skip the authorizer."""

    method: str
    path: str
    function: str
    public: bool = False


@dataclass(frozen=True)
class Topology:
    """The whole system."""

    functions: tuple[Function, ...]
    table: Table
    state_machine: StateMachine
    stream: StreamSource
    schedules: tuple[Schedule, ...]
    routes: tuple[Route, ...]
    authorizer: str
    gateway_problems: Mapping[int, str]

    def function(self, name: str) -> Function:
        """The function called `name`; KeyError when there is none."""
        return {function.name: function for function in self.functions}[name]


READ_TABLE = Grant(("dynamodb:GetItem", "dynamodb:Query"), ("${TableArn}",))
READ_INDEXES = Grant(("dynamodb:Query",), ("${TableArn}/index/*",))
# TransactWriteItems is authorised by the actions of its parts.
WRITE_TABLE = Grant(("dynamodb:PutItem",), ("${TableArn}",))
USE_KEY = Grant(("kms:Decrypt", "kms:GenerateDataKey"), ("${EncryptionKeyArn}",))
READ_SIGNING_KEY = Grant(("secretsmanager:GetSecretValue",), ("${SigningKeyArn}",))
PUBLISH = Grant(("sns:Publish",), ("${TopicArnPrefix}*",))
# When a topic may be told again is kept in the table.
USE_MAILBOXES = Grant(("dynamodb:UpdateItem", "dynamodb:BatchWriteItem"), ("${TableArn}",))
FOLLOW_CHANNELS = (
    # Which of a topic's subscriptions are Tocsin's own is kept in the table.
    Grant(("dynamodb:UpdateItem",), ("${TableArn}",)),
    Grant(
        ("sns:CreateTopic", "sns:SetTopicAttributes", "sns:Subscribe", "sns:ListSubscriptionsByTopic"),
        ("${TopicArnPrefix}*",),
    ),
    # It has no resource to name (AWS service authorization reference, "Actions for Amazon SNS", 2026-11).
    Grant(("sns:Unsubscribe",), ("*",)),
)
START_EXECUTION = Grant(("states:StartExecution",), ("${TicketStateMachineArn}",))
WAKE_EXECUTION = Grant(("states:SendTaskSuccess",), ("${TicketStateMachineArn}",))

STORE = {
    "TABLE_NAME": "${TableName}",
    # The service names this deployment in logs and metrics, so that two in one account are told apart.
    "POWERTOOLS_SERVICE_NAME": "${Name}",
    "POWERTOOLS_METRICS_NAMESPACE": "Tocsin",
    "LOG_LEVEL": "INFO",
}
LINKS = {"SIGNING_KEY_ARN": "${SigningKeyArn}", "API_URL": "${ApiUrl}"}
TOPICS = {"TOPIC_ARN_PREFIX": "${TopicArnPrefix}", "ENCRYPTION_KEY_ARN": "${EncryptionKeyArn}"}

MAX_ROUNDS = "400"
"""A round takes about 30 history events, one that ends in trouble up to 60; an execution may have 25,000
(AWS documentation, "Step Functions service quotas", 2026-11)."""

TOCSIN = Topology(
    functions=(
        Function(
            name="Api",
            handler="tocsin.handlers.api.app.handler",
            purpose="Answers every route of the HTTP API",
            grants=(
                READ_TABLE,
                READ_INDEXES,
                WRITE_TABLE,
                USE_KEY,
                READ_SIGNING_KEY,
                # A test of somebody's channels.
                PUBLISH,
                *FOLLOW_CHANNELS,
            ),
            environment={**STORE, **LINKS, **TOPICS},
            # The gateway waits 29 seconds (AWS documentation, "Amazon API Gateway quotas", 2026-11).
            timeout=timedelta(seconds=28),
            memory_mb=1024,
        ),
        Function(
            name="Authorizer",
            handler="tocsin.handlers.authorizer.handler",
            purpose="Resolves a bearer token to a helpdesk and its scopes",
            grants=(Grant(("dynamodb:GetItem",), ("${TableArn}",)), USE_KEY),
            environment=STORE,
            timeout=timedelta(seconds=15),
        ),
        Function(
            name="Assess",
            handler="tocsin.handlers.machine.assess.handler",
            purpose="Folds a ticket's log, appends what fell due, says what the execution does next",
            grants=(READ_TABLE, WRITE_TABLE, USE_KEY),
            environment={**STORE, "MAX_ROUNDS": MAX_ROUNDS, "MAX_AGE_DAYS": "300"},
            timeout=timedelta(seconds=30),
            reserved_concurrency=200,
        ),
        Function(
            name="Notify",
            handler="tocsin.handlers.machine.notify.handler",
            purpose="Publishes the notices a ticket owes and records that it did",
            grants=(
                READ_TABLE,
                WRITE_TABLE,
                USE_KEY,
                READ_SIGNING_KEY,
                PUBLISH,
                USE_MAILBOXES,
                # A topic that somebody deleted is made again before its message is lost.
                *FOLLOW_CHANNELS,
            ),
            environment={**STORE, **LINKS, **TOPICS},
            timeout=timedelta(seconds=45),
            reserved_concurrency=200,
        ),
        Function(
            name="Dispatch",
            handler="tocsin.handlers.dispatch.handler",
            purpose="Reads the table's stream: starts a ticket's execution, or wakes it",
            grants=(
                Grant(("dynamodb:Query",), ("${TableArn}",)),
                USE_KEY,
                WAKE_EXECUTION,
                START_EXECUTION,
            ),
            # A call that stalls takes up to 12 of the 30 seconds; one after the other, three would take a batch's time.
            environment={**STORE, "STATE_MACHINE_ARN": "${TicketStateMachineArn}", "SIDE_BY_SIDE": "8"},
            timeout=timedelta(seconds=30),
            reserved_concurrency=100,
        ),
        Function(
            name="Sweeper",
            handler="tocsin.handlers.sweeper.handler",
            purpose="Every minute: rescues overdue tickets, reminds of dates, tells of shifts",
            grants=(
                READ_TABLE,
                READ_INDEXES,
                WRITE_TABLE,
                USE_KEY,
                START_EXECUTION,
                WAKE_EXECUTION,
                PUBLISH,
                *FOLLOW_CHANNELS,
            ),
            # Side by side it reaches what Step Functions starts in a second, 300, in small regions 150
            # (AWS documentation, "Step Functions service quotas", 2026-11).
            environment={**STORE, **TOPICS, "STATE_MACHINE_ARN": "${TicketStateMachineArn}", "SIDE_BY_SIDE": "16"},
            timeout=timedelta(seconds=55),
            # Memory is processor time: 1,769 MB are one core (AWS documentation, "Configure Lambda memory", 2026-11).
            memory_mb=1769,
            reserved_concurrency=2,
        ),
    ),
    table=Table(
        partition_key="pk",
        sort_key="sk",
        indexes=(
            Index(
                "tickets_by_status",
                "status_key",
                "due_key",
                projects=(
                    "sequence",
                    "priority",
                    "contract_id",
                    "contract_version",
                    "subject",
                    "opened_at",
                ),
            ),
            Index("tickets_by_due", "due_shard", "next_due_at"),
        ),
        time_to_live="expires_at",
    ),
    state_machine=StateMachine(
        name="Ticket",
        definition=ROOT / "statemachines" / "ticket.asl.json",
        substitutions=("Name", "AssessFunctionArn", "NotifyFunctionArn", "TableName"),
        constants={"MaxRounds": MAX_ROUNDS},
        grants=(
            Grant(("lambda:InvokeFunction",), ("${AssessFunctionArn}", "${NotifyFunctionArn}")),
            # The two parts of the transaction that parks a task token.
            Grant(("dynamodb:ConditionCheckItem", "dynamodb:PutItem"), ("${TableArn}",)),
            USE_KEY,
            # PutMetricData has no resource to name (AWS service authorization reference, 2026-11).
            Grant(("cloudwatch:PutMetricData",), ("*",)),
        ),
    ),
    stream=StreamSource(
        function="Dispatch",
        batch_size=25,
        parallel_batches=10,
        retry_attempts=10,
        # Only new events that somebody else than the execution itself has to react to carry `wakes`.
        filter_pattern={"eventName": ["INSERT"], "dynamodb": {"NewImage": {"wakes": {"BOOL": [True]}}}},
    ),
    schedules=(Schedule("SweepEveryMinute", "Sweeper", timedelta(minutes=1)),),
    routes=(
        Route("GET", "/health", "Api", public=True),
        Route("GET", "/openapi.json", "Api", public=True),
        Route("GET", "/a/{token}", "Api", public=True),
        Route("POST", "/a/{token}", "Api", public=True),
        Route("GET", "/feeds/{token}", "Api", public=True),
        Route("ANY", "/{proxy+}", "Api"),
    ),
    authorizer="Authorizer",
    gateway_problems={
        400: "Bad request",
        401: "Unauthorized",
        403: "Forbidden",
        404: "Not found",
        413: "Content too large",
        429: "Too many requests",
        500: "Internal server error",
        504: "Gateway timeout",
    },
)
