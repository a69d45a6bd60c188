"""Queries of moto's DynamoDB cost what they find, whatever size the table has: all of it only for speed."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import Any

from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.models import table as table_module
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from infra.local.moto.patches import Patches
from infra.local.moto.stand_ins import ModuleWith

_STOCK_LEX: Any = ConditionExpressionParser._lex_one_node


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

    patches.because(
        "A query sorts every item of the table before it looks for its own.",
        "Table.query: that it finds its items in all_items; hash_key_conditions, which name the partition",
        speed=True,
    ).wrap(Table, "query", narrowed)


def read_and_compare_quickly(patches: Patches) -> None:
    """Spares what moto does again for every item and every expression."""

    def quick(cast_value: Any) -> Any:
        def value_of(each: DynamoType) -> Any:
            return each.value if each.type == "S" else cast_value.__get__(each)

        return property(value_of)

    def deepcopy_unless_found(value: Any, memo: Any = None) -> Any:
        found = isinstance(value, list) and all(isinstance(each, Item) for each in value)
        return value if found else copy.deepcopy(value, memo)

    patches.because(
        "Every comparison of two texts, which are the keys of all items, asks first whether they are anything else.",
        "DynamoType.cast_value: that a text is its value",
        speed=True,
    ).wrap(DynamoType, "cast_value", quick)
    patches.because(
        "What a query has found is copied, and is only read from there on.",
        "what becomes of the results of Table.query",
        speed=True,
    ).replace(table_module, "copy", ModuleWith(copy, deepcopy=deepcopy_unless_found))
    patches.because(
        "Every condition and filter is taken apart anew; the parts are tuples, which nobody changes.",
        "_lex_one_node of comparisons.py: that it needs nothing of its parser but what the class has",
        speed=True,
    ).replace(ConditionExpressionParser, "_lex_one_node", lambda _parser, text: _lex(text))


@functools.lru_cache(maxsize=4096)
def _lex(text: str) -> Any:
    # The same for every engine: it knows of nothing but the text.
    return _STOCK_LEX(ConditionExpressionParser, text)


def _partition(table: Table, attribute: str, value: DynamoType) -> list[Item]:
    """The items whose partition key, in the table or in an index, has that value, in any order."""
    if attribute == table.hash_key_attr:
        return list(table.items.get(value, {}).values())
    every = (item for partition in table.items.values() for item in partition.values())
    return [item for item in every if attribute in item.attrs and item.attrs[attribute] == value]
