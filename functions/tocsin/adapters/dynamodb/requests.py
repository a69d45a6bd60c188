"""Requests with an idempotency key as items, which expire by themselves."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from tocsin.adapters.dynamodb.table import Item, helpdesk_pk
from tocsin.domain.tickets.records import Request
from tocsin.domain.values.instants import format_instant, parse_instant

REQUESTS_KEPT = timedelta(days=10)
"""Helpdesks redeliver webhooks for up to eight days."""


def request_sk(idempotency_key: str) -> str:
    """The sort key of a request; a caller's key may have any characters."""
    return f"REQUEST#{hashlib.sha256(idempotency_key.encode()).hexdigest()}"


def request_item(request: Request) -> Item:
    """A request as it is stored."""
    return {
        "pk": helpdesk_pk(request.helpdesk_id),
        "sk": request_sk(request.idempotency_key),
        "v": 1,
        "fingerprint": request.fingerprint,
        "ticket_id": request.ticket_id,
        "sequence": request.sequence,
        "recorded_at": format_instant(request.recorded_at),
        "unreached": ",".join(request.unreached) or None,
        "later": request.later,
        "expires_at": int((request.recorded_at + REQUESTS_KEPT).timestamp()),
    }


def request_of_item(item: Item, helpdesk_id: str, idempotency_key: str) -> Request:
    """The request again; of its key only the hash is stored."""
    return Request(
        helpdesk_id,
        idempotency_key,
        item["fingerprint"],
        item["ticket_id"],
        item["sequence"],
        parse_instant(item["recorded_at"]),
        tuple(filter(None, item.get("unreached", "").split(","))),
        int(item["later"]) if "later" in item else None,
    )
