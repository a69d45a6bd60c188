"""Dispatch: of a batch only what failed is delivered again, and what is none of an execution's business is let pass."""

from __future__ import annotations

from typing import Any

import pytest

from tests.handlers.conftest import Api, Context
from tocsin.domain.values.identifiers import TicketKey
from tocsin.handlers.dispatch import handler


def record(
    number: int, ticket_id: str, event_type: str = "opened", wakes: bool = True, sk: str = "EVENT#000001"
) -> dict[str, Any]:
    image: dict[str, Any] = {"pk": {"S": f"TICKET#acme#{ticket_id}"}, "sk": {"S": sk}, "type": {"S": event_type}}
    if wakes:
        image["wakes"] = {"BOOL": True}
    return {
        "eventID": str(number),
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {"NewImage": image, "SequenceNumber": str(1000 + number), "StreamViewType": "NEW_IMAGE"},
    }


def deliver(*records: dict[str, Any]) -> list[str]:
    """The sequence numbers of the records that failed."""
    context: Any = Context()
    answer = handler({"Records": list(records)}, context)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.fixture
def tickets(api: Api) -> Api:
    for number in (1, 2, 3):
        api.world.open(f"T-{number}")
    return api


def test_each_new_ticket_gets_its_execution(tickets: Api) -> None:
    assert deliver(record(1, "T-1"), record(2, "T-2")) == []
    assert tickets.world.executions.started == [(TicketKey("acme", "T-1"), 1), (TicketKey("acme", "T-2"), 1)]


def test_only_the_record_that_failed_is_reported_and_the_others_are_done(tickets: Api) -> None:
    assert deliver(record(1, "T-1"), record(2, "T-9", "resolved"), record(3, "T-3")) == ["1002"]
    assert [key.ticket_id for key, _ in tickets.world.executions.started] == ["T-1", "T-3"]


def test_where_all_failed_all_are_reported_and_nothing_is_raised(tickets: Api) -> None:
    assert deliver(record(1, "T-8", "resolved"), record(2, "T-9", "pended")) == ["1001", "1002"]


def test_failures_of_one_batch_are_not_reported_with_the_next(tickets: Api) -> None:
    assert deliver(record(1, "T-9", "resolved")) == ["1001"]
    assert deliver(record(2, "T-2")) == []


def test_a_batch_that_is_delivered_twice_is_harmless(tickets: Api) -> None:
    deliver(record(1, "T-1"))
    assert deliver(record(1, "T-1")) == []
    assert set(tickets.world.executions.started) == {(TicketKey("acme", "T-1"), 1)}


def test_what_wakes_nobody_is_let_pass(tickets: Api) -> None:
    head = record(2, "T-1", sk="HEAD")
    del head["dynamodb"]["NewImage"]["wakes"]
    removed = {**record(3, "T-1"), "eventName": "REMOVE", "dynamodb": {"SequenceNumber": "1003"}}
    assert deliver(record(1, "T-1", "warned", wakes=False), head, removed) == []
    assert tickets.world.executions.started == []
