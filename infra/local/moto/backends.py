"""What the engine uses of moto that no API of AWS tells."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.models import botocore_stubber
from moto.dynamodb.models import dynamodb_backends
from moto.events.models import EventPattern
from moto.iam.access_control import IAMPolicy, PermissionResult
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


def allows(policy: Mapping[str, object], action: str, resource: str) -> bool:
    """Whether an IAM policy (`{"Statement": […]}`) allows an action: something must, and nothing may deny it."""
    document = json.dumps({"Statement": [], **policy})
    permission = IAMPolicy({"policy_document": document}).is_action_permitted(action, resource)
    return permission is PermissionResult.PERMITTED


def filter_of(pattern: Mapping[str, object]) -> Callable[[Any], bool]:
    """Whether an event, such as a record of a stream, is let through by a filter.

    Filters of event source mappings and patterns of EventBridge are written alike (AWS documentation, "Control which
    events Lambda sends to your function", 2026-11).
    """
    return EventPattern.load(json.dumps(pattern)).matches_event
