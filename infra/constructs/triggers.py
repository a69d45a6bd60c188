"""What calls functions by itself: the table's stream and schedules. What they cannot deliver ends in queues."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.permissions import acknowledge, statement
from infra.topology import Grant, Schedule, StreamSource

READ_STREAM = (
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
)
"""What Lambda asks of the function's role (AWS documentation, "Using Lambda with DynamoDB", 2026-11)."""


class TableStream(Construct):
    """Delivers the table's stream to a function, in order for each ticket."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        source: StreamSource,
        stream_arn: str,
        function: lambda_.Function,
    ) -> None:
        super().__init__(scope, construct_id)
        self.failures = failure_queue(self, f"{name}-{source.function.lower()}-failures")
        role = _role(function)
        role.add_to_principal_policy(statement(Grant(READ_STREAM, (stream_arn,)), {}))
        role.add_to_principal_policy(statement(Grant(("sqs:SendMessage",), (self.failures.queue_arn,)), {}))
        self.mapping = lambda_.CfnEventSourceMapping(
            self,
            "Mapping",
            event_source_arn=stream_arn,
            function_name=function.function_name,
            starting_position="TRIM_HORIZON",
            batch_size=source.batch_size,
            parallelization_factor=source.parallel_batches,
            # One bad record must not take its batch with it.
            bisect_batch_on_function_error=True,
            function_response_types=["ReportBatchItemFailures"],
            # Failures that are answered are no errors of the function; only the mapping counts them.
            metrics_config=lambda_.CfnEventSourceMapping.MetricsConfigProperty(metrics=["EventCount"]),
            maximum_retry_attempts=source.retry_attempts,
            destination_config={"onFailure": {"destination": self.failures.queue_arn}},
            filter_criteria={"filters": [{"pattern": json.dumps(source.filter_pattern, separators=(",", ":"))}]},
        )
        # Lambda tries the role when the mapping is made; its policy has to be there by then.
        self.mapping.node.add_dependency(role)


class Schedules(Construct):
    """Calls functions again and again."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        schedules: Sequence[Schedule],
        functions: Mapping[str, lambda_.Function],
    ) -> None:
        super().__init__(scope, construct_id)
        self.failures = {
            schedule.name: self._schedule(name, schedule, functions[schedule.function]) for schedule in schedules
        }

    def _schedule(self, name: str, schedule: Schedule, function: lambda_.Function) -> sqs.Queue:
        scope = Construct(self, schedule.name)
        failures = failure_queue(scope, f"{name}-{schedule.function.lower()}-failures")
        target = targets.LambdaFunction(
            function,
            dead_letter_queue=failures,
            # The next call does what this one could not.
            max_event_age=cdk.Duration.seconds(max(60, schedule.every.total_seconds())),
            retry_attempts=2,
        )
        events.Rule(
            scope,
            "Rule",
            description=f"Calls {schedule.function} every {schedule.every}",
            schedule=events.Schedule.rate(cdk.Duration.seconds(schedule.every.total_seconds())),
            targets=[target],
        )
        return failures


def failure_queue(scope: Construct, name: str) -> sqs.Queue:
    """Where a delivery ends that has failed for good; kept as long as queues can, for an operator to look at."""
    queue = sqs.Queue(
        scope,
        "Failures",
        queue_name=name,
        # Not the customer managed key: a queue and a topic that share one make a circular dependency.
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=cdk.Duration.days(14),
    )
    acknowledge(queue, {"AwsSolutions-SQS3": "This is the queue where failures end; an alarm watches it"})
    return queue


def _role(function: lambda_.Function) -> iam.IRole:
    assert function.role is not None, "every function was made with its role"  # noqa: S101 - for the type checker
    return function.role
