"""Roles that hold the grants of the topology and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.topology import Grant, resolve

X_RAY = "X-Ray has no resource to name: traces are sent to the account, not to an ARN"


def role(
    scope: Construct, principal: iam.ServicePrincipal, grants: Sequence[Grant], attributes: Mapping[str, str]
) -> iam.Role:
    """A role that a service assumes, with the grants resolved."""
    made = iam.Role(scope, "Role", assumed_by=principal)
    for grant in grants:
        made.add_to_policy(statement(grant, attributes))
    return made


def statement(grant: Grant, attributes: Mapping[str, str]) -> iam.PolicyStatement:
    """A grant of the topology as a policy statement."""
    resources = [resolve(resource, attributes) for resource in grant.resources]
    return iam.PolicyStatement(actions=list(grant.actions), resources=resources)


def acknowledge(construct: Construct, reasons: Mapping[str, str]) -> None:
    """Accept findings of the AwsSolutions rules, each with its reason; a finding that is not listed fails synthesis."""
    accepted = [cdk.Acknowledgment(id=f"AwsSolutions::{rule}", reason=reason) for rule, reason in reasons.items()]
    cdk.Validations.of(construct).acknowledge(*accepted)
