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


def due(engine: Engine, pk: str, shard: str, at: str) -> None:
    item = {"pk": {"S": pk}, "sk": {"S": "1"}, "due_shard": {"S": shard}, "next_due_at": {"S": at}}
    engine.client("dynamodb").put_item(TableName=TABLE, Item=item)


def due_in(engine: Engine, shard: str) -> list[str]:
    found = engine.client("dynamodb").query(
        TableName=TABLE,
        IndexName="tickets_by_due",
        KeyConditionExpression="due_shard = :shard",
        ExpressionAttributeValues={":shard": {"S": shard}},
    )
    return [item["pk"]["S"] for item in found["Items"]]


def test_a_query_of_an_index_follows_every_change_and_looks_at_nothing_else(engine: Engine) -> None:
    with mock.patch.object(Table, "all_items", side_effect=AssertionError):
        due(engine, "a", "DUE#00", "2026-02")
        due(engine, "b", "DUE#00", "2026-01")
        due(engine, "c", "DUE#01", "2026-01")
        assert (due_in(engine, "DUE#00"), due_in(engine, "DUE#01")) == (["b", "a"], ["c"])
        due(engine, "b", "DUE#01", "2026-02")
        engine.client("dynamodb").delete_item(TableName=TABLE, Key={"pk": {"S": "a"}, "sk": {"S": "1"}})
        assert (due_in(engine, "DUE#00"), due_in(engine, "DUE#01")) == ([], ["c", "b"])
