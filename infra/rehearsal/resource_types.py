"""Teaches moto's CloudFormation the resource types of our template that it leaves out or makes only in part.

moto 5.2.5 passes over a type that it does not know without a word, and makes state machines without their
definition. Each function here makes one type as CloudFormation does, through moto's own API.
"""

from __future__ import annotations

import functools
import json
import secrets
import string
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from moto.apigateway.models import Deployment
from moto.cloudformation import parsing
from moto.core.common_models import CloudFormationModel
from moto.dynamodb.models.table import Table
from moto.kms.models import Key
from moto.ssm.models import Parameter
from moto.stepfunctions.models import StateMachine

Properties = dict[str, Any]
Client = Callable[[str], Any]
Made = tuple[str, Mapping[str, str]]
"""A physical id, and what `Fn::GetAtt` may ask for."""


def bucket_policy(name: str, properties: Properties, client: Client) -> Made:
    """Nothing: moto would deny everything, for it reads the denial of plain HTTP without its condition."""
    return name, {}


def topic_policy(name: str, properties: Properties, client: Client) -> Made:
    """The policy of every topic named."""
    policy = json.dumps(properties["PolicyDocument"])
    for topic in properties["Topics"]:
        client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    return name, {"Id": name}


def queue_policy(name: str, properties: Properties, client: Client) -> Made:
    """The policy of every queue named."""
    policy = json.dumps(properties["PolicyDocument"])
    for queue in properties["Queues"]:
        client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    return name, {"Id": name}


def secret(name: str, properties: Properties, client: Client) -> Made:
    """A secret with a generated value."""
    length = int(properties["GenerateSecretString"]["PasswordLength"])
    value = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))
    options = {option: properties[option] for option in ("Description", "KmsKeyId")}
    arn = client("secretsmanager").create_secret(Name=properties["Name"], SecretString=value, **options)["ARN"]
    return arn, {"Id": arn}


def alarm(name: str, properties: Properties, client: Client) -> Made:
    """An alarm of one metric."""
    client("cloudwatch").put_metric_alarm(**properties)
    (made,) = client("cloudwatch").describe_alarms(AlarmNames=[properties["AlarmName"]])["MetricAlarms"]
    return properties["AlarmName"], {"Arn": made["AlarmArn"]}


def gateway_account(name: str, properties: Properties, client: Client) -> Made:
    """The role that API Gateway writes logs with."""
    role = {"op": "replace", "path": "/cloudwatchRoleArn", "value": properties["CloudWatchRoleArn"]}
    client("apigateway").update_account(patchOperations=[role])
    return name, {"Id": name}


def gateway_authorizer(name: str, properties: Properties, client: Client) -> Made:
    """An authorizer of an API."""
    options = {option[0].lower() + option[1:]: value for option, value in properties.items()}
    options["authorizerResultTtlInSeconds"] = int(options["authorizerResultTtlInSeconds"])
    made = client("apigateway").create_authorizer(**options)
    return made["id"], {"AuthorizerId": made["id"]}


def gateway_response(name: str, properties: Properties, client: Client) -> Made:
    """What the gateway answers when it refuses."""
    options = {option[0].lower() + option[1:]: value for option, value in properties.items()}
    client("apigateway").put_gateway_response(**options)
    return f"{properties['RestApiId']}/{properties['ResponseType']}", {"Id": name}


def gateway_stage(name: str, properties: Properties, client: Client) -> Made:
    """A stage of a deployment."""
    client("apigateway").create_stage(
        restApiId=properties["RestApiId"],
        stageName=properties["StageName"],
        deploymentId=properties["DeploymentId"],
        tracingEnabled=_boolean(properties.get("TracingEnabled", False)),
    )
    return properties["StageName"], {}


MISSING: Mapping[str, Callable[[str, Properties, Client], Made]] = {
    "AWS::ApiGateway::Account": gateway_account,
    "AWS::ApiGateway::Authorizer": gateway_authorizer,
    "AWS::ApiGateway::GatewayResponse": gateway_response,
    "AWS::ApiGateway::Stage": gateway_stage,
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::S3::BucketPolicy": bucket_policy,
    "AWS::SNS::TopicPolicy": topic_policy,
    "AWS::SQS::QueuePolicy": queue_policy,
    "AWS::SecretsManager::Secret": secret,
}


