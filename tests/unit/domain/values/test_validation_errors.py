"""Faults in words of people, each with its path in the document."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from tocsin.domain.oncall.team import Team
from tocsin.domain.tickets.commands import COMMAND_TYPES, Command, OpenTicket
from tocsin.domain.values.channels import CHANNEL_TYPES
from tocsin.domain.values.validation_errors import faults_of, path


class Wheel(BaseModel):
    model_config = ConfigDict(extra="forbid")

    size: Annotated[int, Field(ge=1)]
    spokes: bool = False


class Car(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    wheels: Annotated[list[Wheel], Field(min_length=1)]
    spare: Wheel | None = None
    by_place: dict[str, Wheel] = {}
    fuel: Literal["sun", "wind"] = "sun"


def faults(document: dict[str, Any], model: type[BaseModel] = Car) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(document)
    return {fault.path: fault.message for fault in faults_of(caught.value, model, CHANNEL_TYPES)}


def test_all_faults_are_told_at_once_each_with_its_path() -> None:
    found = faults(
        {
            "wheels": [{"size": "big"}, {"size": 0}, {"size": 1, "spokes": "maybe"}, 7],
            "spare": {"size": 1, "spoke": True},
            "by_place": {"left": {}},
            "fuel": "coal",
            "nmae": "x",
        }
    )
    assert found == {
        "name": "is required",
        "wheels.0.size": "must be a whole number",
        "wheels.1.size": "input should be greater than or equal to 1",
        "wheels.2.spokes": "must be true or false",
        "wheels.3": "must be an object with named fields",
        "spare.spoke": "is not a field here; did you mean spokes?",
        "by_place.left.size": "is required",
        "fuel": "must be one of 'sun' or 'wind'",
        "nmae": "is not a field here; did you mean name?",
    }


def test_an_unknown_field_that_resembles_none_is_told_what_there_is() -> None:
    assert faults({"name": "x", "wheels": [{"size": 1}], "zzz": 1})["zzz"] == (
        "is not a field here; known are name, wheels, spare, by_place, fuel"
    )


@pytest.mark.parametrize("wheels", [None, "four", 4, {}])
def test_a_list_that_is_none_is_named_as_such(wheels: object) -> None:
    assert faults({"name": "x", "wheels": wheels}) == {"wheels": "must be a list"}


def test_an_empty_list_that_needs_an_entry_says_so() -> None:
    assert faults({"name": "x", "wheels": []}) == {"wheels": "must have at least one entry"}


def test_pydantic_s_own_marks_are_not_part_of_a_path() -> None:
    assert path(("targets", "P1", "[key]")) == "targets.P1"
    assert path(("channels", 0, "email", "address"), CHANNEL_TYPES) == "channels.0.address"
    assert path(()) == "body"


CHANNELS = [
    {"type": "email", "address": "nobody"},
    {"type": "sms", "address": "0151 123"},
    {"type": "https", "address": "http://example.com"},
    {"type": "sqs", "address": "queue"},
    {"type": "fax", "address": "1"},
    {"address": "x@example.com"},
]


def test_the_path_of_a_channel_s_fault_is_that_of_the_document() -> None:
    found = faults({"name": "T", "members": [{"member_id": "ana", "name": "Ana", "channels": CHANNELS}]}, Team)
    prefix = "members.0.channels"
    assert set(found) == {
        f"{prefix}.0.address",
        f"{prefix}.1.address",
        f"{prefix}.2.address",
        f"{prefix}.3.address",
        f"{prefix}.4",
        f"{prefix}.5",
    }


def test_a_channel_of_no_known_type_is_told_which_there_are() -> None:
    found = faults({"name": "T", "channels": CHANNELS[4:]}, Team)
    assert found == {
        "channels.0": "must be one of 'email', 'sms', 'https', 'sqs'",
        "channels.1": "needs a field `type` that says what it is",
    }


def test_the_path_of_an_event_s_fault_is_that_of_the_document() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Command).validate_python({"type": "agent_replied", "actor": {"kind": "alien"}})
    assert [fault.path for fault in faults_of(caught.value, None, COMMAND_TYPES)] == ["actor.kind"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", "x" * 301),
        ("subject", 10**400),
        ("description", "x" * 10_001),
        ("tags", ["x"] * 51),
        ("tags", "outage"),
        ("links", ["x"] * 21),
        ("handoff", {"logs": 5}),
        ("handoff", {"x" * 301: "y"}),
        ("opened_at", "yesterday"),
        ("ticket_id", "T#1"),
        ("priority", "P 1"),
        ("contract_id", "Acme Gold"),
        ("actor", {"kind": "system"}),
        ("mood", "high"),
    ],
)
def test_a_ticket_with_one_fault_is_told_that_one(field: str, value: object) -> None:
    found = faults({"contract_id": "acme-gold", "priority": "P1", field: value}, OpenTicket)
    assert len(found) == 1
    [where] = found
    assert where.split(".")[0] == field
