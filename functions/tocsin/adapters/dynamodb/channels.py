"""Which channels topics are to have, and which of their subscriptions Tocsin made."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from tocsin.adapters.dynamodb.table import Table, encode
from tocsin.domain.values.channels import Endpoint


class DynamoChannels:
    """`Channels` on the one table; sets, so that two who change a topic at once lose nothing of each other."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def wanted(self, topic: str) -> set[Endpoint]:
        """See `Channels.wanted`."""
        return self._read(topic, "wanted")

    def made(self, topic: str) -> set[Endpoint]:
        """See `Channels.made`."""
        return self._read(topic, "made")

    def keep(self, topic: str, wanted: AbstractSet[Endpoint], made: AbstractSet[Endpoint]) -> None:
        """See `Channels.keep`; a set that would be empty is no attribute."""
        change = "SET wanted = :wanted" if wanted else "REMOVE wanted"
        values = {":wanted": _texts(wanted)} if wanted else {}
        if made:
            change, values = f"{change} ADD made :made", {**values, ":made": _texts(made)}
        self._update(topic, change, values)

    def forget(self, topic: str, removed: AbstractSet[Endpoint]) -> None:
        """See `Channels.forget`."""
        if removed:
            self._update(topic, "DELETE made :removed", {":removed": _texts(removed)})

    def _read(self, topic: str, name: str) -> set[Endpoint]:
        item = self._table.get(**_key(topic)) or {}
        return {(protocol, address) for protocol, _, address in (each.partition(" ") for each in item.get(name, ()))}

    def _update(self, topic: str, change: str, values: dict[str, Any]) -> None:
        """`values` are those of the expression, by their placeholders."""
        arguments: dict[str, Any] = {"ExpressionAttributeValues": encode(values)} if values else {}
        self._table.client.update_item(
            TableName=self._table.name, Key=encode(_key(topic)), UpdateExpression=change, **arguments
        )


def _key(topic: str) -> dict[str, str]:
    return {"pk": f"TOPIC#{topic}", "sk": "CHANNELS"}


def _texts(endpoints: AbstractSet[Endpoint]) -> set[str]:
    return {f"{protocol} {address}" for protocol, address in endpoints}
