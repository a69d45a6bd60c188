"""A synthesised template as tests read it."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk.assertions import Template

from infra.app import build
from infra.stack import TocsinStack
from infra.topology import ROOT, TOCSIN, Grant, resolve

Resource = Mapping[str, Any]
Grants = set[tuple[str, str]]


class Deployed:
    """A template whose references are flattened to strings such as `<Table.Arn>`."""

    def __init__(self, template: Mapping[str, Any]) -> None:
        self.resources: Mapping[str, Resource] = {
            logical_id: {**resource, "Properties": flat(resource.get("Properties", {}))}
            for logical_id, resource in template["Resources"].items()
        }
        self.outputs = {name: flat(output["Value"]) for name, output in template["Outputs"].items()}

    def of_type(self, resource_type: str) -> dict[str, Resource]:
        return {name: resource for name, resource in self.resources.items() if resource["Type"] == resource_type}

    def ids(self, resource_type: str) -> list[str]:
        return list(self.of_type(resource_type))

    def only(self, resource_type: str) -> Resource:
        (resource,) = self.of_type(resource_type).values()
        return resource

    def function(self, name: str) -> Resource:
        return self.resources[self.function_id(name)]

    def function_id(self, name: str) -> str:
        (found,) = (
            logical_id
            for logical_id, resource in self.of_type("AWS::Lambda::Function").items()
            if resource["Properties"]["FunctionName"] == f"tocsin-{name.lower()}"
        )
        return found

    def queue_id(self, name: str) -> str:
        queues = self.of_type("AWS::SQS::Queue")
        (found,) = (logical_id for logical_id, queue in queues.items() if queue["Properties"]["QueueName"] == name)
        return found

    def key_id(self, description: str = "Encrypts the table") -> str:
        keys = self.of_type("AWS::KMS::Key").items()
        (found,) = (name for name, key in keys if key["Properties"]["Description"].startswith(description))
        return found

    def alarm(self, name: str) -> Mapping[str, Any]:
        alarms = [alarm["Properties"] for alarm in self.of_type("AWS::CloudWatch::Alarm").values()]
        (found,) = (alarm for alarm in alarms if alarm["AlarmName"] == f"tocsin-{name}")
        return dict(found)

    def grants_of_role(self, role_arn: str) -> Grants:
        role_id = role_arn.removeprefix("<").removesuffix(".Arn>")
        assert "ManagedPolicyArns" not in self.resources[role_id]["Properties"]
        return {
            (action, resource)
            for policy in self.of_type("AWS::IAM::Policy").values()
            if policy["Properties"]["Roles"] == [f"<{role_id}>"]
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
            for action in many(statement["Action"])
            for resource in many(statement["Resource"])
        }

    def attributes(self) -> dict[str, str]:
        """The placeholders of the topology as they read in this template."""
        (table,), key = self.ids("AWS::DynamoDB::Table"), self.key_id()
        (topic,), (secret,) = self.ids("AWS::SNS::Topic"), self.ids("AWS::SecretsManager::Secret")
        (api,) = self.ids("AWS::ApiGateway::RestApi")
        place = "<AWS::Region>:<AWS::AccountId>"
        return {
            "Name": "tocsin",
            "Region": "<AWS::Region>",
            "Account": "<AWS::AccountId>",
            "TableName": f"<{table}>",
            "TableArn": f"<{table}.Arn>",
            "TicketStateMachineArn": f"arn:<AWS::Partition>:states:{place}:stateMachine:tocsin-ticket",
            "OperatorsTopicArn": f"<{topic}>",
            "TopicArnPrefix": f"arn:<AWS::Partition>:sns:{place}:tocsin-alerts-",
            "SigningKeyArn": f"<{secret}>",
            "EncryptionKeyArn": f"<{key}.Arn>",
            "ApiUrl": f"https://<{api}>.execute-api.<AWS::Region>.<AWS::URLSuffix>/live",
            **{
                f"{function.name}FunctionArn": f"<{self.function_id(function.name)}.Arn>"
                for function in TOCSIN.functions
            },
            **{f"{function.name}FunctionName": f"<{self.function_id(function.name)}>" for function in TOCSIN.functions},
        }

    def said(self, text: str) -> str:
        """A string of the topology as it reads in this template."""
        return resolve(text, self.attributes())

    def expand(self, grants: tuple[Grant, ...]) -> Grants:
        return {
            (action, self.said(resource))
            for grant in grants
            for action in grant.actions
            for resource in grant.resources
        }


def flat(value: Any) -> Any:
    """A part of a template with its intrinsic functions as readable strings."""
    if isinstance(value, list):
        return [flat(part) for part in value]
    if not isinstance(value, dict):
        return value
    (function, argument), *more = value.items() or [("", None)]
    readable = None if more else READABLE.get(function)
    return readable(argument) if readable else {name: flat(part) for name, part in value.items()}


READABLE: Mapping[str, Callable[[Any], str]] = {
    "Ref": lambda name: f"<{name}>",
    "Fn::GetAtt": lambda parts: f"<{'.'.join(parts)}>",
    "Fn::Join": lambda parts: parts[0].join(str(flat(part)) for part in parts[1]),
    "Fn::Sub": lambda text: re.sub(r"\$\{([^}]+)\}", r"<\1>", text),
}


def many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def synthesise(name: str | None = None, **more: str) -> TocsinStack:
    flags = json.loads((ROOT / "cdk.json").read_text())["context"]
    context = {**flags, "aws:cdk:bundling-stacks": [], **({} if name is None else {"name": name}), **more}
    return build(cdk.App(context=context))


@functools.cache
def tocsin() -> Deployed:
    """The template under its default name; synthesised once a process."""
    return Deployed(Template.from_stack(synthesise()).to_json())


@functools.cache
def tocsin_for_the_first_time() -> Deployed:
    """The template of the first deployment."""
    return Deployed(Template.from_stack(synthesise(first="yes")).to_json())
