"""DynamoDB's plain calls, answered from moto's tables without its request handling and its parser.

The items are moto's own, so that whatever is not plain here is answered by moto from the same tables: every function
raises LeftToMoto before it has changed anything. A condition that does not hold is left to moto too, which words the
error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import RESULT_SIZE_LIMIT, Table

from infra.local.moto.plain_expressions import LeftToMoto, Operands, parse_condition, parse_update, typed

LONGEST_KEY = 250
"""Longer ones may be longer than DynamoDB takes, which counts bytes."""

_EXPRESSIONS = {"ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues"}
_TAKES = {
    "GetItem": {"Key", "ConsistentRead"},
    "Put": {"Item", *_EXPRESSIONS},
    "Update": {"Key", "UpdateExpression", *_EXPRESSIONS},
    "Delete": {"Key", *_EXPRESSIONS},
    "ConditionCheck": {"Key", *_EXPRESSIONS},
    "Query": {
        *{"IndexName", "KeyConditionExpression", "FilterExpression", "ConsistentRead", "Limit", "ScanIndexForward"},
        *{"ExclusiveStartKey", "ExpressionAttributeNames", "ExpressionAttributeValues"},
    },
}
Attributes = dict[str, DynamoType]
Change = Callable[[], None]


class ShortDynamo:
    """The plain calls of one account and region."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._members: dict[tuple[str, str], _Members] = {}

    def call(self, region: str, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """What the operation answers; LeftToMoto when that is for moto to say."""
        tables = dynamodb_backends[self._account][region].tables
        match operation:
            case "GetItem":
                return _get(tables, parameters)
            case "Query":
                return self._query(tables, parameters)
            case "PutItem" | "UpdateItem":
                _write(tables, [{operation.removesuffix("Item"): parameters}])
            case "TransactWriteItems" if parameters.keys() == {"TransactItems"}:
                _write(tables, parameters["TransactItems"])
            case _:
                raise LeftToMoto
        return {}

    def _query(self, tables: Mapping[str, Table], parameters: Mapping[str, Any]) -> dict[str, Any]:
        table = _table(tables, "Query", parameters)
        operands = _operands(parameters)
        index, schema = _index(table, parameters)
        partition, of_key = _key_condition(operands, parameters["KeyConditionExpression"], schema)
        passes = operands.bind(parameters.get("FilterExpression"))
        operands.check_all_used()
        forward, start = parameters.get("ScanIndexForward", True), parameters.get("ExclusiveStartKey")
        if index is None:
            found = list(table.items.get(partition, {}).values())
        else:
            found = list(self._members_of(table, index.name, schema).items_of(partition))
        order = _Order([*(schema[1:] if index else []), table.hash_key_attr, table.range_key_attr])
        ahead = sorted(found, key=lambda item: order.of(item.attrs), reverse=not forward)
        if start is not None:
            place = order.of({name: typed(value) for name, value in start.items()})
            ahead = [item for item in ahead if _is_after(order.of(item.attrs), place, forward=forward)]
        read, more = _page(ahead, of_key, parameters.get("Limit"))
        kept = [_projected(item, index, table) for item in read]
        items = [_wire(attributes) for attributes in kept if passes(attributes)]
        answer: dict[str, Any] = {"Items": items, "Count": len(items), "ScannedCount": len(read)}
        if more:
            names = {table.hash_key_attr, str(table.range_key_attr), *schema}
            answer["LastEvaluatedKey"] = _wire({name: read[-1].attrs[name] for name in names})
        return answer

    def _members_of(self, table: Table, index: str, schema: list[str]) -> _Members:
        known = self._members.get((table.name, index))
        if known is None or known.table is not table:
            known = self._members[table.name, index] = _Members(table, schema)
        known.catch_up()
        return known


def _table(tables: Mapping[str, Table], operation: str, parameters: Mapping[str, Any]) -> Table:
    table = tables.get(parameters.get("TableName", ""))
    if table is None or table.range_key_attr is None or parameters.keys() - _TAKES[operation] - {"TableName"}:
        raise LeftToMoto
    return table


def _operands(parameters: Mapping[str, Any]) -> Operands:
    names, values = (parameters.get(f"ExpressionAttribute{kind}", {"": ""}) for kind in ("Names", "Values"))
    if not names or not values:  # moto refuses empty ones
        raise LeftToMoto
    return Operands(*({key: value for key, value in given.items() if key} for given in (names, values)))


def _find(table: Table, key: Mapping[str, Any]) -> tuple[DynamoType, DynamoType, Item | None]:
    if key.keys() != {table.hash_key_attr, table.range_key_attr}:
        raise LeftToMoto
    hash_key, range_key = (_key(typed(key[name])) for name in (table.hash_key_attr, str(table.range_key_attr)))
    return hash_key, range_key, table.items.get(hash_key, {}).get(range_key)


def _key(value: DynamoType) -> DynamoType:
    if value.type != "S" or not 0 < len(value.value) <= LONGEST_KEY:
        raise LeftToMoto
    return value


def _wire(attributes: Mapping[str, DynamoType]) -> dict[str, Any]:
    wire = {name: {value.type: value.value} for name, value in attributes.items()}
    if any(isinstance(value.value, list | dict | bytes) or value.type == "B" for value in attributes.values()):
        raise LeftToMoto
    return wire


def _get(tables: Mapping[str, Table], parameters: Mapping[str, Any]) -> dict[str, Any]:
    item = _find(_table(tables, "GetItem", parameters), parameters["Key"])[2]
    return {} if item is None else {"Item": _wire(item.attrs)}


# Writing: every part is worked out before any is written, so that a transaction is all or nothing.


def _write(tables: Mapping[str, Table], parts: Iterable[Mapping[str, Any]]) -> None:
    changes: dict[tuple[str, str, str], Change] = {}
    for part in parts:
        [(kind, parameters)] = part.items()
        table = _table(tables, kind, parameters)
        given = parameters["Item" if kind == "Put" else "Key"]
        names = {table.hash_key_attr, table.range_key_attr}
        place = _find(table, {name: value for name, value in given.items() if name in names or kind != "Put"})
        key = (table.name, place[0].value, place[1].value)
        if key in changes:
            raise LeftToMoto
        changes[key] = _change(table, kind, parameters, place)
    for change in changes.values():
        change()


def _change(
    table: Table, kind: str, parameters: Mapping[str, Any], place: tuple[DynamoType, DynamoType, Item | None]
) -> Change:
    hash_key, range_key, current = place
    operands = _operands(parameters)
    holds = operands.bind(parameters.get("ConditionExpression"))
    if not holds(current.attrs if current else {}):
        raise LeftToMoto
    new: Item | None = None
    if kind in {"Put", "Update"}:
        new = Item(hash_key, range_key, {})
        if kind == "Put":
            attributes = {name: typed(value) for name, value in parameters["Item"].items()}
        else:
            # An update of what is not there makes it: one record in the stream, where moto writes two.
            before = current.attrs if current else {table.hash_key_attr: hash_key, str(table.range_key_attr): range_key}
            attributes = _updated(table, before, operands, parameters["UpdateExpression"])
        dict.update(new.attrs, _checked(table, attributes))
        if new.size() > 400_000:
            raise LeftToMoto
    operands.check_all_used()

    def change() -> None:
        if new is not None:
            table.items[hash_key][range_key] = new
        elif current is not None:
            del table.items[hash_key][range_key]
        if table.stream_shard is not None and (new or current) is not None:
            table.stream_shard.add(current, new)

    return change if kind != "ConditionCheck" else lambda: None


def _updated(table: Table, before: Attributes, operands: Operands, expression: str) -> Attributes:
    sets, removes = parse_update(expression)
    values = {operands.name(term.name): operands.value(term.value) for term in sets}
    gone = [operands.name(name) for name in removes]
    touched = [*values, *gone]
    if len({*touched}) < len(sets) + len(removes) or {table.hash_key_attr, table.range_key_attr} & {*touched}:
        raise LeftToMoto
    return {name: value for name, value in {**before, **values}.items() if name not in gone}


def _checked(table: Table, attributes: Attributes) -> Attributes:
    for index in table.all_indexes():
        for name in index.schema_key_attrs:
            if name in attributes:
                _key(attributes[name])
    return attributes


# Reading.


def _index(table: Table, parameters: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """The index that a query names, if any, and its key: the partition's attribute, then the order's."""
    if parameters.get("IndexName") is None:
        return None, [table.hash_key_attr, str(table.range_key_attr)]
    index = next((each for each in table.global_indexes if each.name == parameters["IndexName"]), None)
    if index is None or len(index.schema) != 2 or parameters.get("ConsistentRead"):
        raise LeftToMoto
    return index, [each["AttributeName"] for each in sorted(index.schema, key=lambda each: str(each["KeyType"]))]


def _key_condition(
    operands: Operands, text: str, schema: list[str]
) -> tuple[DynamoType, Callable[[Mapping[str, DynamoType]], bool]]:
    condition = parse_condition(text)
    terms = {operands.name(term.name): term for term in condition.terms}
    partition = terms.pop(schema[0], None)
    if partition is None or partition.operator != "=" or len(terms) != len(condition.terms) - 1:
        raise LeftToMoto
    if (terms and not condition.all_of) or terms.keys() - {schema[1]}:
        raise LeftToMoto
    tests = [operands.test(term) for term in terms.values() if term.value is not None]
    if len(tests) != len(terms):
        raise LeftToMoto
    return _key(operands.value(partition.value)), lambda attributes: all(test(attributes) for test in tests)


def _page(
    ahead: list[Item], of_key: Callable[[Mapping[str, DynamoType]], bool], limit: int | None
) -> tuple[list[Item], bool]:
    read: list[Item] = []
    letters = 0
    for item in ahead:
        if len(read) == limit:
            return read, True
        if of_key(item.attrs):
            read.append(item)
            letters += sum(len(name) + len(str(value.value)) for name, value in item.attrs.items())
    if letters * 4 > RESULT_SIZE_LIMIT:  # a letter takes at most four bytes
        raise LeftToMoto
    return read, False


def _projected(item: Item, index: Any, table: Table) -> Attributes:
    kind = index.projection.get("ProjectionType") if index is not None and index.projection else "ALL"
    if kind == "ALL":
        return item.attrs
    names = [table.hash_key_attr, table.range_key_attr, *index.schema_key_attrs]
    names += index.projection.get("NonKeyAttributes", []) if kind == "INCLUDE" else []
    return {name: value for name, value in item.attrs.items() if name in names}


def _is_after(position: list[str], place: list[str], *, forward: bool) -> bool:
    return position > place if forward else position < place


@dataclass(frozen=True)
class _Order:
    """What items are sorted by."""

    names: list[str | None]

    def of(self, attributes: Mapping[str | None, Any]) -> list[str]:
        return [attributes[name].value for name in self.names]


@dataclass
class _Members:
    """Which items are in which partition of an index: kept up with the table's stream, as DynamoDB keeps its own."""

    table: Table
    schema: list[str]
    _read: int = 0
    _partition_of: dict[tuple[str, str], str] = field(default_factory=dict)
    _keys_of: dict[str, dict[tuple[str, str], None]] = field(default_factory=dict)

    def items_of(self, partition: DynamoType) -> Iterator[Item]:
        for hash_key, range_key in self._keys_of.get(partition.value, {}):
            yield self.table.items[DynamoType({"S": hash_key})][DynamoType({"S": range_key})]

    def catch_up(self) -> None:
        shard, names = self.table.stream_shard, (self.table.hash_key_attr, self.table.range_key_attr)
        if shard is None or not str((self.table.stream_specification or {}).get("StreamViewType")).startswith("NEW"):
            raise LeftToMoto
        for record in shard.items[self._read :]:
            change = record.record["dynamodb"]
            key = (change["Keys"][names[0]]["S"], change["Keys"][names[1]]["S"])
            image = change.get("NewImage", {})
            partition = image[self.schema[0]]["S"] if all(name in image for name in self.schema) else None
            self._move(key, partition)
        self._read = len(shard.items)

    def _move(self, key: tuple[str, str], partition: str | None) -> None:
        before = self._partition_of.pop(key, None)
        if before is not None:
            del self._keys_of[before][key]
        if partition is not None:
            self._partition_of[key] = partition
            self._keys_of.setdefault(partition, {})[key] = None
