"""Whom a bearer token speaks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Credential:
    """Whom a bearer token speaks for."""

    helpdesk_id: str
    scopes: frozenset[str]
    created_at: datetime
    revoked_at: datetime | None = None
