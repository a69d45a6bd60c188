"""Requests that are sent twice have one effect and one answer.

The key is recorded in the same transaction as the event, so there is no moment at which one exists without the
other. The answer is not stored: it is the fold of the log up to that event, which is the same for ever.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.domain.faults import Fault, Invalid
from tocsin.ports import Request, TicketLog


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


def earlier(helpdesk_id: str, key: IdempotencyKey | None, *, log: TicketLog) -> Request | None:
    """The request that used this key before; Invalid when that one was another request."""
    request = log.request(helpdesk_id, key.value) if key else None
    if key and request and request.fingerprint != key.fingerprint:
        raise Invalid(
            [Fault("Idempotency-Key", "was used for a different request; use a new key, or send the same request")]
        )
    return request
