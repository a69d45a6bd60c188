"""Calls to AWS: one that stalls is given up long before the function ends."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from botocore.exceptions import ReadTimeoutError

from tocsin.adapters import aws_calls
from tocsin.adapters.aws_calls import ATTEMPTS, LONGEST_CALL, client_of


@pytest.fixture
def silence() -> Iterator[str]:
    """An endpoint that takes a connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_stalled_connection_is_tried_a_few_times_and_given_up(silence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws_calls, "READ_SECONDS", 0.1)
    for name, value in {
        "AWS_ENDPOINT_URL": silence,
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }.items():
        monkeypatch.setenv(name, value)
    client, before = client_of("sns", 1), time.monotonic()
    with pytest.raises(ReadTimeoutError):
        client.list_topics()
    assert ATTEMPTS * 0.1 <= time.monotonic() - before < ATTEMPTS * 0.1 + 4


def test_the_longest_call_counts_every_attempt_and_the_pauses_between_them() -> None:
    assert LONGEST_CALL.total_seconds() == 3 * (1 + 2) + 1 + 2


def test_a_client_makes_as_many_calls_at_once_as_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    assert client_of("sns", 16).meta.config.max_pool_connections == 16
