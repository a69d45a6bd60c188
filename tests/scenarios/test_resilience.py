"""What breaks is found and mended, and nothing is told twice or forgotten."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest

from infra.local.engine import Engine
from infra.topology import TOCSIN, Topology
from tests.scenarios.conftest import FRIDAY
from tests.scenarios.desk import CONTRACT, Desk
from tocsin.domain.notices.subscription import Subscription
from tocsin.use_cases.tickets.sweep import Rescue, _rearm
from tocsin.use_cases.tickets.ticket_context import TicketContext


@pytest.fixture
def swept() -> Iterator[Desk]:
    """A desk whose sweeper runs every minute."""
    with Engine(start=FRIDAY, schedules=True) as engine:
        yield Desk(engine).prepare()


def kill(desk: Desk) -> None:
    [running] = [each for each in desk.engine.executions() if each.status == "RUNNING"]
    desk.engine.stop_execution(running.arn)


def test_in_health_the_sweeper_finds_nothing(swept: Desk) -> None:
    swept.open()
    swept.engine.advance(hours=1)
    assert "rearmed" not in swept.types()


def test_a_ticket_whose_execution_died_is_re_armed_within_two_minutes_of_being_due(swept: Desk) -> None:
    swept.open()
    kill(swept)
    swept.engine.advance(minutes=11, seconds=15)
    assert swept.told("warning") == []
    swept.engine.advance(minutes=2)
    assert swept.told("warning") == [("warning", "frontline"), ("warning", "ana")]
    assert swept.types().count("rearmed") == 1
    swept.engine.advance(minutes=10)
    assert swept.ticket()["tier"] == 2
    assert swept.types().count("rearmed") == 1
    assert [each.status for each in swept.engine.executions()] == ["ABORTED", "RUNNING"]


def test_the_rescued_are_counted_in_a_metric(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.open()
    kill(desk)
    desk.engine.advance(minutes=14)
    capsys.readouterr()
    assert desk.engine.invoke("Sweeper", {})["rescued"] == ["T-1"]
    assert '"TicketsRescued":[1.0]' in capsys.readouterr().out.replace(" ", "")
    assert desk.engine.invoke("Sweeper", {}) == {"rescued": [], "reminded": []}


def test_an_execution_that_was_thought_dead_steps_back_for_the_next_generation(desk: Desk) -> None:
    desk.open()
    [first] = desk.engine.executions()

    def rearm(context: TicketContext, now: datetime, **ports: Any) -> Rescue | None:
        return _rearm(context, now, **ports)

    with mock.patch("tocsin.use_cases.tickets.sweep._rescue", side_effect=rearm):
        desk.engine.advance(minutes=5)
        table = desk.engine.client("dynamodb")
        key = {"pk": {"S": "TICKET#acme#T-1"}, "sk": {"S": "HEAD"}}
        update = {"ExpressionAttributeValues": {":past": {"S": "2026-01-01T00:00:00.000000Z"}}}
        name = desk.engine.attributes["TableName"]
        table.update_item(TableName=name, Key=key, UpdateExpression="SET next_due_at = :past", **update)
        desk.engine.invoke("Sweeper", {})
    desk.engine.advance(hours=8)
    ended, second = desk.engine.executions()
    assert (ended.arn, ended.status, second.status) == (first.arn, "SUCCEEDED", "RUNNING")
    assert set(Counter(each["notice_id"] for each in desk.notices()).values()) == {1}


def test_with_nobody_reading_the_stream_the_sweeper_starts_and_wakes_executions_itself(swept: Desk) -> None:
    with mock.patch("infra.local.stream.Stream.deliver_batch", return_value=False):
        swept.open()
        assert swept.engine.executions() == []
        swept.engine.advance(minutes=2)
        assert Counter(swept.told("tier_alert")) == {("tier_alert", "frontline"): 1, ("tier_alert", "ana"): 1}
        swept.engine.advance(seconds=30)
        swept.report("resolved")
        swept.engine.advance(minutes=3)
        assert swept.told("customer_resolution") == [("customer_resolution", "customer")]
    swept.engine.advance(hours=1)
    assert [each.status for each in swept.engine.executions()] == ["SUCCEEDED"]
    assert "rearmed" not in swept.types()
    assert set(Counter(alert.attributes["notice_id"] for alert in swept.alerts()).values()) == {1}


def with_limits(rounds: int, days: int) -> Topology:
    functions = tuple(
        dataclasses.replace(
            each, environment={**each.environment, "MAX_ROUNDS": str(rounds), "MAX_AGE_DAYS": str(days)}
        )
        if each.name == "Assess"
        else each
        for each in TOCSIN.functions
    )
    return dataclasses.replace(TOCSIN, functions=functions)


def told_over(engine: Engine, time: timedelta) -> list[tuple[Any, ...]]:
    desk = Desk(engine).prepare()
    desk.open()
    engine.advance(by=time)
    desk.report("agent_replied")
    desk.report("resolved")
    assert engine.faults == []
    return [(alert.at, alert.attributes["kind"], alert.recipient) for alert in desk.alerts()]


def test_generations_change_what_runs_and_not_what_happens() -> None:
    with Engine(start=FRIDAY) as engine:
        one = told_over(engine, timedelta(hours=6))
        assert len(engine.executions()) == 1
    with Engine(start=FRIDAY, topology=with_limits(rounds=2, days=300)) as engine:
        many = told_over(engine, timedelta(hours=6))
        executions = engine.executions()
    assert many == one
    assert len(executions) > 2
    assert {each.status for each in executions} == {"SUCCEEDED"}
    assert [each.name.rpartition("-")[2] for each in executions] == [f"g{n + 1}" for n in range(len(executions))]


def test_a_ticket_that_waits_for_years_hands_over_before_an_execution_may_be_a_year_old(desk: Desk) -> None:
    desk.open(priority="P2")
    desk.report("pended")
    desk.acknowledge("ana")
    desk.engine.advance(days=800)
    executions = desk.engine.executions()
    assert [each.status for each in executions] == ["SUCCEEDED", "SUCCEEDED", "RUNNING"]
    desk.report("resolved")
    assert [each.status for each in desk.engine.executions()][-1] == "SUCCEEDED"


def test_with_every_wake_up_lost_the_ticket_is_still_right_only_later() -> None:
    with Engine(start=FRIDAY, schedules=True) as engine:
        desk = Desk(engine).prepare()
        with mock.patch("tocsin.adapters.step_functions.StepFunctionsExecutions.wake"):
            desk.open()
            engine.advance(minutes=5)
            desk.report("agent_replied")
            desk.report("resolved")
            engine.advance(minutes=3)
            assert desk.ticket()["settled"]
            assert desk.told("customer_resolution") == [("customer_resolution", "customer")]


def test_while_sns_is_down_the_execution_waits_and_then_sends_everything_once() -> None:
    with Engine(start=FRIDAY) as engine:
        desk = Desk(engine).prepare()
        down = mock.patch("tocsin.adapters.sns.SnsNotifier.publish", side_effect=ConnectionError("SNS is down"))
        with down:
            desk.open()
            engine.advance(minutes=3)
            assert desk.states() == ("WaitBeforeRetrying",)
        engine.advance(minutes=5)
        assert Counter(desk.told("tier_alert")) == {("tier_alert", "frontline"): 1, ("tier_alert", "ana"): 1}
        metrics = engine.client("cloudwatch").list_metrics(Namespace="Tocsin")["Metrics"]
        assert {metric["MetricName"] for metric in metrics} == {"TicketTrouble"}


def test_tickets_go_on_when_the_state_machine_was_destroyed_and_made_again_beside_the_same_table(swept: Desk) -> None:
    swept.open()
    kill(swept)
    machines, arn = swept.engine.client("stepfunctions"), swept.engine.attributes["TicketStateMachineArn"]
    made = machines.describe_state_machine(stateMachineArn=arn)
    machines.delete_state_machine(stateMachineArn=arn)
    swept.engine.advance(minutes=13, seconds=30)
    assert swept.told("warning") == []
    machines.create_state_machine(name=made["name"], definition=made["definition"], roleArn=made["roleArn"])
    swept.engine.advance(minutes=1)
    assert swept.told("warning") == [("warning", "frontline"), ("warning", "ana")]
    swept.engine.advance(minutes=2)
    assert swept.ticket()["tier"] == 2
    assert set(Counter(alert.attributes["notice_id"] for alert in swept.alerts()).values()) == {1}


def test_a_subscription_that_was_lost_is_repaired_within_the_hour_and_counted_while_nothing_reaches_somebody(
    swept: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    sns = swept.engine.client("sns")
    swept.engine.advance(minutes=2)
    (ana,) = (each for each in sns.list_subscriptions()["Subscriptions"] if each["Endpoint"] == "ana@example.com")
    sns.unsubscribe(SubscriptionArn=ana["SubscriptionArn"])
    seen = swept.expect(200, "GET", "/v1/teams/frontline/subscriptions")
    lost = {"member_id": "ana", "type": "email", "address": "ana@example.com", "state": "lost", "made_by_tocsin": True}
    assert seen == {"team_id": "frontline", "subscriptions": [lost], "unreachable": ["ana"]}
    with mock.patch(
        "tocsin.adapters.sns.SnsNotifier.subscribe", return_value=[Subscription("email", "a", "lost", True)]
    ):
        capsys.readouterr()
        swept.engine.advance(minutes=60)
    assert '"UnreachableOnCall":[3.0]' in capsys.readouterr().out.replace(" ", "")
    swept.engine.advance(minutes=60)
    seen = swept.expect(200, "GET", "/v1/teams/frontline/subscriptions")
    assert seen == {"team_id": "frontline", "subscriptions": [lost | {"state": "confirmed"}], "unreachable": []}


def test_a_customer_s_subscription_that_was_lost_is_repaired_within_the_hour_and_counted_while_nothing_reaches_them(
    swept: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    address, sns = "/v1/contracts/acme-gold/subscriptions", swept.engine.client("sns")
    assert swept.expect(200, "GET", address) == {"contract_id": "acme-gold", "subscriptions": [], "reached": False}
    channels = [{"type": "email", "address": "it@acme.example"}]
    swept.expect(
        201, "PUT", "/v1/contracts/acme-gold", {**CONTRACT, "customer": {"name": "ACME", "channels": channels}}
    )
    swept.engine.advance(minutes=2)
    (mail,) = (each for each in sns.list_subscriptions()["Subscriptions"] if each["Endpoint"] == "it@acme.example")
    sns.unsubscribe(SubscriptionArn=mail["SubscriptionArn"])
    lost = {"type": "email", "address": "it@acme.example", "state": "lost", "made_by_tocsin": True}
    seen = swept.expect(200, "GET", address)
    assert seen == {"contract_id": "acme-gold", "subscriptions": [lost], "reached": False}
    with mock.patch(
        "tocsin.adapters.sns.SnsNotifier.subscribe", return_value=[Subscription("email", "a", "lost", True)]
    ):
        capsys.readouterr()
        swept.engine.advance(minutes=60)
    assert '"UnreachableCustomers":[1.0]' in capsys.readouterr().out.replace(" ", "")
    swept.engine.advance(minutes=60)
    seen = swept.expect(200, "GET", address)
    assert seen == {"contract_id": "acme-gold", "subscriptions": [lost | {"state": "confirmed"}], "reached": True}


def with_at_most(rounds: int) -> Topology:
    machine = dataclasses.replace(TOCSIN.state_machine, constants={"MaxRounds": str(rounds)})
    return dataclasses.replace(TOCSIN, state_machine=machine)


def test_trouble_that_lasts_ends_an_execution_before_its_history_is_full_and_no_ticket_is_lost() -> None:
    with Engine(start=FRIDAY, topology=with_at_most(4), schedules=True) as engine:
        desk = Desk(engine).prepare()
        with mock.patch("tocsin.handlers.machine.assess.assess_ticket", side_effect=ConnectionError("no table")):
            desk.open()
            engine.advance(minutes=5)
            assert desk.states() == ("WaitBeforeRetrying",)
            engine.advance(hours=2)
            assert {each.status for each in engine.executions()[:-2]} == {"FAILED"}
            assert max(each.transitions for each in engine.executions()) < 30
        engine.advance(minutes=12)
        assert [each.status for each in engine.executions() if each.status == "RUNNING"] == ["RUNNING"]
        assert Counter(desk.told("tier_alert"))["tier_alert", "ana"] >= 1
        assert set(Counter(each["notice_id"] for each in desk.notices()).values()) == {1}
        desk.report("resolved")
        assert desk.ticket()["settled"]


def test_trouble_in_between_counts_towards_the_next_generation_and_is_forgotten_there() -> None:
    with Engine(start=FRIDAY, topology=with_at_most(4), schedules=True) as engine:
        desk = Desk(engine).prepare()
        down = mock.patch("tocsin.adapters.sns.SnsNotifier.publish", side_effect=ConnectionError("SNS is down"))
        with down:
            desk.open()
            engine.advance(hours=1)
        engine.advance(minutes=15)
        assert Counter(desk.told("tier_alert"))["tier_alert", "ana"] >= 1
        assert set(Counter(each["notice_id"] for each in desk.notices()).values()) == {1}
        assert [each.status for each in engine.executions() if each.status == "RUNNING"] == ["RUNNING"]


def test_events_that_dispatch_could_not_follow_are_delivered_again() -> None:
    with Engine(start=FRIDAY) as engine:
        desk = Desk(engine).prepare()
        refused = mock.patch(
            "tocsin.adapters.step_functions.StepFunctionsExecutions.start",
            side_effect=[ConnectionError("throttled"), ConnectionError("throttled"), None],
        )
        with refused as start:
            desk.open()
            engine.advance(minutes=5)
        assert start.call_count == 3
        assert engine.failed_records == []


def test_duplicates_and_shuffles_of_status_events_change_nothing(desk: Desk) -> None:
    """A webhook delivered twice or late: the same pause, the same deadline."""
    desk.open()
    desk.engine.advance(minutes=12)
    for event_type, at in (("resumed", "15:50"), ("pended", "15:45"), ("resumed", "15:50"), ("pended", "15:45")):
        desk.report(event_type, occurred_at=f"2026-03-27T{at}:00Z")
    assert desk.obligation("resolution")["due_at"] == "2026-03-27T19:45:00Z"