def state_machine_before(properties: Properties, client: Client) -> None:
    """Substitute the placeholders of the definition, as CloudFormation does before it calls Step Functions."""
    for placeholder, value in properties.get("DefinitionSubstitutions", {}).items():
        properties["DefinitionString"] = properties["DefinitionString"].replace(f"${{{placeholder}}}", value)


def key_before(properties: Properties, client: Client) -> None:
    """Moto keeps the policy of a key as text."""
    if isinstance(properties.get("KeyPolicy"), dict):
        properties["KeyPolicy"] = json.dumps(properties["KeyPolicy"])
    if "Tags" in properties:
        properties["Tags"] = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in properties["Tags"]]


def parameter_before(properties: Properties, client: Client) -> None:
    """The tags of a parameter are a mapping, other than those of everything else."""
    if isinstance(properties.get("Tags"), dict):
        properties["Tags"] = [{"Key": key, "Value": value} for key, value in properties["Tags"].items()]


def table_after(table: Table, properties: Properties, client: Client) -> None:
    """Expiry and recovery, which are calls of their own."""
    dynamodb = client("dynamodb")
    expiry = properties["TimeToLiveSpecification"]
    recovery = properties["PointInTimeRecoverySpecification"]
    dynamodb.update_time_to_live(
        TableName=table.name,
        TimeToLiveSpecification={"AttributeName": expiry["AttributeName"], "Enabled": _boolean(expiry["Enabled"])},
    )
    dynamodb.update_continuous_backups(
        TableName=table.name,
        PointInTimeRecoverySpecification={
            "PointInTimeRecoveryEnabled": _boolean(recovery["PointInTimeRecoveryEnabled"])
        },
    )


def teach(endpoint_url: Callable[[], str]) -> None:
    """Register the missing types and complete the others; the address is asked for when something is made."""
    models = {**parsing.get_model_map(), **{name: _model(name, make, endpoint_url) for name, make in MISSING.items()}}
    parsing.get_model_map = lambda: models  # type: ignore[assignment]  # in place of a cached function
    _complete(StateMachine, endpoint_url, before=state_machine_before)
    _complete(Key, endpoint_url, before=key_before)
    _complete(Parameter, endpoint_url, before=parameter_before)
    _complete(Table, endpoint_url, after=table_after)
    Deployment.physical_resource_id = property(lambda self: self.id)  # type: ignore[attr-defined]


def _model(
    name: str, make: Callable[[str, Properties, Client], Made], endpoint_url: Callable[[], str]
) -> type[CloudFormationModel]:
    """A class as moto wants it for every type."""

    def create(cls: type[Any], /, resource_name: str, template: Any, account_id: str, region: str, **_more: Any) -> Any:
        made = cls()
        client = functools.partial(_client, endpoint_url, region)
        made.physical_resource_id, made.attributes = make(resource_name, template.get("Properties", {}), client)
        return made

    members = {
        "__module__": "moto.rehearsal.models",  # moto reads the service's name from here
        "cloudformation_type": staticmethod(lambda: name),
        "cloudformation_name_type": staticmethod(lambda: ""),
        "create_from_cloudformation_json": classmethod(create),
        "has_cfn_attr": classmethod(lambda cls, attribute: True),
        "get_cfn_attribute": lambda self, attribute: self.attributes[attribute],
    }
    return type(name.replace("::", ""), (CloudFormationModel,), members)


def _complete(
    model: Any,
    endpoint_url: Callable[[], str],
    *,
    before: Callable[[Properties, Client], None] | None = None,
    after: Callable[[Any, Properties, Client], None] | None = None,
) -> None:
    """Do something around what moto does to make a type."""
    original = model.create_from_cloudformation_json.__func__

    def create(cls: type[Any], /, resource_name: str, template: Any, account_id: str, region: str, **more: Any) -> Any:
        client = functools.partial(_client, endpoint_url, region)
        if before:
            before(template["Properties"], client)
        made = original(cls, resource_name, template, account_id, region, **more)
        if after:
            after(made, template["Properties"], client)
        return made

    model.create_from_cloudformation_json = classmethod(create)


def _client(endpoint_url: Callable[[], str], region: str, service: str) -> Any:
    return boto3.client(service, region_name=region, endpoint_url=endpoint_url())  # type: ignore[call-overload]


def _boolean(value: bool | str) -> bool:
    """CloudFormation allows text where the API wants a truth value."""
    return value in (True, "true")
