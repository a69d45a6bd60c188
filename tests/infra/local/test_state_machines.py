"""Moto's Step Functions interpreter as this engine runs it: exact, virtual, cancelling as AWS does."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.engine import Engine
from infra.local.moto.executions import EndlessExecution
from tests.infra.local.stub_engine import START, stub_engine

Definition = dict[str, Any]


def machine(states: Definition, **more: Any) -> Definition:
    return {"StartAt": next(iter(states)), "States": states, **more}


def wait(**until: Any) -> Definition:
    return machine({"Wait": {"Type": "Wait", **until, "End": True}})


def start(engine: Engine, definition: Definition, **given: Any) -> str:
    """Starts an execution of a machine of its own, runs it until it waits, and answers its ARN."""
    states = engine.client("stepfunctions")
    created = states.create_state_machine(
        name=f"Machine{len(states.list_state_machines()['stateMachines'])}",
        definition=json.dumps(definition),
        roleArn="arn:aws:iam::123456789012:role/tocsin",
    )
    arn: str = states.start_execution(stateMachineArn=created["stateMachineArn"], name="run", input=json.dumps(given))[
        "executionArn"
    ]
    engine.settle()
    return arn


def describe(engine: Engine, arn: str) -> dict[str, Any]:
    described: dict[str, Any] = engine.client("stepfunctions").describe_execution(executionArn=arn)
    return described


def history(engine: Engine, arn: str) -> list[tuple[str, datetime]]:
    events = engine.client("stepfunctions").get_execution_history(executionArn=arn)["events"]
    return [(event["type"], event["timestamp"]) for event in events]


def waiting_for_a_token(name: str = "Ask", **more: Any) -> Definition:
    """A task that leaves its token in the table, in the item `name`."""
    parameters = {
        "TableName": "tocsin",
        "Item": {"pk": {"S": "TOKENS"}, "sk": {"S": name}, "token": {"S.$": "$$.Task.Token"}},
    }
    resource = "arn:aws:states:::aws-sdk:dynamodb:putItem.waitForTaskToken"
    return {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True, **more}


def token_of(engine: Engine, name: str = "Ask") -> str:
    key = {"pk": {"S": "TOKENS"}, "sk": {"S": name}}
    token: str = engine.client("dynamodb").get_item(TableName="tocsin", Key=key)["Item"]["token"]["S"]
    return token


def answer(engine: Engine, token: str) -> str | None:
    """Sends the token; answers the code of the error that AWS would raise."""
    try:
        engine.client("stepfunctions").send_task_success(taskToken=token, output='{"by": "ana"}')
    except ClientError as error:
        return error.response["Error"]["Code"]
    engine.settle()
    return None


@pytest.mark.parametrize(
    ("until", "given", "seconds"),
    [
        ({"Seconds": 8 * 3600}, {}, 8 * 3600),
        ({"SecondsPath": "$.n"}, {"n": 90}, 90),
        ({"Timestamp": "2026-03-27T16:00:00Z"}, {}, 1200),
        ({"TimestampPath": "$.at"}, {"at": "2026-03-27T15:40:01Z"}, 1),
        ({"TimestampPath": "$.at"}, {"at": "2026-03-27T17:00:00+01:00"}, 1200),
        ({"TimestampPath": "$.at"}, {"at": "2026-03-27T15:00:00Z"}, 0),
    ],
)
def test_a_wait_ends_at_its_exact_instant(
    engine: Engine, until: dict[str, Any], given: dict[str, Any], seconds: int
) -> None:
    arn = start(engine, wait(**until), **given)
    engine.run_until_idle()
    assert history(engine, arn)[-1] == ("ExecutionSucceeded", START + timedelta(seconds=seconds))


def test_a_wait_that_begins_within_a_second_does_not_end_early(engine: Engine) -> None:
    engine.advance(seconds=0.7)
    arn = start(engine, wait(TimestampPath="$.at"), at="2026-03-27T15:40:01Z")
    engine.advance(seconds=0.2)
    assert describe(engine, arn)["status"] == "RUNNING"
    engine.advance(seconds=0.1)
    assert describe(engine, arn)["status"] == "SUCCEEDED"


def test_a_wait_for_no_instant_fails_the_execution(engine: Engine) -> None:
    assert describe(engine, start(engine, wait(TimestampPath="$.at"), at="tomorrow"))["status"] == "FAILED"


def test_a_year_passes_without_a_real_second(engine: Engine) -> None:
    arn = start(engine, wait(Seconds=365 * 86400))
    engine.advance(days=364, hours=23, minutes=59, seconds=59)
    assert describe(engine, arn)["status"] == "RUNNING"
    engine.advance(seconds=1)
    assert describe(engine, arn)["stopDate"] == START + timedelta(days=365)


def failing_task(retry: Definition) -> Definition:
    parameters = {"FunctionName": "${f}", "Payload": {}}
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": parameters, "End": True}
    return machine({"Try": {**task, "Retry": [{"ErrorEquals": ["States.TaskFailed"], **retry}]}})


def attempts(engine: Engine, retry: Definition) -> list[datetime]:
    """When a task that always fails was tried; Assess fails for want of a ticket."""
    definition = json.dumps(failing_task(retry)).replace("${f}", engine.attributes["AssessFunctionArn"])
    arn = start(engine, json.loads(definition))
    engine.run_until_idle()
    return [at for event_type, at in history(engine, arn) if event_type == "TaskScheduled"]


def test_the_pauses_between_retries_are_virtual(engine: Engine) -> None:
    retry = {"IntervalSeconds": 100, "BackoffRate": 2, "MaxAttempts": 4, "MaxDelaySeconds": 300}
    assert [(later - sooner).seconds for sooner, later in pairwise(attempts(engine, retry))] == [100, 200, 300, 300]


def test_jitter_is_drawn_from_the_seed() -> None:
    retry = {"IntervalSeconds": 1000, "MaxAttempts": 3, "JitterStrategy": "FULL"}
    runs = []
    for seed in (1, 1, 2):
        with stub_engine(seed=seed) as engine:
            runs.append(attempts(engine, retry))
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_a_token_ends_its_task_at_once_and_is_taken_only_once(engine: Engine) -> None:
    arn = start(engine, machine({"Ask": waiting_for_a_token()}))
    engine.advance(hours=1)
    token = token_of(engine)
    assert answer(engine, token) is None
    assert describe(engine, arn)["stopDate"] == START + timedelta(hours=1)
    assert describe(engine, arn)["output"] == '{"by": "ana"}'
    assert answer(engine, token) == "TaskTimedOut"


def test_a_token_nobody_gave_out_is_invalid(engine: Engine) -> None:
    assert answer(engine, "no such token") == "InvalidToken"


def test_an_output_that_is_no_json_is_refused_and_leaves_the_token_usable(engine: Engine) -> None:
    start(engine, machine({"Ask": waiting_for_a_token()}))
    with pytest.raises(ClientError, match="InvalidOutput"):
        engine.client("stepfunctions").send_task_success(taskToken=token_of(engine), output="{")
    assert answer(engine, token_of(engine)) is None


def test_a_task_can_be_failed_by_its_token(engine: Engine) -> None:
    arn = start(engine, machine({"Ask": waiting_for_a_token()}))
    engine.client("stepfunctions").send_task_failure(taskToken=token_of(engine), error="Declined")
    engine.settle()
    assert describe(engine, arn)["error"] == "Declined"


def test_a_task_that_nobody_answers_times_out_at_its_exact_instant(engine: Engine) -> None:
    arn = start(engine, machine({"Ask": waiting_for_a_token(TimeoutSeconds=600)}))
    engine.run_until_idle()
    assert history(engine, arn)[-2:] == [
        ("TaskTimedOut", START + timedelta(minutes=10)),
        ("ExecutionFailed", START + timedelta(minutes=10)),
    ]
    assert answer(engine, token_of(engine)) == "TaskTimedOut"


def test_heartbeats_keep_a_task_alive(engine: Engine) -> None:
    arn = start(engine, machine({"Ask": waiting_for_a_token(HeartbeatSeconds=60, TimeoutSeconds=3600)}))
    engine.advance(seconds=50)
    engine.client("stepfunctions").send_task_heartbeat(taskToken=token_of(engine))
    engine.advance(seconds=50)
    assert describe(engine, arn)["status"] == "RUNNING"
    engine.advance(seconds=20)
    assert describe(engine, arn)["status"] == "FAILED"
    assert engine.next_due_at() is None


def racing(timer: Definition) -> Definition:
    branches = [machine({"Timer": timer, "Over": {"Type": "Fail", "Error": "TimerDue"}}), machine({"Ask": waiting()})]
    return machine({"Race": {"Type": "Parallel", "Branches": branches, "End": True}})


def waiting() -> Definition:
    return waiting_for_a_token()


def test_the_branch_that_loses_is_cancelled_and_its_token_refused(engine: Engine) -> None:
    arn = start(engine, racing({"Type": "Wait", "Seconds": 900, "Next": "Over"}))
    engine.run_until_idle()
    assert describe(engine, arn)["error"] == "TimerDue"
    assert history(engine, arn)[-1] == ("ExecutionFailed", START + timedelta(minutes=15))
    assert answer(engine, token_of(engine)) == "TaskTimedOut"


def test_a_map_waits_for_all_its_items_side_by_side(engine: Engine) -> None:
    items = machine({"Wait": {"Type": "Wait", "SecondsPath": "$", "End": True}})
    each = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": items, "End": True}
    arn = start(engine, machine({"Each": each}), items=[30, 10, 20])
    engine.run_until_idle()
    assert describe(engine, arn)["stopDate"] == START + timedelta(seconds=30)


@pytest.mark.parametrize(
    "definition",
    [
        wait(Seconds=3600),
        machine({"Ask": waiting_for_a_token()}),
        racing({"Type": "Wait", "Seconds": 3600, "Next": "Over"}),
    ],
    ids=["waiting", "asking", "racing"],
)
def test_stopping_ends_an_execution_at_once_whatever_it_waits_for(engine: Engine, definition: Definition) -> None:
    arn = start(engine, definition)
    engine.advance(minutes=1)
    engine.stop_execution(arn)
    assert describe(engine, arn)["status"] == "ABORTED"
    assert history(engine, arn)[-1] == ("ExecutionAborted", START + timedelta(minutes=1))
    assert engine.next_due_at() is None


def test_an_execution_stopped_before_its_first_state_enters_none(engine: Engine) -> None:
    states = engine.client("stepfunctions")
    arn = start(engine, wait(Seconds=1))
    machine_arn = describe(engine, arn)["stateMachineArn"]
    second = states.start_execution(stateMachineArn=machine_arn, name="second")["executionArn"]
    states.stop_execution(executionArn=second)
    engine.settle()
    assert describe(engine, second)["status"] == "ABORTED"
    assert [event_type for event_type, _ in history(engine, second)] == ["ExecutionStarted", "ExecutionAborted"]


def test_stopping_what_has_ended_changes_nothing(engine: Engine) -> None:
    arn = start(engine, wait(Seconds=1))
    engine.run_until_idle()
    engine.stop_execution(arn)
    assert describe(engine, arn)["status"] == "SUCCEEDED"


def test_a_machine_times_out_at_its_exact_instant(engine: Engine) -> None:
    arn = start(engine, {**racing({"Type": "Wait", "Seconds": 9000, "Next": "Over"}), "TimeoutSeconds": 300})
    engine.run_until_idle()
    assert describe(engine, arn)["status"] == "TIMED_OUT"
    assert history(engine, arn)[-1] == ("ExecutionTimedOut", START + timedelta(minutes=5))
    assert answer(engine, token_of(engine)) == "TaskTimedOut"


def test_the_same_name_starts_one_execution(engine: Engine) -> None:
    arn = start(engine, wait(Seconds=60))
    states, machine_arn = engine.client("stepfunctions"), describe(engine, arn)["stateMachineArn"]
    again = states.start_execution(stateMachineArn=machine_arn, name="run", input="{}")
    assert again["executionArn"] == arn
    engine.run_until_idle()
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        states.start_execution(stateMachineArn=machine_arn, name="run", input="{}")


def test_an_execution_that_never_waits_is_reported(engine: Engine) -> None:
    with pytest.raises(EndlessExecution, match="without waiting"):
        start(engine, machine({"Round": {"Type": "Pass", "Next": "And"}, "And": {"Type": "Pass", "Next": "Round"}}))


def test_an_infinite_loop_of_waits_ends_with_the_limit(engine: Engine) -> None:
    loop = {"Wait": {"Type": "Wait", "Seconds": 3600, "Next": "Again"}, "Again": {"Type": "Pass", "Next": "Wait"}}
    arn = start(engine, machine(loop))
    engine.run_until_idle(limit=timedelta(days=2))
    assert engine.clock.now() == START + timedelta(days=2)
    assert describe(engine, arn)["status"] == "RUNNING"
    assert engine.transitions == 1 + 2 * 48
