"""Lambda: what a handler is given, what becomes of its errors, and the account of what it called."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from infra.local.engine import Engine
from infra.local.lambda_runtime import FunctionFailedError
from tests.infra.local.stub_engine import HELPDESK, START, acknowledge, open_ticket, stub_engine, stub_topology


def tell(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers with what the handler was given."""
    return {
        "event": event,
        "variables": dict(os.environ),
        "function_name": context.function_name,
        "arn": context.invoked_function_arn,
        "memory": context.memory_limit_in_mb,
        "remaining": context.get_remaining_time_in_millis(),
    }


@Logger(service="test").inject_lambda_context
def log(_event: dict[str, Any], context: Any) -> str:
    """Needs a context that Powertools accepts."""
    request_id: str = context.aws_request_id
    return request_id


def answer_what_is_no_json(_event: object, _context: object) -> object:
    return START


def test_a_handler_is_given_its_own_environment_and_nobody_elses() -> None:
    with stub_engine(stub_topology(Sweeper=f"{__name__}.tell", Dispatch=f"{__name__}.tell")) as engine:
        before = dict(os.environ)
        sweeper, dispatch = engine.invoke("Sweeper", {})["variables"], engine.invoke("Dispatch", {})["variables"]
        assert dispatch["STATE_MACHINE_ARN"] == engine.attributes["TicketStateMachineArn"]
        assert "TOPIC_ARN_PREFIX" in sweeper
        assert "TOPIC_ARN_PREFIX" not in dispatch
        assert sweeper["TABLE_NAME"] == engine.attributes["TableName"]
        assert sweeper["AWS_LAMBDA_FUNCTION_NAME"] == "tocsin-Sweeper"
        assert sweeper["AWS_REGION"] == "eu-central-1"
        assert dict(os.environ) == before


def test_the_environment_of_a_person_is_not_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("TABLE_NAME", "mine")
    with stub_engine(stub_topology(Sweeper=f"{__name__}.tell")) as engine:
        variables = engine.invoke("Sweeper", {})["variables"]
        assert "AWS_PROFILE" not in variables
        assert variables["TABLE_NAME"] == "tocsin"
    assert (os.environ["AWS_PROFILE"], os.environ["TABLE_NAME"]) == ("production", "mine")


def test_a_handler_is_given_the_context_that_lambda_gives() -> None:
    with stub_engine(stub_topology(Sweeper=f"{__name__}.tell")) as engine:
        told = engine.invoke("Sweeper", {"a": 1})
        assert told["event"] == {"a": 1}
        assert told["function_name"] == "tocsin-Sweeper"
        assert told["arn"] == "arn:aws:lambda:eu-central-1:123456789012:function:tocsin-Sweeper"
        assert told["memory"] == 1769
        assert told["remaining"] == 55_000


def test_powertools_accepts_the_context() -> None:
    with stub_engine(stub_topology(Sweeper=f"{__name__}.log")) as engine:
        assert len(engine.invoke("Sweeper", {})) == 36


def test_a_handler_that_fails_fails_its_direct_caller_and_is_noted(engine: Engine) -> None:
    with pytest.raises(FunctionFailedError, match="Assess: KeyError"):
        engine.invoke("Assess", {})
    (fault,) = engine.faults
    assert (fault.function, fault.error_type, fault.at) == ("Assess", "KeyError", START)
    assert "stub_helpdesk.py" in fault.stack_trace[-1]


def test_a_handler_must_answer_json() -> None:
    topology = stub_topology(Sweeper=f"{__name__}.answer_what_is_no_json")
    with stub_engine(topology) as engine, pytest.raises(FunctionFailedError, match="not JSON serializable"):
        engine.invoke("Sweeper", {})


def test_whoever_invokes_through_aws_gets_the_error_as_lambda_shapes_it(engine: Engine) -> None:
    arn = engine.attributes["AssessFunctionArn"]
    answer = engine.client("lambda").invoke(FunctionName=arn, Payload=b"{}")
    assert "FunctionError" in answer
    error = json.load(answer["Payload"])
    assert (error["errorType"], error["errorMessage"]) == ("KeyError", "'ticket_id'")
    assert error.keys() == {"errorType", "errorMessage", "requestId", "stackTrace"}


def test_every_call_is_counted_and_every_aws_operation_noted_by_its_iam_action(engine: Engine) -> None:
    open_ticket(engine)
    engine.advance(minutes=15)
    acknowledge(engine)
    assert engine.lambda_calls == {"Api": 2, "Authorizer": 2, "Dispatch": 2, "Assess": 3, "Notify": 1}
    assert engine.api_calls == {
        ("Api", "dynamodb:PutItem"),
        ("Api", "dynamodb:UpdateItem"),
        ("Api", "dynamodb:GetItem"),
        ("Dispatch", "dynamodb:GetItem"),
        ("Dispatch", "states:StartExecution"),
        ("Dispatch", "states:SendTaskSuccess"),
        ("Assess", "dynamodb:GetItem"),
        ("Assess", "dynamodb:PutItem"),
        ("Assess", "dynamodb:UpdateItem"),
        ("Notify", "sns:CreateTopic"),
        ("Notify", "sns:Publish"),
        ("Ticket", "lambda:InvokeFunction"),
        ("Ticket", "dynamodb:ConditionCheckItem"),
        ("Ticket", "dynamodb:PutItem"),
    }


def test_what_the_test_itself_calls_is_nobodys(engine: Engine) -> None:
    engine.client("dynamodb").describe_table(TableName="tocsin")
    assert engine.api_calls == set()


CALLS: list[int] = []


def count(_event: object, _context: object) -> int:
    """Answers which call of it this is."""
    CALLS.append(1)
    return len(CALLS)


def test_a_function_that_is_called_twice_answers_with_its_second_call() -> None:
    CALLS.clear()
    with stub_engine(stub_topology(Sweeper=f"{__name__}.count"), twice=True) as engine:
        assert engine.invoke("Sweeper", {}) == 2
        assert engine.lambda_calls["Sweeper"] == 2


def test_a_first_call_that_fails_is_not_followed_by_a_second() -> None:
    with stub_engine(stub_topology(Sweeper=f"{__name__}.answer_what_is_no_json"), twice=True) as engine:
        with pytest.raises(FunctionFailedError):
            engine.invoke("Sweeper", {})
        assert engine.lambda_calls["Sweeper"] == len(engine.faults) == 1


def test_whoever_asks_the_api_twice_gets_the_answer_to_the_first_request() -> None:
    CALLS.clear()
    answer = {"statusCode": 200, "headers": {}, "multiValueHeaders": {}, "isBase64Encoded": False}

    def numbered(event: object, context: object) -> dict[str, Any]:
        return {**answer, "body": str(count(event, context))}

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(f"{HELPDESK}.api", numbered)
        with stub_engine(twice=True) as engine:
            assert engine.request("GET", "/v1/tickets", token="good").text == "1"
            assert engine.lambda_calls["Api"] == engine.lambda_calls["Authorizer"] == 2
