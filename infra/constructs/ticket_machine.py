"""The state machine that every ticket is one execution of."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from infra.constructs.logs import log_group
from infra.constructs.permissions import acknowledge, role
from infra.topology import StateMachine


def physical_name(name: str, machine: StateMachine) -> str:
    """Fixed, so that functions can be granted the machine before it exists, and never changed.

    A change would replace the machine, and deleting one ends its running executions: open tickets would lose
    their timers (Step Functions API reference, DeleteStateMachine, 2026-11).
    """
    return f"{name}-{machine.name.lower()}"


def physical_arn(scope: Construct, name: str, machine: StateMachine) -> str:
    """The machine's ARN, known before the machine is made."""
    return cdk.Stack.of(scope).format_arn(
        service="states",
        resource="stateMachine",
        resource_name=physical_name(name, machine),
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )


class TicketMachine(Construct):
    """The definition as it stands in its file, with its placeholders substituted by CloudFormation."""

    def __init__(
        self, scope: Construct, construct_id: str, *, machine: StateMachine, attributes: Mapping[str, str]
    ) -> None:
        super().__init__(scope, construct_id)
        name = physical_name(attributes["Name"], machine)
        self.state_machine = stepfunctions.StateMachine(
            self,
            "StateMachine",
            state_machine_name=name,
            state_machine_type=stepfunctions.StateMachineType.STANDARD,
            definition_body=stepfunctions.DefinitionBody.from_string(machine.definition.read_text(encoding="utf-8")),
            definition_substitutions=machine.substituted(attributes),
            role=role(self, _executions_of_this_account(), machine.grants, attributes),
            logs=stepfunctions.LogOptions(
                # Under this prefix a resource policy per log group is not needed, and those are few
                # (AWS documentation, "Using CloudWatch Logs to log execution history in Step Functions", 2026-11).
                destination=log_group(self, "Logs", f"/aws/vendedlogs/states/{name}"),
                level=stepfunctions.LogLevel.ALL,
                # What flows between states names people; the log needs only the course of events.
                include_execution_data=False,
            ),
            tracing_enabled=True,
        )
        # Should a change ever need a replacement, the tickets that run on the old machine run on.
        resource = self.state_machine.node.default_child
        assert isinstance(resource, cdk.CfnResource)  # noqa: S101 - for the type checker
        resource.cfn_options.update_replace_policy = cdk.CfnDeletionPolicy.RETAIN
        acknowledge(
            self,
            {
                "AwsSolutions-IAM5[Resource::*]": "X-Ray, the delivery of logs and PutMetricData have no resource to "
                "name (AWS service authorization reference, 2026-11)"
            },
        )


def _executions_of_this_account() -> iam.ServicePrincipal:
    """Only for this account (AWS documentation, "Prevent cross-service confused deputy issue", 2026-11)."""
    return iam.ServicePrincipal(
        "states.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}}
    )
