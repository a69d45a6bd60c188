"""Tokens, stored by their SHA-256 and listed under their helpdesk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tocsin.adapters.dynamodb.table import Item, Table, helpdesk_pk
from tocsin.domain.access.credential import Credential
from tocsin.domain.values.instants import format_instant, parse_instant


class DynamoCredentials:
    """`Credentials` on the one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, token_sha256: str) -> Credential | None:
        """See `Credentials.get`."""
        item = self._table.get(f"CREDENTIAL#{token_sha256}", "CREDENTIAL")
        return _credential(item) if item else None

    def put(self, token_sha256: str, credential: Credential) -> None:
        """See `Credentials.put`; both items change together, or a revoked token would look valid in the list."""
        values = {
            "v": 1,
            "helpdesk_id": credential.helpdesk_id,
            "scopes": ",".join(sorted(credential.scopes)),
            "created_at": format_instant(credential.created_at),
            "revoked_at": format_instant(credential.revoked_at) if credential.revoked_at else None,
        }
        keys = (
            {"pk": f"CREDENTIAL#{token_sha256}", "sk": "CREDENTIAL"},
            {"pk": helpdesk_pk(credential.helpdesk_id), "sk": f"CREDENTIAL#{token_sha256}"},
        )
        actions: list[Any] = [self._table.put_action({**key, **values}) for key in keys]
        self._table.client.transact_write_items(TransactItems=actions)

    def of_helpdesk(self, helpdesk_id: str) -> Mapping[str, Credential]:
        """See `Credentials.of_helpdesk`."""
        items = self._table.query(helpdesk_pk(helpdesk_id), "CREDENTIAL#")
        return {item["sk"].removeprefix("CREDENTIAL#"): _credential(item) for item in items}


def _credential(item: Item) -> Credential:
    revoked_at: datetime | None = parse_instant(item["revoked_at"]) if "revoked_at" in item else None
    scopes = frozenset(filter(None, item["scopes"].split(",")))
    return Credential(item["helpdesk_id"], scopes, parse_instant(item["created_at"]), revoked_at)
