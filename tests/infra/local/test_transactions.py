"""A transaction that fails leaves nothing, and one that succeeds costs what it touches."""

from __future__ import annotations

import copy
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.models import dynamodb_backends

from infra.local.engine import Engine

TABLE = "tocsin"


def put(key: str, **more: Any) -> dict[str, Any]:
    return {"Put": {"TableName": TABLE, "Item": {**at(key), "made": {"S": "by the transaction"}}, **more}}


def update(key: str, **more: Any) -> dict[str, Any]:
    change = {"UpdateExpression": "SET made = :m", "ExpressionAttributeValues": {":m": {"S": "by the transaction"}}}
    return {"Update": {"TableName": TABLE, "Key": at(key), **change, **more}}


def delete(key: str) -> dict[str, Any]:
    return {"Delete": {"TableName": TABLE, "Key": at(key)}}


def at(key: str) -> dict[str, Any]:
    return {"pk": {"S": "P"}, "sk": {"S": key}}


def write(engine: Engine, *operations: dict[str, Any]) -> None:
    engine.client("dynamodb").transact_write_items(TransactItems=list(operations))


def content(engine: Engine) -> dict[str, str]:
    items = engine.client("dynamodb").scan(TableName=TABLE)["Items"]
    return {item["sk"]["S"]: item.get("made", {}).get("S", "before") for item in items}


def stream_length(engine: Engine) -> int:
    # By the API, moto does not find a stream by its ARN: botocore asks at the address of the account.
    table: Any = dynamodb_backends[engine.attributes["Account"]][engine.attributes["Region"]].tables[TABLE]
    return len(table.stream_shard.items)


@pytest.fixture
def two_items(engine: Engine) -> Engine:
    for key in ("a", "b"):
        engine.client("dynamodb").put_item(TableName=TABLE, Item=at(key))
    return engine


def test_a_transaction_writes_all_its_parts(two_items: Engine) -> None:
    write(two_items, update("a"), delete("b"), put("c"))
    assert content(two_items) == {"a": "by the transaction", "c": "by the transaction"}
    assert stream_length(two_items) == 5


def test_a_condition_that_fails_undoes_every_part_and_what_the_stream_would_tell(two_items: Engine) -> None:
    failing = put("d", ConditionExpression="attribute_exists(pk)")
    with pytest.raises(ClientError) as refused:
        write(two_items, update("a"), delete("b"), put("c"), failing)
    assert refused.value.response["Error"]["Code"] == "TransactionCanceledException"
    assert [reason["Code"] for reason in refused.value.response["CancellationReasons"]] == [
        "None",
        "None",
        "None",
        "ConditionalCheckFailed",
    ]
    assert content(two_items) == {"a": "before", "b": "before"}
    assert stream_length(two_items) == 2


def test_a_check_that_fails_undoes_what_came_before_it(two_items: Engine) -> None:
    check = {"ConditionCheck": {"TableName": TABLE, "Key": at("b"), "ConditionExpression": "attribute_exists(made)"}}
    with pytest.raises(ClientError, match="TransactionCanceled"):
        write(two_items, update("a"), check)
    assert content(two_items) == {"a": "before", "b": "before"}


def test_one_item_twice_is_refused_and_leaves_nothing(two_items: Engine) -> None:
    with pytest.raises(ClientError, match="multiple operations"):
        write(two_items, update("a"), put("a"))
    assert content(two_items) == {"a": "before", "b": "before"}


def test_a_key_without_its_sort_key_is_refused_and_leaves_nothing(two_items: Engine) -> None:
    incomplete = put("c")
    del incomplete["Put"]["Item"]["sk"]
    with pytest.raises(ClientError):
        write(two_items, update("a"), incomplete)
    assert content(two_items) == {"a": "before", "b": "before"}


def test_a_table_that_does_not_exist_is_refused(two_items: Engine) -> None:
    with pytest.raises(ClientError):
        write(two_items, update("a"), {"Put": {"TableName": "no such table", "Item": at("a")}})
    assert content(two_items) == {"a": "before", "b": "before"}


def test_what_a_transaction_costs_does_not_grow_with_the_table(engine: Engine) -> None:
    copied: list[int] = []
    for size in (10, 100):
        for number in range(size):
            engine.client("dynamodb").put_item(TableName=TABLE, Item=at(f"{size}-{number}"))
        with mock.patch("copy.deepcopy", side_effect=copy.deepcopy) as deepcopy:
            write(engine, update(f"{size}-0"))
        copied.append(deepcopy.call_count)
    assert copied[0] == copied[1]
