"""Acknowledgement links: short in a message, and what was signed for them in the table.

A link ends in the first characters of a signature. The table holds the rest of it and the claims, under a hash of
those first characters, so that neither the table nor the key alone is enough to make a link.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from botocore.exceptions import BotoCoreError, ClientError
from itsdangerous import BadData, URLSafeSerializer

from tocsin.adapters.dynamodb.table import Table
from tocsin.domain.values.instants import parse_instant
from tocsin.ports.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from tocsin.domain.assessment.acknowledgement import Claims

TOKEN_LENGTH = 16
"""96 bits: nobody guesses one in the three days for which it is valid."""

KEPT_AFTER_EXPIRY = timedelta(days=90)
"""So long an expired link can still say that it has expired."""

KEYS_KEPT = timedelta(minutes=5)
"""After a rotation, so long a process may still sign with the key before."""


class SigningKeys:
    """The current signing key and the one before it; what was signed with either is valid."""

    def __init__(self, client: SecretsManagerClient, arn: str, clock: Clock) -> None:
        self._client, self._arn, self._clock = client, arn, clock
        self._keys: list[str] = []
        self._read_at: datetime | None = None

    def oldest_first(self) -> list[str]:
        """Read when first needed and again after a while; while they cannot be read, those known are used."""
        now = self._clock.now()
        if self._read_at is None or now - self._read_at >= KEYS_KEPT:
            try:
                self._keys = [*self._previous(), self._version("AWSCURRENT")]
                self._read_at = now
            except (BotoCoreError, ClientError):
                if not self._keys:
                    raise
        return self._keys

    def _previous(self) -> list[str]:
        try:
            return [self._version("AWSPREVIOUS")]
        except self._client.exceptions.ResourceNotFoundException:
            return []  # It was never rotated.

    def _version(self, stage: str) -> str:
        return self._client.get_secret_value(SecretId=self._arn, VersionStage=stage)["SecretString"]


class SignedLinks:
    """`Links`."""

    def __init__(self, table: Table, keys: SigningKeys, api_url: str) -> None:
        self._table, self._keys, self._api_url = table, keys, api_url.rstrip("/")

    def sign(self, claims: Claims) -> str:
        """See `Links.sign`; the same claims make the same link."""
        payload, _, signature = str(self._serializer().dumps(dict(claims))).rpartition(".")
        token, rest = signature[:TOKEN_LENGTH], signature[TOKEN_LENGTH:]
        expires_at = int((parse_instant(claims["until"]) + KEPT_AFTER_EXPIRY).timestamp())
        self._table.put({**_key(token), "payload": payload, "rest": rest, "expires_at": expires_at})
        return f"{self._api_url}/a/{token}"

    def read(self, token: str) -> Claims | None:
        """See `Links.read`."""
        item = self._table.get(**_key(token)) if len(token) == TOKEN_LENGTH else None
        if item is None:
            return None
        try:
            claims = self._serializer().loads(f"{item['payload']}.{token}{item['rest']}")
        except BadData:
            return None
        return cast("Claims", claims) if isinstance(claims, dict) else None

    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self._keys.oldest_first(), salt="tocsin.acknowledgement")


def _key(token: str) -> dict[str, str]:
    return {"pk": f"LINK#{hashlib.sha256(token.encode('utf-8', 'replace')).hexdigest()}", "sk": "LINK"}
