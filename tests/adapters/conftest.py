"""Ports in two forms: in memory as the unit tests have them, and the real adapters on moto."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.local.deployment import create_table
from infra.topology import TOCSIN
from tocsin.adapters.dynamodb.table import Table

REGION = "eu-central-1"
ACCOUNT = "123456789012"
FORMS = ("in memory", "on DynamoDB")


@functools.cache
def client_of(service: str) -> Any:
    """A client for all tests: making one takes longer than most of them. What it sees is new in every test."""
    return boto3.client(  # type: ignore[call-overload]
        service, region_name=REGION, aws_access_key_id="testing", aws_secret_access_key="testing"
    )


@pytest.fixture
def aws() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def table(aws: None) -> Table:
    """The table as the topology describes it."""
    create_table(client_of("dynamodb"), "tocsin", TOCSIN.table)
    return Table(client_of("dynamodb"), "tocsin")
