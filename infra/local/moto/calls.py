"""What clients of AWS call in this process: noted, and answered the short way where that is the same.

Most of the engine's time would go into making HTTP requests of calls, and calls of HTTP requests.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.client import BaseClient
from moto.awslambda.models import LambdaFunction
from moto.core.exceptions import ServiceException
from moto.dynamodb.responses import DynamoHandler
from moto.sns.responses import SNSResponse
from moto.stepfunctions.responses import StepFunctionResponse
from werkzeug.exceptions import HTTPException

from infra.local.lambda_runtime import AwsParameters, LambdaRuntime
from infra.local.moto.patches import Patches

_HANDLERS: Mapping[tuple[str, str], tuple[type[Any], str]] = {
    ("dynamodb", "GetItem"): (DynamoHandler, "get_item"),
    ("dynamodb", "PutItem"): (DynamoHandler, "put_item"),
    ("dynamodb", "Query"): (DynamoHandler, "query"),
    ("dynamodb", "TransactWriteItems"): (DynamoHandler, "transact_write_items"),
    ("dynamodb", "UpdateItem"): (DynamoHandler, "update_item"),
    ("sns", "Publish"): (SNSResponse, "publish"),
    ("stepfunctions", "StartExecution"): (StepFunctionResponse, "start_execution"),
    ("stepfunctions", "SendTaskSuccess"): (StepFunctionResponse, "send_task_success"),
}
"""The methods of moto that answer these calls. What they refuse changes nothing, so that it may be asked for again."""


class LeftToMoto(Exception):
    """There is no short way for this call: stock moto answers it."""


def have_handlers_invoked(patches: Patches, runtime: LambdaRuntime) -> None:
    """Calls the topology's handlers wherever moto would start a container, and notes which operations they call."""

    def invoke(function: Any, event: Any = None) -> tuple[str, bool, str]:
        answer, failed = runtime.answer(function.function_name, event)
        return answer, failed, ""

    def recording(call: Callable[..., Any]) -> Callable[..., Any]:
        def make_api_call(client: Any, operation: str, parameters: Any) -> Any:
            runtime.record(client.meta.service_model.signing_name, operation, parameters)
            return call(client, operation, parameters)

        return make_api_call

    patches.because("Functions would run in Docker.", "_invoke_lambda of awslambda/models.py").replace(
        LambdaFunction, "_invoke_lambda", invoke
    )
    patches.because("What a function may do has to match what it calls.", "botocore: BaseClient._make_api_call").wrap(
        BaseClient, "_make_api_call", recording
    )


def answer_the_short_way(patches: Patches, runtime: LambdaRuntime, account: str) -> None:
    """Answers what the system calls most without a request in between; all else takes the way through HTTP."""
    short = ShortWay(runtime, account)

    def shortened(call: Callable[..., Any]) -> Callable[..., Any]:
        def make_api_call(client: Any, operation: str, parameters: Any) -> Any:
            try:
                answer = short.call(
                    client.meta.service_model.service_name, client.meta.region_name, operation, parameters
                )
            except (LeftToMoto, ServiceException, HTTPException):
                return call(client, operation, parameters)
            metadata = {"RequestId": "short", "HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0}
            return {**answer, "ResponseMetadata": metadata}

        return make_api_call

    patches.because(
        "Requests, signatures, routes and parsers take half of the time.",
        "the methods in _HANDLERS: that they read `body` or `params` and answer with what botocore would make of it",
        speed=True,
    ).wrap(BaseClient, "_make_api_call", shortened)


class ShortWay:
    """What answers calls of one account without HTTP."""

    def __init__(self, runtime: LambdaRuntime, account: str) -> None:
        self._runtime = runtime
        self._account = account

    def call(self, service: str, region: str, operation: str, parameters: AwsParameters) -> dict[str, Any]:
        """What the operation answers. Raises LeftToMoto when there is no short way, and what moto refuses with."""
        if (service, operation) == ("lambda", "Invoke"):
            return self._invoke(parameters)
        if (service, operation) not in _HANDLERS:
            raise LeftToMoto
        kind, method = _HANDLERS[service, operation]
        handler = kind()
        handler.params, handler.body = parameters, parameters if service == "dynamodb" else json.dumps(parameters)
        handler.querystring, handler.uri_match = {}, {}
        handler.region, handler.current_account = region, self._account
        return getattr(handler, method)().result or {}

    def _invoke(self, parameters: AwsParameters) -> dict[str, Any]:
        """What Lambda answers to an Invoke that waits for the function: StatusCode, Payload, FunctionError."""
        name = parameters["FunctionName"].rpartition(":")[2]
        synchronous = parameters.get("InvocationType", "RequestResponse") == "RequestResponse"
        known = {"FunctionName", "InvocationType", "Payload"}
        if not synchronous or parameters.keys() - known or not self._runtime.has_function(name):
            raise LeftToMoto
        answer, failed = self._runtime.answer(name, json.loads(parameters.get("Payload") or b"{}"))
        error = {"FunctionError": "Unhandled"} if failed else {}
        return {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": io.BytesIO(answer.encode()), **error}
