"""Tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from tocsin.domain.access.credential import Credential


class Credentials(Protocol):
    """Tokens, stored by their SHA-256."""

    def get(self, token_sha256: str) -> Credential | None:
        """Whom a token speaks for, revoked or not."""
        ...

    def put(self, token_sha256: str, credential: Credential) -> None:
        """Store or replace."""
        ...

    def of_helpdesk(self, helpdesk_id: str) -> Mapping[str, Credential]:
        """All credentials of a helpdesk by the SHA-256 of their token."""
        ...
