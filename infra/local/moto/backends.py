"""What the engine reads of moto's own state, which no API tells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.models import botocore_stubber
from moto.dynamodb.models import dynamodb_backends
from moto.stepfunctions.parser.models import stepfunctions_parser_backends


def table_of(account: str, region: str, name: str) -> Any:
    """A table with its items and its stream."""
    return dynamodb_backends[account][region].tables[name]


def executions_of(account: str, region: str, state_machine_arn: str) -> list[Any]:
    """Every execution of a state machine, the oldest first."""
    machine: Any = stepfunctions_parser_backends[account][region].describe_state_machine(state_machine_arn)
    return list(machine.executions)


def answer(method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes) -> Any:
    """The status, headers and body that moto answers to a request of a client; None when it knows no such service."""
    sent = HTTPHeaders()
    for name, value in headers:
        sent[name] = value
    return botocore_stubber.process_request(AWSPreparedRequest(method, url, sent, body, stream_output=False))
