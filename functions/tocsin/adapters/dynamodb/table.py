"""Access to the one table: keys and the translation between Python values and DynamoDB's.

Each item says in `v` which form it has; a change that old readers would misread takes the next number.

| item | pk | sk |
|---|---|---|
| newest version of a contract, contract version | `HELPDESK#h` | `CONTRACT#c`, `CONTRACT#c#V#000007` |
| when a customer's subscriptions are looked at | `HELPDESK#h` | `CUSTOMER#c` |
| reminder that was sent | `HELPDESK#h` | `REMINDER#c#2026-10-02#contract_renewal#2026-11-01` |
| team, who of it took a ticket when | `HELPDESK#h` | `TEAM#t`, `TURNS#t` |
| schedule, override of a schedule | `HELPDESK#h` | `SCHEDULE#s`, `OVERRIDE#s#id` |
| channels of a topic | `TOPIC#name` | `CHANNELS` |
| when a topic may be told again, a notice that waits | `TOPIC#name` | `WINDOW`, `WAITING#id` |
| with which message a notice went out that waited | `TOPIC#name` | `SENT#id` |
| what an acknowledgement link was signed for | `LINK#<sha256>` | `LINK` |
| request with an idempotency key | `HELPDESK#h` | `REQUEST#<sha256>` |
| outcome of a resolved ticket, or a mark that it moved | `HELPDESK#h` | `OUTCOME#contract#2026-11#ticket#generation` |
| credential of a helpdesk, its index | `CREDENTIAL#<sha256>`, `HELPDESK#h` | `CREDENTIAL`, `CREDENTIAL#<sha256>` |
| whom an event of a ticket paged | `PAGES#h` | `2026-11-27T02:11:00…#ticket#000042` |
| ticket head, where its execution is parked | `TICKET#h#t` | `HEAD`, `HEAD#WAIT` |
| ticket event, its texts | `TICKET#h#t` | `EVENT#000042`, `TEXT#000042` |
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from tocsin.domain.values.identifiers import TicketKey

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize

Item = dict[str, Any]

NEW = {"ConditionExpression": "attribute_not_exists(pk)"}
"""The condition that there is no such item yet."""


def helpdesk_pk(helpdesk_id: str) -> str:
    """The partition of everything that belongs to a helpdesk and is no ticket."""
    return f"HELPDESK#{helpdesk_id}"


def ticket_pk(key: TicketKey) -> str:
    """The partition of a ticket."""
    return f"TICKET#{key.helpdesk_id}#{key.ticket_id}"


def ticket_key_of(pk: str) -> TicketKey:
    """The ticket of a partition; ids contain no `#`."""
    # The authorizer reads the table too, and would pay for pydantic, which this imports.
    from tocsin.domain.values.identifiers import TicketKey

    _, helpdesk_id, ticket_id = pk.split("#")
    return TicketKey(helpdesk_id, ticket_id)


def sortable(instant: datetime) -> str:
    """An instant of fixed width, so that texts sort as instants do."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def encode(item: Mapping[str, Any]) -> dict[str, Any]:
    """A Python mapping as a DynamoDB item; None is left out."""
    return {name: _serialize(value) for name, value in item.items() if value is not None}


def decode(item: Mapping[str, Any]) -> Item:
    """A DynamoDB item as Python values; numbers are whole numbers here."""
    plain = {name: _deserialize(value) for name, value in item.items()}
    return {name: int(value) if isinstance(value, Decimal) else value for name, value in plain.items()}


def to_json(value: Any) -> str:
    """Nested data is kept as JSON text: it comes back exactly as it was put, floats included."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return sortable(value)
    raise TypeError(f"{type(value).__name__} cannot be stored")


class Table:
    """The table and its client, with reads that are consistent unless they use an index."""

    def __init__(self, client: DynamoDBClient, name: str) -> None:
        self.client, self.name = client, name

    def get(self, pk: str, sk: str) -> Item | None:
        """One item, read consistently."""
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        found = self.client.get_item(TableName=self.name, Key=key, ConsistentRead=True).get("Item")
        return decode(found) if found else None

    def put(self, item: Mapping[str, Any]) -> None:
        """One item, replacing what is there."""
        self.client.put_item(TableName=self.name, Item=encode(item))

    def put_action(self, item: Mapping[str, Any], **conditions: Any) -> dict[str, Any]:
        """The same as part of a transaction, unless a condition forbids."""
        return {"Put": {"TableName": self.name, "Item": encode(item), **conditions}}

    def update_action(
        self, key: Mapping[str, str], sets: Mapping[str, Any], removes: Collection[str], condition: str, **values: Any
    ) -> dict[str, Any]:
        """A change of one item as part of a transaction: attributes that are in neither stay as they are.

        `values` are those that the condition names, without the colon.
        """
        names = [*sets, *removes]
        given = {f":new_{name}": value for name, value in sets.items()} | {f":{each}": values[each] for each in values}
        assigned = ", ".join(f"#{name} = :new_{name}" for name in sets)
        dropped = ", ".join(f"#{name}" for name in removes)
        return {
            "Update": {
                "TableName": self.name,
                "Key": encode(key),
                "UpdateExpression": f"SET {assigned} REMOVE {dropped}",
                "ConditionExpression": condition,
                "ExpressionAttributeNames": {f"#{name}": name for name in names},
                "ExpressionAttributeValues": encode(given),
            }
        }

    def query(self, pk: str, prefix: str = "") -> Iterator[Item]:
        """The items of a partition whose sort key begins with `prefix`, in order, read consistently."""
        condition, values = "pk = :pk", {":pk": {"S": pk}}
        if prefix:
            condition, values = f"{condition} AND begins_with(sk, :prefix)", {**values, ":prefix": {"S": prefix}}
        arguments: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ConsistentRead": True,
        }
        while True:
            page = self.client.query(**arguments)
            yield from map(decode, page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def due(self, shard: str, operator: str, at: datetime) -> Iterator[tuple[str, str]]:
        """The keys of what is due in a shard of the due-index before (`<`) or by (`<=`) an instant."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            IndexName="tickets_by_due",
            KeyConditionExpression=f"due_shard = :shard AND next_due_at {operator} :at",
            ExpressionAttributeValues=encode({":shard": shard, ":at": sortable(at)}),
        )
        for page in pages:
            yield from ((item["pk"]["S"], item["sk"]["S"]) for item in page["Items"])
