"""Transactions of moto's DynamoDB: one that fails leaves nothing, whatever size the table has."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from moto.dynamodb import models
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

from infra.local.moto.patches import Patches
from infra.local.moto.stand_ins import ModuleWith

Attributes = dict[str, dict[str, Any]]
"""Attributes of an item by name, each as DynamoDB writes it, such as {"S": "text"}."""

Part = dict[str, dict[str, Any]]
"""A part of TransactWriteItems: its kind, such as Put, and what that takes."""


def save_only_what_a_transaction_touches(patches: Patches) -> None:
    """TransactWriteItems keeps, for its rollback, the items it names; a transaction that fails still leaves nothing."""

    # moto "copies" the table itself, so that putting it back changes nothing; items and stream are put back below.
    def deepcopy_unless_table(value: Any, memo: Any = None) -> Any:
        return value if isinstance(value, Table) else copy.deepcopy(value, memo)

    def restoring(transact: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        def transact_write_items(backend: DynamoDBBackend, transact_items: list[Part]) -> None:
            saved = [_Saved(backend.tables[name], key) for name, key in _touched(backend, transact_items)]
            try:
                transact(backend, transact_items)
            except BaseException:
                for item in reversed(saved):
                    item.restore()
                raise

        return transact_write_items

    whole_tables = patches.because(
        "A transaction copies every table that it names, whole, and a failed one puts the copies back in their place: "
        "it takes longer the more there is, and whoever holds a table holds an old one.",
        "transact_write_items of dynamodb/models/__init__.py: what is copied and put back",
    )
    whole_tables.replace(models, "copy", ModuleWith(copy, deepcopy=deepcopy_unless_table))
    whole_tables.wrap(DynamoDBBackend, "transact_write_items", restoring)


def _touched(backend: DynamoDBBackend, transact_items: list[Part]) -> list[tuple[str, Attributes]]:
    operations = [operation for item in transact_items for operation in item.values()]
    return [
        (operation["TableName"], operation.get("Key") or operation.get("Item") or {})
        for operation in operations
        if operation.get("TableName") in backend.tables
    ]


class _Saved:
    """An item as it was, and how long the table's stream was then."""

    def __init__(self, table: Table, attributes: Attributes) -> None:
        self._table = table
        self._hash = _key(attributes, table.hash_key_attr)
        self._range = _key(attributes, table.range_key_attr) if table.range_key_attr else None
        self._item = copy.deepcopy(self._current()) if self._is_complete() else None
        self._records = len(table.stream_shard.items) if table.stream_shard else 0

    def restore(self) -> None:
        if self._table.stream_shard is not None:
            del self._table.stream_shard.items[self._records :]
        if self._is_complete():
            self._restore_item()

    def _is_complete(self) -> bool:
        # A key that lacks a part is refused by moto later, before anything is written.
        return self._hash is not None and (self._range is not None or not self._table.range_key_attr)

    def _current(self) -> Any:
        if self._range is None:
            return self._table.items.get(self._hash)
        return self._table.items.get(self._hash, {}).get(self._range)

    def _restore_item(self) -> None:
        items: Any = self._table.items if self._range is None else self._table.items[self._hash]
        key = self._hash if self._range is None else self._range
        if self._item is None:
            items.pop(key, None)
        else:
            items[key] = self._item


def _key(attributes: Attributes, name: str | None) -> Any:
    value = attributes.get(name or "")
    return DynamoType(value) if isinstance(value, dict) else None
