"""Counts what the local engine asks of DynamoDB: request units as AWS bills them, and the calls by their kind.

A write costs a unit per KB begun of the item before or after it, whichever is larger; in a transaction twice that, a
ConditionCheck included. An index that projects what has changed costs one more per KB of its entry, and two where its
key changes; these are not doubled (Amazon DynamoDB developer guide, "Capacity unit consumption", "Global secondary
indexes" and "Transactions"; for ConditionCheck a measurement on AWS at martinhicks.dev; read 2026-11).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from moto.dynamodb.models import DynamoDBBackend

from infra.local.moto.patches import Patches
from infra.topology import TOCSIN, Index

Item = Mapping[str, Mapping[str, Any]]
"""An item as DynamoDB writes it: `{"pk": {"S": "TICKET#h#t"}, "sequence": {"N": "4"}}`."""

TASK_TOKEN = 744
"""Bytes of a task token on AWS, the longest of several in public logs (read 2026-11); moto's have 36."""

KB = 1024
READ_BLOCK = 4 * KB


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Counts, while it lasts: write_units, read_units, log_reads, other_queries, gets, transactions, writes."""
    counts: Counter[str] = Counter()
    meter = _Meter(counts)
    with Patches() as patches:
        counting = patches.because("counts what is asked of DynamoDB", "the backend's methods")
        for name in ("put_item", "update_item", "delete_item"):
            counting.wrap(DynamoDBBackend, name, meter.write)
        counting.wrap(DynamoDBBackend, "transact_write_items", meter.transaction)
        counting.wrap(DynamoDBBackend, "get_item", meter.get)
        counting.wrap(DynamoDBBackend, "query", meter.query)
        yield counts


class _Meter:
    """Looks at items before and after each call; what moto calls within a call is part of it."""

    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts
        self._inside = False

    def write(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def write(backend: Any, table_name: str, item_or_key: Any, *args: Any, **kwargs: Any) -> Any:
            if self._inside:
                return call(backend, table_name, item_or_key, *args, **kwargs)
            key = _key(backend, table_name, item_or_key)
            with self._within():
                before = _item(backend, table_name, key)
                answer = call(backend, table_name, item_or_key, *args, **kwargs)
                self._counts["writes"] += 1
                self._counts["write_units"] += _write_units(before, _item(backend, table_name, key), 1)
            return answer

        return write

    def transaction(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def transact(backend: Any, transact_items: list[dict[str, Any]]) -> Any:
            operations = [next(iter(each.values())) for each in transact_items]
            keys = [(op["TableName"], _key(backend, op["TableName"], op.get("Item") or op["Key"])) for op in operations]
            with self._within():
                before = [_item(backend, *key) for key in keys]
                answer = call(backend, transact_items)
                after = [_item(backend, *key) for key in keys]
            self._counts["transactions"] += 1
            self._counts["write_units"] += sum(_write_units(*pair, 2) for pair in zip(before, after, strict=True))
            return answer

        return transact

    def get(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def get(backend: Any, *args: Any, **kwargs: Any) -> Any:
            found = call(backend, *args, **kwargs)
            if not self._inside:
                self._counts["gets"] += 1
                self._counts["read_units"] += _blocks(_size(found.to_json()["Attributes"]) if found else 0, READ_BLOCK)
            return found

        return get

    def query(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def query(backend: Any, *args: Any, **kwargs: Any) -> Any:
            answer = call(backend, *args, **kwargs)
            items = [each.to_json()["Attributes"] for each in answer[0]]
            tells_of_events = any(str(each["sk"]["S"]).startswith("EVENT#") for each in items)
            self._counts["log_reads" if tells_of_events else "other_queries"] += 1
            self._counts["read_units"] += _blocks(sum(map(_size, items)), READ_BLOCK)
            return answer

        return query

    @contextmanager
    def _within(self) -> Iterator[None]:
        self._inside = True
        try:
            yield
        finally:
            self._inside = False


def _key(backend: Any, table_name: str, item_or_key: Mapping[str, Any]) -> dict[str, Any]:
    table = backend.tables[table_name]
    return {name: item_or_key[name] for name in (table.hash_key_attr, table.range_key_attr)}


def _item(backend: Any, table_name: str, key: dict[str, Any]) -> Item:
    found = backend.get_item(table_name, key)
    attributes: Item = found.to_json()["Attributes"] if found else {}
    return {**attributes}


def _write_units(before: Item, after: Item, factor: int) -> int:
    base = factor * _blocks(max(_size(before), _size(after)), KB)
    return base + sum(_index_units(index, before, after) for index in TOCSIN.table.indexes)


def _index_units(index: Index, before: Item, after: Item) -> int:
    old, new = _entry(index, before), _entry(index, after)
    if old == new:
        return 0
    keys = (index.partition_key, index.sort_key)
    if old and new and all(old[key] == new[key] for key in keys):
        return _blocks(max(_size(old), _size(new)), KB)
    return sum(_blocks(_size(entry), KB) for entry in (old, new) if entry)


def _entry(index: Index, item: Item) -> Item:
    """What the index holds of an item; nothing where the item lacks one of its keys."""
    if index.partition_key not in item or index.sort_key not in item:
        return {}
    names = {TOCSIN.table.partition_key, TOCSIN.table.sort_key, index.partition_key, index.sort_key, *index.projects}
    return {name: value for name, value in item.items() if name in names}


def _size(item: Item) -> int:
    """Names and texts in UTF-8; a number takes a byte per two digits and one more."""
    sizes = {name: _value_size(value) for name, value in item.items()}
    if "task_token" in sizes:
        sizes["task_token"] = TASK_TOKEN
    return sum(len(name.encode()) + size for name, size in sizes.items())


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    return len(str(content).encode()) if kind == "S" else len(str(content)) // 2 + 1 if kind == "N" else 1


def _blocks(size: int, block: int) -> int:
    return max(1, math.ceil(size / block))
