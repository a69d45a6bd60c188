"""How long a call to AWS may take, so that one that stalls does not take the whole life of a function."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import boto3
from botocore.config import Config

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 1, 2, 3
"""By default a call waits a minute for each (botocore.config.Config, 2026-11); functions live 15 to 55 seconds."""

LONGEST_CALL = timedelta(seconds=ATTEMPTS * (CONNECT_SECONDS + READ_SECONDS) + 2 ** (ATTEMPTS - 1) - 1)
"""Every attempt stalls, and before the next ones the client waits at most 1, 2, 4, … seconds
(https://boto3.amazonaws.com/v1/documentation/api/latest/guide/retries.html, 2026-11)."""


def client_of(service: str, side_by_side: int) -> Any:
    """A client for so many calls at once."""
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=side_by_side,
    )
    return boto3.client(service, config=config)  # type: ignore[call-overload]
