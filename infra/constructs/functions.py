"""The Lambda functions: one asset, one role each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs import packaging
from infra.constructs.logs import log_group
from infra.constructs.permissions import X_RAY, acknowledge, role, statement
from infra.topology import Function, Grant, resolve

WRITE_LOG = ("logs:CreateLogStream", "logs:PutLogEvents")


class Functions(Construct):
    """Every function of the topology, by name."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        functions: Sequence[Function],
        attributes: Mapping[str, str],
        reserve_concurrency: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        self._attributes, self._reserve = attributes, reserve_concurrency
        self._code = packaging.code()
        self.by_name = {function.name: self._function(function) for function in functions}

    @property
    def attributes(self) -> dict[str, str]:
        """What the topology's placeholders may say about functions."""
        arns = {f"{name}FunctionArn": function.function_arn for name, function in self.by_name.items()}
        return arns | {f"{name}FunctionName": function.function_name for name, function in self.by_name.items()}

    def _function(self, function: Function) -> lambda_.Function:
        scope = Construct(self, function.name)
        physical_name = f"{self._attributes['Name']}-{function.name.lower()}"
        group = log_group(scope, "Logs", f"/aws/lambda/{physical_name}")
        own_role = role(scope, iam.ServicePrincipal("lambda.amazonaws.com"), function.grants, self._attributes)
        own_role.add_to_policy(statement(Grant(WRITE_LOG, (group.log_group_arn,)), {}))
        made = lambda_.Function(
            scope,
            "Function",
            function_name=physical_name,
            description=function.purpose,
            code=self._code,
            handler=function.handler,
            runtime=packaging.RUNTIME,
            architecture=packaging.ARCHITECTURE,
            environment={name: resolve(value, self._attributes) for name, value in function.environment.items()},
            timeout=cdk.Duration.seconds(function.timeout.total_seconds()),
            memory_size=function.memory_mb,
            reserved_concurrent_executions=function.reserved_concurrency if self._reserve else None,
            role=own_role,
            log_group=group,
            tracing=lambda_.Tracing.ACTIVE,
        )
        _accept_findings(scope)
        return made


def _accept_findings(scope: Construct) -> None:
    acknowledge(
        scope,
        {
            "AwsSolutions-IAM5[Resource::*]": X_RAY,
            "AwsSolutions-L1": "Python 3.13 is the runtime that the locked wheels are built for and tested with",
        },
    )
