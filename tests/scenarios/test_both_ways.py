"""The engine's short way to AWS and moto's HTTP tell the same story."""

from __future__ import annotations

from typing import Any

from infra.local.engine import Engine
from tests.scenarios.conftest import FRIDAY
from tests.scenarios.desk import Desk


def live(desk: Desk) -> None:
    desk.open("T-1")
    desk.open("T-2", priority="P2")
    desk.engine.advance(minutes=20)
    desk.report("agent_replied", "T-2")
    desk.acknowledge("ben", "T-1")
    desk.engine.advance(hours=5)
    desk.report("resolved", "T-1")
    desk.engine.advance(days=4)
    desk.report("resolved", "T-2")
    desk.engine.run_until_idle()


def timeline(*, short_way: bool) -> Any:
    with Engine(start=FRIDAY, short_way=short_way) as engine:
        desk = Desk(engine).prepare()
        live(desk)
        logs = [desk.log("T-1"), desk.log("T-2"), desk.ticket("T-1"), desk.ticket("T-2")]
        alerts = [(alert.at, alert.topic, alert.subject, alert.attributes, alert.body) for alert in engine.alerts()]
        executions = [(each.name, each.status, each.transitions, each.input) for each in engine.executions()]
        return without_receipts([logs, alerts, executions]), engine.api_calls, engine.lambda_calls


def without_receipts(told: Any) -> Any:
    """Message ids are drawn by lot, as the ids of HTTP requests are, and links are signed with them in between."""
    if isinstance(told, dict):
        return {name: without_receipts(value) for name, value in told.items() if "message_id" not in name}
    return [without_receipts(each) for each in told] if isinstance(told, list | tuple) else told


def test_a_story_is_told_the_same_both_ways() -> None:
    assert timeline(short_way=True) == timeline(short_way=False)
