"""Queries of moto's DynamoDB: each looks at its own partition, whatever size the table has. Only for speed."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from infra.local.moto.patches import Patches


def look_only_at_the_partition(patches: Patches) -> None:
    """Hands a query the items that have its partition key, in a table or in an index; moto does the rest with them."""

    def narrowed(query: Callable[..., Any]) -> Callable[..., Any]:
        def query_partition(table: Table, *args: Any, **kwargs: Any) -> Any:
            [(attribute, value)] = kwargs["hash_key_conditions"]
            found = _partition(table, attribute, value)
            # A shallow copy: a query writes nothing into its table.
            view: Any = copy.copy(table)
            view.all_items = lambda: found
            return query(view, *args, **kwargs)

        return query_partition

    def quick(cast_value: Any) -> Any:
        def value_of(each: DynamoType) -> Any:
            return each.value if each.type == "S" else cast_value.__get__(each)

        return property(value_of)

    patches.because(
        "A query sorts every item of the table before it looks for its own.",
        "Table.query: that it finds its items in all_items; hash_key_conditions, which name the partition",
        speed=True,
    ).wrap(Table, "query", narrowed)
    patches.because(
        "Every comparison of two texts, which are the keys of all items, asks first whether they are anything else.",
        "DynamoType.cast_value: that a text is its value",
        speed=True,
    ).wrap(DynamoType, "cast_value", quick)


def _partition(table: Table, attribute: str, value: DynamoType) -> list[Item]:
    """The items whose partition key, in the table or in an index, has that value, in any order."""
    if attribute == table.hash_key_attr:
        return list(table.items.get(value, {}).values())
    every = (item for partition in table.items.values() for item in partition.values())
    return [item for item in every if attribute in item.attrs and item.attrs[attribute] == value]
