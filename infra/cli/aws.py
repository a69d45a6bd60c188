"""The table in AWS: which one it is, and how to say what AWS refused."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
)

from infra.cli.clock import local_endpoint
from infra.cli.failure import Failure
from tocsin.adapters.dynamodb.credentials import DynamoCredentials
from tocsin.adapters.dynamodb.table import Table
from tocsin.domain.values.faults import Refused
from tocsin.ports.access import Credentials

# A person waits: three attempts, not the ten that DynamoDB's clients make by themselves.
_CONFIG = Config(retries={"mode": "standard"}, connect_timeout=5)


@contextlib.contextmanager
def open_credentials(table: str | None, stack: str) -> Iterator[Credentials]:
    """The tokens in the table. Whatever AWS or the project's rules refuse meanwhile is raised as a Failure."""
    name = table
    try:
        name = name or _table_of(stack)
        yield DynamoCredentials(Table(boto3.client("dynamodb", config=_CONFIG, **_access()), name))
    except Refused as refused:
        raise Failure.of(refused) from refused
    except (BotoCoreError, ClientError) as error:
        raise Failure(_in_words(error, name)) from error


def _access() -> dict[str, Any]:
    """Region and credentials as `boto3.client` takes them, as far as boto3 is not to find them by itself."""
    # The AWS command line heeds this variable and boto3 does not; None leaves it to boto3.
    region = os.environ.get("AWS_REGION") or None
    if local_endpoint() is None:
        return {"region_name": region}
    # `make serve` takes any, and nobody's real credentials have to be found for it.
    region = region or os.environ.get("AWS_DEFAULT_REGION") or "eu-central-1"
    return {"region_name": region, "aws_access_key_id": "local", "aws_secret_access_key": "local"}


def _table_of(stack: str) -> str:
    formation: Any = boto3.client("cloudformation", config=_CONFIG, **_access())
    try:
        outputs = formation.describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        told = f"There is no stack {stack!r} here; name the table with --table, or the stack with --stack."
        raise Failure(told) from error
    names = [str(output["OutputValue"]) for output in outputs if output["OutputKey"] == "TableName"]
    if not names:
        raise Failure(f"The stack {stack!r} has no output TableName; name the table with --table.")
    return names[0]


def _in_words(error: BotoCoreError | ClientError, table: str | None) -> str:
    if isinstance(error, ClientError):
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        if code == "ResourceNotFoundException":
            return f"There is no table {table!r} in this account and region."
        return f"AWS refused {error.operation_name}: {message or code} ({code})"
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return "There are no AWS credentials; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
    if isinstance(error, NoRegionError):
        return "No AWS region is set; set AWS_REGION, or a region in the AWS profile."
    if isinstance(error, EndpointConnectionError):
        return f"AWS cannot be reached: {error}"
    return f"AWS cannot be asked: {error}"
