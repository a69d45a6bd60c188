"""Dispatch: of a batch only what failed is delivered again, and what is none of an execution's business is let pass."""

from __future__ import annotations

import threading
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


class Meeting:
    """Executions of which each start waits until so many have begun."""

    def __init__(self, number: int) -> None:
        self._all = threading.Barrier(number, timeout=10)

    def start(self, key: TicketKey, generation: int) -> None:
        self._all.wait()

    def wake(self, task_token: str) -> None:
        raise NotImplementedError


def test_the_openings_of_a_batch_are_started_side_by_side(tickets: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other, none would ever come back."""
    monkeypatch.setenv("SIDE_BY_SIDE", "8")
    monkeypatch.setattr("tocsin.wiring.executions", lambda: Meeting(8))
    assert deliver(*(record(number, f"T-{number}") for number in range(8))) == []


@pytest.mark.parametrize("at_once", ["1", "4"])
@given(st.lists(st.tuples(st.sampled_from(["T-1", "T-2", "T-3", "T-4", "T-5"]), st.booleans()), max_size=25))
def test_a_ticket_s_events_keep_their_order_and_exactly_what_failed_is_reported_in_the_order_of_the_batch(
    at_once: str, batch: list[tuple[str, bool]]
) -> None:
    records = [record(number, ticket_id, f"event-{number}") for number, (ticket_id, _) in enumerate(batch)]
    failing = {f"event-{number}" for number, (_, fails) in enumerate(batch) if fails}
    followed: dict[str, list[str]] = {}

    def follow(key: TicketKey, event_type: str, **_: object) -> None:
        followed.setdefault(key.ticket_id, []).append(event_type)
        if event_type in failing:
            raise ConnectionError(event_type)

    with (
        mock.patch.dict("os.environ", {"SIDE_BY_SIDE": at_once}),
        mock.patch("tocsin.handlers.dispatch.follow_event", follow),
        mock.patch.multiple("tocsin.wiring", log=mock.DEFAULT, executions=mock.DEFAULT),
    ):
        assert deliver(*records) == [str(1000 + number) for number, (_, fails) in enumerate(batch) if fails]
    for ticket_id in {ticket_id for ticket_id, _ in batch}:
        assert followed[ticket_id] == [f"event-{n}" for n, (each, _) in enumerate(batch) if each == ticket_id]


def test_a_record_that_cannot_be_read_is_reported_as_one_that_failed(tickets: Api) -> None:
    unreadable = record(2, "T-2")
    unreadable["dynamodb"]["NewImage"]["pk"] = {"?": "T-2"}
    assert deliver(record(1, "T-1"), unreadable, record(3, "T-3")) == ["1002"]
    assert [key.ticket_id for key, _ in tickets.world.executions.started] == ["T-1", "T-3"]


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
