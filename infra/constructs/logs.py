"""Log groups that exist before anything writes to them, so that none keeps its lines for ever."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

RETENTION = logs.RetentionDays.THREE_MONTHS
"""The evidence about a ticket is in the table; logs are for finding faults."""


def log_group(scope: Construct, construct_id: str, name: str) -> logs.LogGroup:
    """A log group that ends with the stack."""
    return logs.LogGroup(
        scope, construct_id, log_group_name=name, retention=RETENTION, removal_policy=cdk.RemovalPolicy.DESTROY
    )
