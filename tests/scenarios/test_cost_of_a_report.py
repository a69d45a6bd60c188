"""What a reported event may cost: the log is read once by whoever decides about it, and by nobody else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from infra.local.engine import Engine
from tests.benchmarks.dynamodb_units import counted
from tests.scenarios.conftest import FRIDAY
from tests.scenarios.desk import Desk


@pytest.fixture
def engine() -> Iterator[Engine]:
    """Every call goes to moto's backend, where it is counted."""
    with Engine(start=FRIDAY, short_way=False) as running:
        yield running


def asked(desk: Desk, call: Callable[[], object]) -> Counter[str]:
    """What DynamoDB was asked until the engine was idle again."""
    with counted() as counts:
        call()
    return counts


@pytest.mark.parametrize(
    ("event_type", "fields", "log_reads"),
    [
        ("agent_noted", {}, 1),  # The API.
        ("priority_changed", {"priority": "P2"}, 1),  # The timer moves back, so nobody is woken.
        ("escalated", {"tier": 2}, 3),  # The API, the assessment, and the notices.
        ("resolved", {}, 3),
    ],
)
def test_the_log_is_read_by_api_assessment_and_notices_once_each(
    desk: Desk, event_type: str, fields: dict[str, Any], log_reads: int
) -> None:
    desk.open()
    desk.acknowledge("ana")
    desk.engine.advance(by=timedelta(minutes=1))
    counts = asked(desk, lambda: desk.report(event_type, **fields))
    assert counts["log_reads"] == log_reads


def test_dispatch_reads_the_head_once_per_event_and_nothing_of_an_opening(desk: Desk) -> None:
    before = desk.engine.lambda_calls["Dispatch"]
    opening = asked(desk, desk.open)
    assert opening["other_queries"] == 0
    note = asked(desk, lambda: desk.report("agent_noted"))
    assert note["other_queries"] == 1
    assert desk.engine.lambda_calls["Dispatch"] == before + 2


def test_a_page_of_events_costs_the_same_however_long_the_log_is(desk: Desk) -> None:
    desk.open()
    pages = []
    for _ in range(2):
        for number in range(15):
            desk.report("agent_noted", text=f"{number:300}")
        pages.append(asked(desk, lambda: desk.expect(200, "GET", "/v1/tickets/T-1/events?limit=10")))
    assert pages[0] == pages[1]
    assert pages[0]["log_reads"] == 1


def test_what_is_written_when_a_note_is_reported_is_the_event_the_head_and_its_place_in_the_list(desk: Desk) -> None:
    desk.open()
    counts = asked(desk, lambda: desk.report("agent_noted"))
    # Head and event in a transaction, two units each; the sequence number in the list; the due-index has not changed.
    assert (counts["transactions"], counts["write_units"]) == (1, 5)
