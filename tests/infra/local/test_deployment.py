"""What the topology becomes in moto."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import replace
from pathlib import Path

import boto3
import pytest

from infra.local.deployment import definition_of
from infra.local.engine import Engine
from infra.topology import TOCSIN, resolve
from tests.infra.local.stub_engine import START, open_ticket, stub_engine, stub_topology


def test_every_attribute_that_the_topology_promises_is_resolved(engine: Engine) -> None:
    functions = [f"{function.name}Function{part}" for function in TOCSIN.functions for part in ("Arn", "Name")]
    promised = {
        *("Name", "Region", "Account", "TableName", "TableArn", "TicketStateMachineArn", "OperatorsTopicArn"),
        *("TopicArnPrefix", "SigningKeyArn", "EncryptionKeyArn", "ApiUrl"),
        *functions,
    }
    assert engine.attributes.keys() == promised
    assert engine.attributes["TopicArnPrefix"] == "arn:aws:sns:eu-central-1:123456789012:tocsin-"


def test_the_table_has_its_keys_its_indexes_and_its_stream(engine: Engine) -> None:
    table = engine.client("dynamodb").describe_table(TableName=engine.attributes["TableName"])["Table"]
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]
    indexes = {
        index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]]
        for index in table["GlobalSecondaryIndexes"]
    }
    assert indexes == {index.name: [index.partition_key, index.sort_key] for index in TOCSIN.table.indexes}
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}


def test_the_signing_key_is_there_to_be_read_and_differs_by_seed() -> None:
    keys = set()
    for seed in (1, 2):
        with stub_engine(seed=seed) as engine:
            secret = engine.client("secretsmanager").get_secret_value(SecretId=engine.attributes["SigningKeyArn"])
            keys.add(secret["SecretString"])
    assert len(keys) == 2
    assert {len(key) for key in keys} == {64}


def test_the_state_machine_is_the_real_one_with_its_placeholders_filled(engine: Engine) -> None:
    states = engine.client("stepfunctions")
    described = states.describe_state_machine(stateMachineArn=engine.attributes["TicketStateMachineArn"])
    definition = json.loads(described["definition"])
    assert definition["StartAt"] == "AssessTicket"
    function = definition["States"]["AssessTicket"]["Parameters"]["FunctionName"]
    assert function == engine.attributes["AssessFunctionArn"]
    assert "${" not in described["definition"]
    assert "$$.Task.Token" in described["definition"]


def test_only_placeholders_are_replaced() -> None:
    assert resolve("$.a ${B} $$.c", {"B": "x"}) == "$.a x $$.c"


def test_a_definition_may_only_name_what_the_topology_lists(tmp_path: Path) -> None:
    definition = tmp_path / "machine.asl.json"
    definition.write_text('{"Comment": "${Surprise}"}')
    with pytest.raises(KeyError, match="Surprise"):
        definition_of(replace(TOCSIN.state_machine, definition=definition), {})


def test_an_engine_that_cannot_be_deployed_leaves_nothing_behind() -> None:
    before, threads = dict(os.environ), threading.active_count()
    machine = replace(TOCSIN.state_machine, substitutions=())
    with pytest.raises(KeyError), stub_engine(replace(stub_topology(), state_machine=machine)):
        pass
    assert dict(os.environ) == before
    assert threading.active_count() == threads
    with stub_engine() as engine:
        assert engine.request("GET", "/health").status == 200


def test_one_engine_knows_nothing_of_the_one_before(engine: Engine) -> None:
    open_ticket(engine)
    engine.__exit__(None, None, None)
    with stub_engine() as second:
        assert second.executions() == []
        assert second.clock.now() == START
        assert second.client("dynamodb").scan(TableName="tocsin")["Count"] == 0


def test_a_handlers_client_reaches_moto_and_nothing_else(engine: Engine) -> None:
    assert boto3.client("sts").get_caller_identity()["Account"] == engine.attributes["Account"]
