"""Moto's DynamoDB without costs that grow with the table: a transaction's, and a query's."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from typing import Any

from moto.dynamodb import models
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

from infra.local.moto_patches import Patches
from infra.local.virtual_threading import ModuleWith


def save_only_what_a_transaction_touches(patches: Patches) -> None:
    """TransactWriteItems keeps, for its rollback, the items it names; a transaction that fails still leaves nothing."""

    # moto copies every table a transaction names, whole, and on failure puts the copies back. With this it "copies"
    # the table itself, so that putting it back changes nothing; the items and the stream are put back below.
    def deepcopy_unless_table(value: Any, memo: Any = None) -> Any:
        return value if isinstance(value, Table) else copy.deepcopy(value, memo)

    def restoring(transact: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        def transact_write_items(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
            saved = [_Saved(backend.tables[name], key) for name, key in _touched(backend, transact_items)]
            try:
                transact(backend, transact_items)
            except BaseException:
                for item in reversed(saved):
                    item.restore()
                raise

        return transact_write_items

    patches.replace(models, "copy", ModuleWith(copy, deepcopy=deepcopy_unless_table))
    patches.wrap(DynamoDBBackend, "transact_write_items", restoring)


def read_only_the_partition(patches: Patches) -> None:
    """Query looks at the items of its partition, as DynamoDB does; a query of an index still looks at all."""

    # moto asks the table for all its items, which it sorts, and picks those of the partition.
    def of_partition(query: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(query)

        def query_partition(table: Any, hash_key: Any, *args: Any, **kwargs: Any) -> Any:
            partition = table.items.get(hash_key, {}) if table.range_key_attr else table.items
            if signature.bind(table, hash_key, *args, **kwargs).arguments.get("index_name") is None:
                table.all_items = lambda: list(partition.values())
            try:
                return query(table, hash_key, *args, **kwargs)
            finally:
                vars(table).pop("all_items", None)

        return query_partition

    patches.wrap(Table, "query", of_partition)


def _touched(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    operations = [operation for item in transact_items for operation in item.values()]
    return [
        (operation["TableName"], operation.get("Key") or operation.get("Item") or {})
        for operation in operations
        if operation.get("TableName") in backend.tables
    ]


class _Saved:
    """An item as it was, and how long the table's stream was then."""

    def __init__(self, table: Table, attributes: dict[str, Any]) -> None:
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


def _key(attributes: dict[str, Any], name: str | None) -> Any:
    value = attributes.get(name or "")
    return DynamoType(value) if isinstance(value, dict) else None
