"""The one DynamoDB table."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.topology import Table


class Store(Construct):
    """The table of the topology, protected against loss: it holds the evidence.

    It stays when the stack is deleted or would replace it; a create that fails removes it, unless it is protected
    already, which would end that rollback in an error: hence `protected` is for the deployments after the first
    (AWS documentation, "DeletionPolicy attribute", RetainExceptOnCreate, 2026-11).
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, table: Table, key: kms.IKey, protected: bool
    ) -> None:
        super().__init__(scope, construct_id)
        self.table = dynamodb.Table(
            self,
            "Table",
            table_name=name,
            partition_key=_string(table.partition_key),
            sort_key=_string(table.sort_key),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            stream=dynamodb.StreamViewType.NEW_IMAGE,
            time_to_live_attribute=table.time_to_live,
            deletion_protection=protected,
            removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        for index in table.indexes:
            projection = dynamodb.ProjectionType.INCLUDE if index.projects else dynamodb.ProjectionType.KEYS_ONLY
            self.table.add_global_secondary_index(
                index_name=index.name,
                partition_key=_string(index.partition_key),
                sort_key=_string(index.sort_key),
                projection_type=projection,
                non_key_attributes=list(index.projects) or None,
            )

    @property
    def resource(self) -> cdk.CfnElement:
        """The table as it stands in the template."""
        child = self.table.node.default_child
        assert isinstance(child, cdk.CfnElement)  # noqa: S101 - for the type checker
        return child

    @property
    def stream_arn(self) -> str:
        """The ARN of the table's stream."""
        arn = self.table.table_stream_arn
        assert arn is not None, "the table was made with a stream"  # noqa: S101 - for the type checker
        return arn


def _string(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
