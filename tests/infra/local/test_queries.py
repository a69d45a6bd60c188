"""A query looks at its partition and at nothing else."""

from __future__ import annotations

from typing import Any
from unittest import mock

from moto.dynamodb.models.table import Table

from infra.local.engine import Engine

TABLE = "tocsin"


def keys(engine: Engine, pk: str) -> list[str]:
    found = engine.client("dynamodb").query(
        TableName=TABLE, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": pk}}
    )
    return [item["sk"]["S"] for item in found["Items"]]


def fill(engine: Engine) -> None:
    for pk in ("a", "b"):
        for sk in ("2", "1", "3"):
            engine.client("dynamodb").put_item(TableName=TABLE, Item={"pk": {"S": pk}, "sk": {"S": f"{pk}{sk}"}})


def test_a_query_answers_its_partition_in_the_order_of_its_sort_key(engine: Engine) -> None:
    fill(engine)
    assert keys(engine, "a") == ["a1", "a2", "a3"]
    assert keys(engine, "nobody") == []


def test_a_query_costs_nothing_for_other_partitions(engine: Engine) -> None:
    fill(engine)
    looked_at: list[int] = []

    def counting(table: Any) -> list[Any]:
        looked_at.append(len(table.items))
        return [item for partition in table.items.values() for item in partition.values()]

    with mock.patch.object(Table, "all_items", counting):
        assert keys(engine, "b") == ["b1", "b2", "b3"]
    assert looked_at == []


def test_a_query_of_an_index_still_looks_everywhere(engine: Engine) -> None:
    for pk in ("a", "b"):
        item = {
            "pk": {"S": pk},
            "sk": {"S": "1"},
            "due_shard": {"S": "DUE#00"},
            "next_due_at": {"S": f"2026-0{len(pk)}"},
        }
        engine.client("dynamodb").put_item(TableName=TABLE, Item=item)
    found = engine.client("dynamodb").query(
        TableName=TABLE,
        IndexName="tickets_by_due",
        KeyConditionExpression="due_shard = :shard",
        ExpressionAttributeValues={":shard": {"S": "DUE#00"}},
    )
    assert {item["pk"]["S"] for item in found["Items"]} == {"a", "b"}
