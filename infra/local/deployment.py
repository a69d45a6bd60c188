"""Builds what the topology describes in moto, and resolves the attributes that its placeholders name."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import boto3

from infra.local.lambda_runtime import DeployedFunction
from infra.topology import Function, Index, StateMachine, Table, Topology, resolve

ACCOUNT = "123456789012"
REGION = "eu-central-1"


@dataclass
class Deployment:
    """Creates the resources of `topology` under the name `name`; `attributes` says what they are called on AWS."""

    topology: Topology
    name: str
    api_url: str
    random: Random
    attributes: dict[str, str] = field(default_factory=dict)
    _clients: dict[str, Any] = field(default_factory=dict)
    _role_arn: str | None = None

    def client(self, service: str) -> Any:
        """The boto client of a service."""
        if service not in self._clients:
            self._clients[service] = boto3.client(service, region_name=REGION)  # type: ignore[call-overload]
        return self._clients[service]

    def create(self, deploy_function: Callable[[DeployedFunction], None]) -> None:
        """Creates everything; each function is handed to `deploy_function` with its environment resolved."""
        self.attributes |= {
            "Name": self.name,
            "Region": REGION,
            "Account": ACCOUNT,
            "ApiUrl": self.api_url,
            "TopicArnPrefix": f"arn:aws:sns:{REGION}:{ACCOUNT}:{self.name}-",
            # Only a name: nothing in moto encrypts.
            "EncryptionKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/{self.name}",
        }
        self._name_functions()
        self._create_signing_key()
        table = create_table(self.client("dynamodb"), self.name, self.topology.table)
        self.attributes |= {"TableName": table["TableName"], "TableArn": table["TableArn"]}
        self._create_operators_topic()
        self._create_state_machine(self.topology.state_machine)
        for function in self.topology.functions:
            deploy_function(self._create_function(function))

    def _name_functions(self) -> None:
        for function in self.topology.functions:
            name = f"{self.name}-{function.name}"
            self.attributes[f"{function.name}FunctionName"] = name
            self.attributes[f"{function.name}FunctionArn"] = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"

    def _create_signing_key(self) -> None:
        secret = f"{self.random.getrandbits(256):064x}"
        signing_key = self.client("secretsmanager").create_secret(Name=f"{self.name}/signing-key", SecretString=secret)
        self.attributes["SigningKeyArn"] = signing_key["ARN"]

    def _create_operators_topic(self) -> None:
        topic = self.client("sns").create_topic(Name=f"{self.name}-operators")
        self.attributes["OperatorsTopicArn"] = topic["TopicArn"]

    def _create_state_machine(self, machine: StateMachine) -> None:
        substitutions = machine.substituted(self.attributes)
        created = self.client("stepfunctions").create_state_machine(
            name=f"{self.name}-{machine.name}",
            definition=definition_of(machine, substitutions),
            roleArn=self._role(),
        )
        self.attributes[f"{machine.name}StateMachineArn"] = created["stateMachineArn"]

    def _role(self) -> str:
        # One for all: moto asks that a role exists, and grants everything to everyone.
        if self._role_arn is None:
            role = self.client("iam").create_role(RoleName=self.name, AssumeRolePolicyDocument="{}")
            self._role_arn = role["Role"]["Arn"]
        return self._role_arn

    def _create_function(self, function: Function) -> DeployedFunction:
        environment = {name: resolve(value, self.attributes) for name, value in function.environment.items()}
        # One thing after the other, so that a run can be repeated.
        environment |= {"SIDE_BY_SIDE": "1"} if "SIDE_BY_SIDE" in environment else {}
        created = self.client("lambda").create_function(
            FunctionName=self.attributes[f"{function.name}FunctionName"],
            Runtime="python3.11",
            Role=self._role(),
            Handler=function.handler,
            Code={"ZipFile": _EMPTY_ZIP},
            Timeout=int(function.timeout.total_seconds()),
            MemorySize=function.memory_mb,
            Environment={"Variables": environment},
        )
        return DeployedFunction(
            name=function.name,
            function_name=created["FunctionName"],
            arn=created["FunctionArn"],
            handler=function.handler,
            environment=environment,
            timeout=function.timeout,
            memory_mb=function.memory_mb,
            region=REGION,
        )


def create_table(client: Any, name: str, table: Table) -> Mapping[str, Any]:
    """The description of a new table, as DynamoDB answers it: TableName, TableArn and so on."""
    keys = {table.partition_key, table.sort_key}
    keys |= {key for index in table.indexes for key in (index.partition_key, index.sort_key)}
    described: Mapping[str, Any] = client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in sorted(keys)],
        KeySchema=_key_schema(table.partition_key, table.sort_key),
        GlobalSecondaryIndexes=[_index(index) for index in table.indexes],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    return described


def definition_of(machine: StateMachine, substitutions: Mapping[str, str]) -> str:
    """The machine's definition as CloudFormation would substitute it.

    Raises KeyError when the definition names an attribute that the topology does not list, ValueError when it is
    no JSON.
    """
    definition = resolve(machine.definition.read_text(encoding="utf-8"), substitutions)
    json.loads(definition)
    return definition


def _key_schema(partition_key: str, sort_key: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition_key, "KeyType": "HASH"},
        {"AttributeName": sort_key, "KeyType": "RANGE"},
    ]


def _index(index: Index) -> dict[str, Any]:
    """A global secondary index as CreateTable takes it."""
    included = {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(index.projects)}
    return {
        "IndexName": index.name,
        "KeySchema": _key_schema(index.partition_key, index.sort_key),
        "Projection": included if index.projects else {"ProjectionType": "KEYS_ONLY"},
    }


def _empty_zip() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as asset:
        asset.writestr(zipfile.ZipInfo("empty.txt"), "")
    return archive.getvalue()


_EMPTY_ZIP = _empty_zip()
