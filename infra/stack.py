"""The system as a CloudFormation stack, built from the topology; everything said there is said only there."""

from __future__ import annotations

import re
from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.alarms import Alarms
from infra.constructs.api import Api
from infra.constructs.encryption import Encryption
from infra.constructs.functions import Functions
from infra.constructs.operators import Operators
from infra.constructs.permissions import acknowledge
from infra.constructs.store import Store
from infra.constructs.ticket_machine import TicketMachine, physical_arn
from infra.constructs.triggers import Schedules, TableStream
from infra.topology import Topology

ALERTS = "alerts-"
"""Begins the name of every topic that functions make."""

_NAME = re.compile(r"[a-z][a-z0-9-]{1,29}")


class TocsinStack(cdk.Stack):
    """One deployment. Construct ids and physical names are stable: changing one would replace what it names.

    The `first` deployment leaves out what would keep a failed one from being removed, or would let it fail in a new
    account: protection of the table, and reserved concurrency.
    """

    def __init__(self, scope: Construct, *, name: str, topology: Topology, first: bool = False) -> None:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot name a deployment: 2 to 30 small letters, digits and hyphens")
        super().__init__(
            scope,
            name,
            stack_name=name,
            description="Tocsin: SLA clocks and escalation for helpdesks",
            # The CDK command line checks the bootstrap version itself; the rule would be a parameter to no end.
            synthesizer=cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
        )
        self._name = name
        self._topology = topology
        self._encryption = Encryption(self, "Encryption", name=name)
        self._store = Store(
            self, "Store", name=name, table=topology.table, key=self._encryption.key, protected=not first
        )
        self._operators = Operators(self, "Operators", name=name)
        self._api = Api(self, "Api", name=name)
        attributes = self._attributes()
        functions = Functions(
            self, "Functions", functions=topology.functions, attributes=attributes, reserve_concurrency=not first
        )
        self._functions = functions.by_name
        self._machine = TicketMachine(
            self, "TicketMachine", machine=topology.state_machine, attributes=attributes | functions.attributes
        )
        self._api.add_routes(topology, self._functions)
        self._add_triggers()
        self._accept_wildcards()
        self._add_outputs()

    def _attributes(self) -> dict[str, str]:
        """What the topology's placeholders may say before there are functions."""
        return {
            "Name": self._name,
            "Region": self.region,
            "Account": self.account,
            "TableName": self._store.table.table_name,
            "TableArn": self._store.table.table_arn,
            "TicketStateMachineArn": physical_arn(self, self._name, self._topology.state_machine),
            "OperatorsTopicArn": self._operators.topic.topic_arn,
            "TopicArnPrefix": self._topic_arn_prefix(),
            "SigningKeyArn": self._encryption.signing_key.secret_arn,
            "EncryptionKeyArn": self._encryption.key.key_arn,
            "ApiUrl": self._api.url,
        }

    def _topic_arn_prefix(self) -> str:
        """How the topics begin that functions make; the operators' topic does not, so no function can touch it."""
        return self.format_arn(service="sns", resource=f"{self._name}-{ALERTS}")

    def _add_triggers(self) -> None:
        source = self._topology.stream
        stream = TableStream(
            self,
            "TableStream",
            name=self._name,
            source=source,
            stream_arn=self._store.stream_arn,
            function=self._functions[source.function],
        )
        schedules = Schedules(
            self, "Schedules", name=self._name, schedules=self._topology.schedules, functions=self._functions
        )
        self._add_alarms(stream, {source.function: stream.failures, **schedules.failures})

    def _add_alarms(self, stream: TableStream, failures: Mapping[str, sqs.Queue]) -> None:
        alarms = Alarms(self, "Alarms", name=self._name, topic=self._operators.topic)
        alarms.on_tickets()
        alarms.on_executions(self._machine.state_machine)
        alarms.on_api(self._api.rest_api)
        alarms.on_late_changes(self._functions[self._topology.stream.function])
        alarms.on_stream(self._topology.stream.function, stream.mapping)
        for name, function in self._functions.items():
            # The authorizer refuses a token by an error, as API Gateway demands; an error of its own is a 500 there.
            if name != self._topology.authorizer:
                alarms.on_function(name, function)
        for schedule in self._topology.schedules:
            alarms.on_silence(schedule.function)
        for name, queue in failures.items():
            alarms.on_queue(name, queue)

    def _accept_wildcards(self) -> None:
        """The two wildcards in the topology's grants; a third fails synthesis."""
        table = self.get_logical_id(self._store.resource)
        topics = f"arn:<AWS::Partition>:sns:<AWS::Region>:<AWS::AccountId>:{self._name}-{ALERTS}*"
        acknowledge(
            self,
            {
                f"AwsSolutions-IAM5[Resource::<{table}.Arn>/index/*]": "The indexes of the one table",
                f"AwsSolutions-IAM5[Resource::{topics}]": "Members, teams and contracts get topics of their own, at "
                "run time, so that a roster changes without a deployment",
            },
        )

    def _add_outputs(self) -> None:
        cdk.CfnOutput(self, "ApiUrl", value=self._api.url, description="Where helpdesks call")
        cdk.CfnOutput(self, "TableName", value=self._store.table.table_name, description="The log of every ticket")
        cdk.CfnOutput(
            self, "OperatorsTopicArn", value=self._operators.topic.topic_arn, description="Subscribe here for alarms"
        )
