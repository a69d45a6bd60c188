"""The real state machine of a ticket, with stub handlers around it."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.exceptions import TransactionCanceledException
from moto.dynamodb.models import DynamoDBBackend

from infra.local.engine import Engine
from tests.infra.local import stub_helpdesk
from tests.infra.local.stub_engine import START, acknowledge, open_ticket, said, stub_engine, stub_topology


def parked_token(engine: Engine, ticket_id: str = "ZD-1") -> str:
    key = stub_helpdesk.head_key(ticket_id, "HEAD#WAIT")
    found = engine.client("dynamodb").get_item(TableName=engine.attributes["TableName"], Key=key)
    return str(found["Item"]["task_token"]["S"])


def test_an_opened_ticket_waits_for_its_timer_and_for_a_change(engine: Engine) -> None:
    open_ticket(engine)
    (execution,) = engine.executions()
    assert execution.name == "ZD-1"
    assert execution.status == "RUNNING"
    assert execution.started_at == START
    assert execution.input == {"helpdesk_id": "h", "ticket_id": "ZD-1", "generation": 1, "rounds": 0}
    assert execution.states == ("AwaitChange", "WaitForTierAcknowledgement")
    assert engine.next_due_at() == START + timedelta(minutes=15)


def test_each_tier_is_alerted_at_its_exact_instant(engine: Engine) -> None:
    open_ticket(engine)
    engine.advance(hours=1)
    assert said(engine.alerts()) == [
        ("15:55:00.000000", "ZD-1: tier 1"),
        ("16:10:00.000000", "ZD-1: tier 2"),
        ("16:25:00.000000", "ZD-1: tier 3"),
    ]
    assert engine.executions()[0].status == "SUCCEEDED"
    assert engine.executions()[0].states == ()
    assert engine.next_due_at() is None


def test_the_timer_does_not_fire_a_moment_early(engine: Engine) -> None:
    open_ticket(engine)
    engine.advance_to(START + timedelta(minutes=15) - timedelta(microseconds=1))
    assert engine.alerts() == []
    engine.advance(seconds=1e-6)
    assert len(engine.alerts()) == 1


def test_an_acknowledgement_ends_the_race_at_once_and_no_time_passes(engine: Engine) -> None:
    open_ticket(engine)
    engine.advance(minutes=20)
    acknowledge(engine)
    assert engine.executions()[0].status == "SUCCEEDED"
    assert engine.clock.now() == START + timedelta(minutes=20)
    assert engine.next_due_at() is None
    engine.advance(days=30)
    assert len(engine.alerts()) == 1


def test_a_token_from_a_race_that_is_over_is_refused(engine: Engine) -> None:
    open_ticket(engine)
    token = parked_token(engine)
    engine.advance(minutes=15)
    assert parked_token(engine) != token
    with pytest.raises(ClientError) as refused:
        engine.client("stepfunctions").send_task_success(taskToken=token, output="{}")
    assert refused.value.response["Error"]["Code"] == "TaskTimedOut"


def change_unseen(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Assesses, and then the ticket moves on before the execution has said that it listens: once."""
    assessment = stub_helpdesk.assess(event, context)
    if assessment["sequence"] == 1:
        stub_helpdesk.append(event["ticket_id"], 2, wakes=False, state="open")
    return assessment


def test_a_ticket_that_moved_on_while_it_was_assessed_is_assessed_again() -> None:
    with stub_engine(stub_topology(Assess=f"{__name__}.change_unseen")) as engine:
        open_ticket(engine)
        assert engine.lambda_calls["Assess"] == 2
        assert engine.executions()[0].states == ("AwaitChange", "WaitForTierAcknowledgement")
        # AssessTicket, ChooseNextStep, Race…, ChooseTimer, WaitFor…, AwaitChange, ChooseWhyRefused, TicketChanged;
        # and again.
        assert engine.executions()[0].transitions == 8 + 6


def test_a_token_that_is_refused_for_want_of_capacity_is_trouble_and_is_parked_later() -> None:
    """Assessing again at once, as after a change, would only add to the load."""
    transact = DynamoDBBackend.transact_write_items

    def throttled(backend: Any, transact_items: list[dict[str, Any]]) -> None:
        if "ConditionCheck" in transact_items[0]:
            raise TransactionCanceledException([("ThrottlingError", "too much", {}), (None, None, None)])
        transact(backend, transact_items)

    with stub_engine(short_way=False) as engine:
        with mock.patch.object(DynamoDBBackend, "transact_write_items", throttled):
            open_ticket(engine)
        assert engine.executions()[0].states == ("WaitBeforeRetrying",)
        metrics = engine.client("cloudwatch").list_metrics(Namespace="Tocsin")["Metrics"]
        assert {metric["MetricName"] for metric in metrics} == {"TicketTrouble"}
        engine.advance(minutes=5)
        assert engine.executions()[0].states == ("AwaitChange", "WaitForTierAcknowledgement")


def test_a_ticket_outlives_a_handler_that_fails() -> None:
    with stub_engine(stub_topology(Assess=f"{__name__}.fail_for_an_hour")) as engine:
        open_ticket(engine)
        engine.advance(minutes=59)
        assert engine.alerts() == []
        engine.advance(minutes=10)
        assert [alert.subject for alert in engine.alerts()] == ["ZD-1: tier 1"]
        metrics = engine.client("cloudwatch").list_metrics(Namespace="Tocsin")["Metrics"]
        assert {metric["MetricName"] for metric in metrics} == {"TicketTrouble"}


def fail_for_an_hour(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Is down until an hour after the start."""
    if stub_helpdesk.WallClock().now() < START + timedelta(hours=1):
        message = "no connection"
        raise ConnectionError(message)
    return stub_helpdesk.assess(event, context)


def test_stopping_a_racing_execution_silences_its_ticket(engine: Engine) -> None:
    open_ticket(engine)
    engine.stop_execution(engine.executions()[0].arn)
    engine.advance(days=1)
    assert engine.executions()[0].status == "ABORTED"
    assert engine.alerts() == []


def a_hundred_tickets() -> list[Any]:
    """What a hundred tickets do, opened and acknowledged at different times, down to the events of some."""
    with stub_engine(seed=7) as engine:
        for number in range(100):
            open_ticket(engine, f"T{number}")
            engine.advance(seconds=7)
        # The first sixty or so have alerted their first tier by the time it is their turn, the rest have not.
        for number in reversed(range(100)):
            acknowledge(engine, f"T{number}")
            engine.advance(seconds=4)
        engine.run_until_idle()
        states = engine.client("stepfunctions")
        histories = [
            [(event["id"], event["previousEventId"], event["type"], event["timestamp"]) for event in page["events"]]
            for page in (states.get_execution_history(executionArn=run.arn) for run in engine.executions()[::10])
        ]
        return [engine.executions(), engine.alerts(), engine.transitions, engine.lambda_calls, histories]


def test_a_hundred_executions_replay_identically_and_leave_no_thread_behind() -> None:
    before = threading.active_count()
    first, second = a_hundred_tickets(), a_hundred_tickets()
    assert first == second
    assert len(first[0]) == 100
    assert {run.status for run in first[0]} == {"SUCCEEDED"}
    assert threading.active_count() == before
