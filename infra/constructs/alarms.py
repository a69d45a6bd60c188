"""What operators are woken for. In health every one of these numbers is zero, except that the watchdog runs."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

NAMESPACE = "Tocsin"
MINUTE = cdk.Duration.minutes(1)
LATE = cdk.Duration.minutes(1)
"""How old the oldest change that waits for dispatch may be."""

PERIODS = {"UnreachableOnCall": cdk.Duration.hours(1), "UnreachableCustomers": cdk.Duration.hours(1)}
"""Where a counter is not counted anew every minute: subscriptions are looked at once an hour."""

COUNTERS = {
    "TicketTrouble": "A ticket's execution met an error that its retries did not mend; it tries again every five "
    "minutes",
    "TicketsRescued": "The sweeper found tickets that were overdue although nothing had fired; a timer or wake-up was "
    "lost, or nobody reads the table's stream",
    "ReminderTrouble": "A reminder of a contract's dates or a notice of a shift could not be sent; the sweeper tries "
    "again every minute",
    "UnreachableOnCall": "Nothing reaches somebody who is on call: their subscriptions are pending, lost or none",
    "UnreachableCustomers": "Nothing reaches a customer who has channels: their subscriptions are pending or lost",
}
"""Metrics that handlers and state machine count, and what it means when they do."""


class Alarms(Construct):
    """One method for each thing that is watched; every alarm goes to the operators' topic."""

    def __init__(self, scope: Construct, construct_id: str, *, name: str, topic: sns.ITopic) -> None:
        super().__init__(scope, construct_id)
        self._name = name
        self._action = actions.SnsAction(topic)

    def on_tickets(self) -> None:
        """The domain's own counters: what could not be served, or only the watchdog found."""
        for name, description in COUNTERS.items():
            dimensions = {"service": self._name}
            metric = cloudwatch.Metric(
                namespace=NAMESPACE,
                metric_name=name,
                dimensions_map=dimensions,
                statistic="Sum",
                period=PERIODS.get(name, MINUTE),
            )
            self._above_zero(name, description, metric)

    def on_executions(self, machine: stepfunctions.StateMachine) -> None:
        """Executions that ended although their ticket did not."""
        self._above_zero("ExecutionsFailed", "A ticket's execution failed", machine.metric_failed(period=MINUTE))
        self._above_zero(
            "ExecutionsTimedOut", "A ticket's execution ran out of time", machine.metric_timed_out(period=MINUTE)
        )

    def on_function(self, name: str, function: lambda_.Function) -> None:
        """Errors that a function did not answer itself."""
        self._above_zero(f"{name}Errors", f"The function {name} failed", function.metric_errors(period=MINUTE))

    def on_late_changes(self, function: lambda_.Function) -> None:
        """Changes that wait for the function that reads the table's stream."""
        metric = function.metric("IteratorAge", statistic="Maximum", period=MINUTE)
        self._alarm("ChangesLate", "Changes of tickets wait to be dispatched", metric, threshold=LATE.to_milliseconds())

    def on_stream(self, name: str, mapping: lambda_.CfnEventSourceMapping) -> None:
        """Changes that the function answered it could not follow, and a mapping that reads nothing any more.

        The first are no errors of the function, and the second has no age: only the mapping counts both. It counts
        zero when the stream is empty, and nothing at all when it has stopped (AWS documentation, "Event source
        mapping metrics", 2026-11).
        """
        self._above_zero(
            f"{name}Failures",
            f"{name} could not follow changes; they are delivered again",
            _of(mapping, "FailedInvoke"),
        )
        self._silent(
            f"{name}Silent",
            f"Nobody has read the table's stream for {name} for five minutes; the sweeper starts and wakes executions",
            _of(mapping, "Polled"),
        )

    def on_silence(self, name: str) -> None:
        """A watchdog that no longer comes to the end of its work, whether it is called or not."""
        rescued = cloudwatch.Metric(
            namespace=NAMESPACE, metric_name="TicketsRescued", dimensions_map={"service": self._name}
        )
        self._silent(
            f"{name}Silent",
            f"The function {name} has not finished for five minutes; nobody looks for lost timers",
            rescued,
        )

    def on_queue(self, name: str, queue: sqs.Queue) -> None:
        """Deliveries that failed for good."""
        metric = queue.metric_approximate_number_of_messages_visible(statistic="Maximum", period=MINUTE)
        self._above_zero(f"{name}Undelivered", f"What {name} could not deliver waits in a queue", metric)

    def on_api(self, api: apigateway.RestApi) -> None:
        """Requests that ended in an error of ours."""
        self._above_zero(
            "ApiServerErrors",
            "The API answered with an error of its own",
            api.metric_server_error(period=MINUTE, statistic="Sum"),
        )

    def _silent(self, name: str, description: str, metric: cloudwatch.Metric) -> None:
        self._alarm(
            name,
            description,
            metric.with_(statistic="SampleCount", period=cdk.Duration.minutes(5)),
            threshold=1,
            comparison=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            missing=cloudwatch.TreatMissingData.BREACHING,
        )

    def _above_zero(self, name: str, description: str, metric: cloudwatch.IMetric) -> None:
        self._alarm(name, description, metric, threshold=0)

    def _alarm(
        self,
        name: str,
        description: str,
        metric: cloudwatch.IMetric,
        *,
        threshold: float,
        comparison: cloudwatch.ComparisonOperator = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=f"{self._name}-{name}",
            alarm_description=description,
            metric=metric,
            threshold=threshold,
            comparison_operator=comparison,
            evaluation_periods=1,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(self._action)


def _of(mapping: lambda_.CfnEventSourceMapping, events: str) -> cloudwatch.Metric:
    """A metric of an event source mapping; its reference is its UUID."""
    return cloudwatch.Metric(
        namespace="AWS/Lambda",
        metric_name=f"{events}EventCount",
        dimensions_map={"EventSourceMappingUUID": mapping.ref},
        statistic="Sum",
        period=MINUTE,
    )
