"""Signed acknowledgement links, by itsdangerous and a key in Secrets Manager."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from itsdangerous import BadData, URLSafeSerializer

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class SignedLinks:
    """`Links`. The key is read once a process, and only when a link is signed or read."""

    def __init__(self, client: SecretsManagerClient, signing_key_arn: str, api_url: str) -> None:
        self._client, self._signing_key_arn, self._api_url = client, signing_key_arn, api_url.rstrip("/")

    @cached_property
    def _serializer(self) -> URLSafeSerializer:
        key = self._client.get_secret_value(SecretId=self._signing_key_arn)["SecretString"]
        return URLSafeSerializer(key, salt="tocsin.acknowledgement")

    def sign(self, claims: Mapping[str, Any]) -> str:
        """See `Links.sign`."""
        signed = self._serializer.dumps(dict(claims))
        return f"{self._api_url}/v1/acknowledgements/{signed}"

    def read(self, signed: str) -> Mapping[str, Any] | None:
        """See `Links.read`."""
        try:
            claims = self._serializer.loads(signed)
        except BadData:
            return None
        return claims if isinstance(claims, dict) else None
