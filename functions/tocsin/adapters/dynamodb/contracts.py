"""Contract versions: immutable items, and one that says which is the newest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tocsin.adapters.dynamodb.cursor import decode_cursor, encode_cursor
from tocsin.adapters.dynamodb.reminders import due_keys
from tocsin.adapters.dynamodb.table import NEW, Item, Table, encode, helpdesk_pk, sortable, to_json
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.version import ContractVersion
from tocsin.domain.values.faults import SequenceConflict
from tocsin.domain.values.instants import format_instant, parse_instant

CUSTOMERS = "CUSTOMERS"
"""A partition of the due-index; one is enough, since a customer's subscriptions are looked at once an hour."""


class DynamoContracts:
    """`Contracts` on the one table. Versions never change, so they are read once a process."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._versions: dict[tuple[str, str, int], ContractVersion] = {}

    def get(self, helpdesk_id: str, contract_id: str, version: int | None = None) -> ContractVersion | None:
        """See `Contracts.get`."""
        if version is None:
            newest = self._table.get(helpdesk_pk(helpdesk_id), f"CONTRACT#{contract_id}")
            if newest is None:
                return None
            version = int(newest["version"])
        key = (helpdesk_id, contract_id, version)
        if key not in self._versions:
            item = self._table.get(helpdesk_pk(helpdesk_id), _version_sk(contract_id, version))
            if item is None:
                return None
            self._versions[key] = _contract_version(item)
        return self._versions[key]

    def put(self, helpdesk_id: str, version: ContractVersion) -> None:
        """See `Contracts.put`."""
        contract_id, number = version.contract.contract_id, version.version
        newest = {"pk": helpdesk_pk(helpdesk_id), "sk": f"CONTRACT#{contract_id}"}
        # At once: whoever looks finds out what is outstanding, and when to look again.
        due = due_keys(version.put_at) if version.contract.reminders else {}
        actions: list[Any] = [
            self._table.put_action(
                {**newest, "v": 1, "version": number, **due},
                ConditionExpression="attribute_not_exists(pk) OR version = :before",
                ExpressionAttributeValues=encode({":before": number - 1}),
            ),
            self._table.put_action(_version_item(helpdesk_id, version), **NEW),
        ]
        try:
            self._table.client.transact_write_items(TransactItems=actions)
        except self._table.client.exceptions.TransactionCanceledException as error:
            codes = {reason.get("Code") for reason in error.response["CancellationReasons"]}
            if {"ConditionalCheckFailed", "TransactionConflict"} & codes:
                raise SequenceConflict(contract_id) from None
            raise

    def to_look_at(self, now: datetime) -> Iterator[tuple[str, str]]:
        """See `Contracts.to_look_at`."""
        for pk, sk in self._table.due(CUSTOMERS, "<=", now):
            yield pk.removeprefix("HELPDESK#"), sk.removeprefix("CUSTOMER#")

    def look_again(self, helpdesk_id: str, contract_id: str, at: datetime) -> None:
        """See `Contracts.look_again`; an item of its own, since the newest version's says when to remind."""
        key = {"pk": helpdesk_pk(helpdesk_id), "sk": f"CUSTOMER#{contract_id}", "v": 1}
        self._table.put({**key, "due_shard": CUSTOMERS, "next_due_at": sortable(at)})

    def listed(self, helpdesk_id: str, limit: int, cursor: str | None) -> tuple[list[ContractVersion], str | None]:
        """See `Contracts.listed`."""
        after = decode_cursor(cursor, 1)[0] if cursor else ""
        ids = [
            item["sk"].removeprefix("CONTRACT#")
            for item in self._table.query(helpdesk_pk(helpdesk_id), "CONTRACT#")
            if "#V#" not in item["sk"]
        ]
        rest = sorted(contract_id for contract_id in ids if contract_id > after)
        found = [self.get(helpdesk_id, contract_id) for contract_id in rest[:limit]]
        following = encode_cursor(rest[limit - 1]) if len(rest) > limit else None
        return [version for version in found if version is not None], following


def _version_sk(contract_id: str, version: int) -> str:
    return f"CONTRACT#{contract_id}#V#{version:06}"


def _version_item(helpdesk_id: str, version: ContractVersion) -> Item:
    return {
        "pk": helpdesk_pk(helpdesk_id),
        "sk": _version_sk(version.contract.contract_id, version.version),
        "v": 1,
        "contract_id": version.contract.contract_id,
        "version": version.version,
        "put_at": format_instant(version.put_at),
        "document": to_json(version.document),
        "sha256": version.sha256,
        "public_holidays": to_json(version.public_holidays),
    }


def _contract_version(item: Item) -> ContractVersion:
    document, known = json.loads(item["document"]), json.loads(item["public_holidays"])
    contract = Contract.model_validate(
        {"contract_id": item["contract_id"], **document}, context={"public_holidays": known}
    )
    return ContractVersion(contract, item["version"], parse_instant(item["put_at"]), document, item["sha256"], known)
