"""Ports in two forms: in memory as the unit tests have them, and the real adapters on moto."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

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
    client = client_of("dynamodb")
    described = TOCSIN.table
    keys = {described.partition_key, described.sort_key}
    keys |= {key for index in described.indexes for key in (index.partition_key, index.sort_key)}
    indexes: list[Any] = [
        {
            "IndexName": index.name,
            "KeySchema": key_schema(index.partition_key, index.sort_key),
            "Projection": {"ProjectionType": "ALL"},
        }
        for index in described.indexes
    ]
    client.create_table(
        TableName="tocsin",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in sorted(keys)],
        KeySchema=key_schema(described.partition_key, described.sort_key),
        GlobalSecondaryIndexes=indexes,
    )
    return Table(client, "tocsin")


def key_schema(partition_key: str, sort_key: str) -> Any:
    return [
        {"AttributeName": partition_key, "KeyType": "HASH"},
        {"AttributeName": sort_key, "KeyType": "RANGE"},
    ]
