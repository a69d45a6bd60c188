"""Lambda in this process: the handlers that the topology names, called as Lambda calls them."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID

from infra.local.virtual_clock import VirtualClock

_IAM_PREFIXES = {"monitoring": "cloudwatch"}
"""Where the prefix of a service's IAM actions is not the name it signs with."""

AwsParameters = Mapping[str, Any]
"""What an operation of AWS is called with, as boto3 takes it."""

_PARTS_OF_A_TRANSACTION = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
    "Get": "dynamodb:GetItem",
}


@dataclass(frozen=True)
class DeployedFunction:
    """A function as deployed: `name` is the topology's, `function_name` and `arn` are those AWS knows."""

    name: str
    function_name: str
    arn: str
    handler: str
    environment: Mapping[str, str]
    timeout: timedelta
    memory_mb: int
    region: str


@dataclass(frozen=True)
class FunctionFault:
    """An invocation that ended in an exception: what Lambda would log, and answer to its caller."""

    at: datetime
    function: str
    error_type: str
    message: str
    stack_trace: list[str]
    request_id: str


class FunctionFailedError(Exception):
    """Raised to a direct caller of a function that ended in an exception."""

    def __init__(self, fault: FunctionFault) -> None:
        super().__init__(f"{fault.function}: {fault.error_type}: {fault.message}\n{''.join(fault.stack_trace)}")
        self.fault = fault


@dataclass
class LambdaContext:
    """The second argument of a handler, as the Python runtime of Lambda gives it."""

    function_name: str
    invoked_function_arn: str
    memory_limit_in_mb: int
    aws_request_id: str
    log_group_name: str
    timeout: timedelta
    function_version: str = "$LATEST"
    log_stream_name: str = "local"
    identity: None = None
    client_context: None = None

    def get_remaining_time_in_millis(self) -> int:
        """Always the whole timeout: no virtual time passes while a handler runs."""
        return self.timeout // timedelta(milliseconds=1)


@dataclass
class LambdaRuntime:
    """The deployed functions, how often each was called, what each called, and what went wrong."""

    clock: VirtualClock
    request_ids: Callable[[], UUID]
    calls: Counter[str] = field(default_factory=Counter)
    api_calls: set[tuple[str, str]] = field(default_factory=set)
    faults: list[FunctionFault] = field(default_factory=list)
    caller_in_executions: str = "StateMachine"
    twice: bool = False
    """Whether every call is made twice with the same event, as after a time-out or by a delivery at least once."""
    _functions: dict[str, DeployedFunction] = field(default_factory=dict)
    _running: list[str] = field(default_factory=list)

    def deploy(self, function: DeployedFunction) -> None:
        """Makes a function known."""
        self._functions[function.name] = function

    def has_function(self, function_name: str) -> bool:
        """Whether a function of that name, as AWS knows it, is deployed."""
        return any(function.function_name == function_name for function in self._functions.values())

    def invoke(self, name: str, event: object) -> Any:
        """Calls a function and answers what it answered, both as JSON would carry them. Raises FunctionFailedError.

        Of two calls the second answers: whoever repeats a call has not had the first answer.
        """
        return self.answers(name, event)[-1]

    def answers(self, name: str, event: object) -> list[Any]:
        """What a function answers to the one call, or the two. Raises FunctionFailedError for the first that fails."""
        return [self._call(name, event) for _ in range(2 if self.twice else 1)]

    def _call(self, name: str, event: object) -> Any:
        function = self._functions[name]
        self.calls[name] += 1
        request_id = str(self.request_ids())
        self._running.append(name)
        try:
            with _environment(_variables(function)):
                answer = _load(function.handler)(_as_json(event), _context(function, request_id))
                return _as_json(answer)
        except Exception as error:
            raise FunctionFailedError(self._note_fault(name, error, request_id)) from error
        finally:
            self._running.pop()

    def _note_fault(self, name: str, error: Exception, request_id: str) -> FunctionFault:
        stack_trace = traceback.format_tb(error.__traceback__)[1:]
        fault = FunctionFault(self.clock.now(), name, type(error).__name__, str(error), stack_trace, request_id)
        self.faults.append(fault)
        return fault

    def answer(self, function_name: str, event: Any) -> tuple[str, bool]:
        """What Lambda answers to whoever invokes a function by the name AWS knows: JSON, and whether it is an error."""
        name = next(each.name for each in self._functions.values() if each.function_name == function_name)
        try:
            return json.dumps(self.invoke(name, event)), False
        except FunctionFailedError as failure:
            fault = failure.fault
            answer = {
                "errorMessage": fault.message,
                "errorType": fault.error_type,
                "requestId": fault.request_id,
                "stackTrace": fault.stack_trace,
            }
            return json.dumps(answer), True

    def record(self, service: str, operation: str, parameters: AwsParameters) -> None:
        """Notes an operation of AWS, if a function or an execution calls it."""
        caller = self._running[-1] if self._running else None
        if caller is None and self.clock.current_actor() is not None:
            caller = self.caller_in_executions
        if caller is not None:
            self.api_calls.update((caller, action) for action in _iam_actions(service, operation, parameters))


def _iam_actions(service: str, operation: str, parameters: AwsParameters) -> list[str]:
    # IAM knows no action for a transaction: it asks for the action of each part.
    if operation in {"TransactWriteItems", "TransactGetItems"}:
        return [_PARTS_OF_A_TRANSACTION[part] for item in parameters["TransactItems"] for part in item]
    if service == "lambda" and operation == "Invoke":
        return ["lambda:InvokeFunction"]
    return [f"{_IAM_PREFIXES.get(service, service)}:{operation}"]


def _load(handler: str) -> Callable[[Any, LambdaContext], Any]:
    module, _, name = handler.rpartition(".")
    loaded: Callable[[Any, LambdaContext], Any] = getattr(importlib.import_module(module), name)
    return loaded


def _as_json(value: object) -> Any:
    return json.loads(json.dumps(value))


def _context(function: DeployedFunction, request_id: str) -> LambdaContext:
    return LambdaContext(
        function_name=function.function_name,
        invoked_function_arn=function.arn,
        memory_limit_in_mb=function.memory_mb,
        aws_request_id=request_id,
        log_group_name=f"/aws/lambda/{function.function_name}",
        timeout=function.timeout,
    )


def _variables(function: DeployedFunction) -> dict[str, str]:
    return {
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        **function.environment,
    }


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Sets environment variables for one call. Only one thing runs at a time, so nobody else sees them."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def give_handlers_virtual_time(opened: contextlib.ExitStack, clock: VirtualClock, system_clock: str) -> None:
    """Has the method `now` of the class with the dotted name `system_clock` answer the virtual time."""
    module, _, name = system_clock.rpartition(".")

    def now(_self: object) -> datetime:
        return clock.now()

    opened.enter_context(mock.patch.object(getattr(importlib.import_module(module), name), "now", now))


def start_cold(opened: contextlib.ExitStack, asset: Path) -> None:
    """Begins as a new deployment does: the asset can be imported, and nothing is remembered from before.

    Lambda starts each function in a process of its own; here all share this one, so whatever the asset's modules
    remember through `functools.cache` is forgotten.
    """
    if str(asset) not in sys.path:
        sys.path.insert(0, str(asset))
        opened.callback(sys.path.remove, str(asset))
    for module in list(sys.modules.values()):
        if (getattr(module, "__file__", None) or "").startswith(f"{asset}{os.sep}"):
            _forget(module)


def _forget(module: object) -> None:
    for value in vars(module).values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()
