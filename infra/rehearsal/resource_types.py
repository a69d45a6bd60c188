"""Teaches moto's CloudFormation the resource types of our template that it leaves out or makes only in part.

moto 5.2.5 passes over a type that it does not know without a word, and makes state machines without their
definition. What it does not know is taken at its word: it gets a name, so that what refers to it can be made, and
`make template-check` has compared its properties with the schemas of AWS. The others are completed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.apigateway.models import Deployment
from moto.cloudformation import parsing
from moto.core.common_models import CloudFormationModel
from moto.dynamodb.models.table import Table
from moto.kms.models import Key
from moto.ssm.models import Parameter
from moto.stepfunctions.models import StateMachine

Properties = dict[str, Any]
"""A resource's properties as the template has them, its functions resolved."""


def state_machine_before(properties: Properties) -> None:
    """Substitute the placeholders of the definition, as CloudFormation does before it calls Step Functions."""
    for placeholder, value in properties.get("DefinitionSubstitutions", {}).items():
        properties["DefinitionString"] = properties["DefinitionString"].replace(f"${{{placeholder}}}", value)


def key_before(properties: Properties) -> None:
    """Moto keeps the policy of a key as text."""
    if isinstance(properties.get("KeyPolicy"), dict):
        properties["KeyPolicy"] = json.dumps(properties["KeyPolicy"])
    if "Tags" in properties:
        properties["Tags"] = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in properties["Tags"]]


def parameter_before(properties: Properties) -> None:
    """The tags of a parameter are a mapping, other than those of everything else."""
    if isinstance(properties.get("Tags"), dict):
        properties["Tags"] = [{"Key": key, "Value": value} for key, value in properties["Tags"].items()]


def table_after(table: Table, properties: Properties) -> None:
    """Expiry and recovery, which moto leaves out. CloudFormation allows text where the API wants a truth value."""
    expiry, recovery = properties["TimeToLiveSpecification"], properties["PointInTimeRecoverySpecification"]
    table.ttl = {
        "TimeToLiveStatus": "ENABLED" if expiry["Enabled"] in (True, "true") else "DISABLED",
        "AttributeName": expiry["AttributeName"],
    }
    status = "ENABLED" if recovery["PointInTimeRecoveryEnabled"] in (True, "true") else "DISABLED"
    table.continuous_backups["PointInTimeRecoveryDescription"] = {"PointInTimeRecoveryStatus": status}


def teach(types: Iterable[str]) -> None:
    """Registers those of the types that are missing, and completes the others."""
    known: Mapping[str, Any] = parsing.get_model_map()
    models = {**{name: _taken_at_its_word(name) for name in types}, **known}
    parsing.get_model_map = lambda: models  # type: ignore[assignment]  # in place of a cached function
    _complete(StateMachine, before=state_machine_before)
    _complete(Key, before=key_before)
    _complete(Parameter, before=parameter_before)
    _complete(Table, after=table_after)
    Deployment.physical_resource_id = property(lambda self: self.id)  # type: ignore[attr-defined]


def _taken_at_its_word(resource_type: str) -> type[CloudFormationModel]:
    """A class as moto wants it for every type; name and attributes are an ARN, because policies ask for one."""

    def create(cls: type[Any], /, resource_name: str, template: Any, account_id: str, region: str, **_more: Any) -> Any:
        made = cls()
        made.physical_resource_id = f"arn:aws:rehearsed:{region}:{account_id}:{resource_name}"
        return made

    members = {
        "__module__": "moto.rehearsal.models",  # moto reads the service's name from here
        "cloudformation_type": staticmethod(lambda: resource_type),
        "cloudformation_name_type": staticmethod(lambda: ""),
        "create_from_cloudformation_json": classmethod(create),
        "has_cfn_attr": classmethod(lambda cls, attribute: True),
        "get_cfn_attribute": lambda self, attribute: self.physical_resource_id,
    }
    return type(resource_type.replace("::", ""), (CloudFormationModel,), members)


def _complete(
    model: Any,
    *,
    before: Callable[[Properties], None] | None = None,
    after: Callable[[Any, Properties], None] | None = None,
) -> None:
    """Do something around what moto does to make a type."""
    original = model.create_from_cloudformation_json.__func__

    def create(cls: type[Any], /, resource_name: str, template: Any, account_id: str, region: str, **more: Any) -> Any:
        if before:
            before(template["Properties"])
        made = original(cls, resource_name, template, account_id, region, **more)
        if after:
            after(made, template["Properties"])
        return made

    model.create_from_cloudformation_json = classmethod(create)
