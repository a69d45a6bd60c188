"""The topic that reaches those who operate the system itself."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

CLOUDWATCH = "cloudwatch.amazonaws.com"


class Operators(Construct):
    """Where alarms go; operators subscribe to it by email or with their pager.

    Its key is its own: an alarm about the key of everything else has to arrive although that key is disabled.
    """

    def __init__(self, scope: Construct, construct_id: str, *, name: str) -> None:
        super().__init__(scope, construct_id)
        self.key = kms.Key(
            self,
            "Key",
            alias=f"alias/{name}-operators",
            description=f"Encrypts the alarms of {name} and nothing else",
            enable_key_rotation=True,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        self.topic = sns.Topic(self, "Topic", topic_name=f"{name}-operators", master_key=self.key, enforce_ssl=True)
        self._let_alarms_publish()

    def _let_alarms_publish(self) -> None:
        """An encrypted topic needs both; the key that AWS manages for SNS could not let CloudWatch in.

        The key's conditions leave out aws:SourceAccount and aws:SourceArn: not every source sends them, and the
        topic's own policy names the account (AWS documentation, "Amazon SNS key management", 2026-11).
        """
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="LetAlarmsPublish",
                principals=[iam.ServicePrincipal(CLOUDWATCH)],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],
            )
        )
        # A topic with a policy of its own loses the default one, which lets this account's alarms in.
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="LetAlarmsOfThisAccountPublish",
                principals=[iam.ServicePrincipal(CLOUDWATCH)],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}},
            )
        )
