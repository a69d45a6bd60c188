"""Bearer tokens: issue, rotate, revoke, resolve. Only their SHA-256 is stored; a token is shown once."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from datetime import timedelta

from tocsin.domain.access.credential import Credential
from tocsin.domain.values.faults import Conflict
from tocsin.ports.access import Credentials
from tocsin.ports.clock import Clock

SCOPES = frozenset({"read", "write", "admin"})
"""read: look; write: open tickets and report events; admin: put contracts and teams."""

ROTATION_OVERLAP = timedelta(hours=24)
"""How long the old token works beside the new one."""


def token_sha256(token: str) -> str:
    """How a token is stored. It carries 256 random bits, so a plain hash cannot be reversed by guessing."""
    return hashlib.sha256(token.encode()).hexdigest()


def create_helpdesk(helpdesk_id: str, *, credentials: Credentials, clock: Clock) -> str:
    """A new helpdesk's first token. Raises Conflict when the helpdesk has tokens already: rotate them instead."""
    if credentials.of_helpdesk(helpdesk_id):
        raise Conflict(f"There is already a helpdesk {helpdesk_id!r}; rotate its token instead.")
    return issue_token(helpdesk_id, SCOPES, credentials=credentials, clock=clock)


def issue_token(helpdesk_id: str, scopes: frozenset[str], *, credentials: Credentials, clock: Clock) -> str:
    """A further token with these scopes."""
    token = f"tocsin_{secrets.token_urlsafe(32)}"
    credentials.put(token_sha256(token), Credential(helpdesk_id, scopes, clock.now()))
    return token


def rotate_tokens(helpdesk_id: str, *, credentials: Credentials, clock: Clock) -> str:
    """A new token; those before it work for another day."""
    until = clock.now() + ROTATION_OVERLAP
    for digest, credential in credentials.of_helpdesk(helpdesk_id).items():
        if credential.revoked_at is None or credential.revoked_at > until:
            credentials.put(digest, replace(credential, revoked_at=until))
    return issue_token(helpdesk_id, SCOPES, credentials=credentials, clock=clock)


def revoke_token(digest: str, *, credentials: Credentials, clock: Clock) -> bool:
    """Revoke at once; False when there is no such token. Authorizers cache for a minute."""
    credential = credentials.get(digest)
    if credential is not None:
        credentials.put(digest, replace(credential, revoked_at=clock.now()))
    return credential is not None


def authenticate(token: str, *, credentials: Credentials, clock: Clock) -> Credential | None:
    """Whom a token speaks for now, if anybody."""
    credential = credentials.get(token_sha256(token))
    if credential is None or (credential.revoked_at is not None and credential.revoked_at <= clock.now()):
        return None
    return credential
