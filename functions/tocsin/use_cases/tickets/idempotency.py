"""Requests that are sent twice have one effect and one answer.

The key is recorded with the answer in the same transaction as the event, so there is no moment at which one exists
without the other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tocsin.domain.tickets.records import Request
from tocsin.domain.values.faults import Fault, Invalid
from tocsin.ports.tickets import TicketLog


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A caller's key and the fingerprint of what it was sent with."""

    value: str
    fingerprint: str


def idempotency_key(value: str | None, *sent: Mapping[str, Any] | str) -> IdempotencyKey | None:
    """The key of a request; Invalid when it is not 1 to 200 printable characters."""
    if value is None:
        return None
    if not 1 <= len(value) <= 200 or not value.isprintable():
        raise Invalid([Fault("Idempotency-Key", "must be 1 to 200 printable characters")])
    canonical = json.dumps(sent, sort_keys=True, default=str)
    return IdempotencyKey(value, hashlib.sha256(canonical.encode()).hexdigest())


def earlier_answer(helpdesk_id: str, key: IdempotencyKey | None, *, log: TicketLog) -> dict[str, Any] | None:
    """What the request with this key was answered before; Invalid when that one was another request."""
    request = log.request(helpdesk_id, key.value) if key else None
    if key is None or request is None:
        return None
    if request.fingerprint != key.fingerprint:
        raise Invalid(
            [Fault("Idempotency-Key", "was used for a different request; use a new key, or send the same request")]
        )
    return dict(request.answer)


def request_to_record(
    helpdesk_id: str, key: IdempotencyKey | None, answer: Mapping[str, Any], now: datetime
) -> Request | None:
    """What is recorded beside the event, if the caller sent a key."""
    return Request(helpdesk_id, key.value, key.fingerprint, answer, now) if key else None
