"""The table's stream: filtered, in batches, in order, retried, and given up in the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from infra.local.engine import Engine
from infra.local.lambda_runtime import FunctionFailedError, FunctionFault
from infra.local.stream import Stream
from infra.local.virtual_clock import VirtualClock
from infra.topology import TOCSIN, StreamSource
from tests.infra.local.stub_engine import START, open_ticket

ARN = "arn:aws:dynamodb:eu-central-1:123456789012:table/tocsin/stream/now"
WAKING = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"wakes": {"BOOL": [True]}}}}


class Receiver:
    """A function that the stream is delivered to, and the stream."""

    def __init__(
        self, answer: Callable[[list[str]], Any] = lambda _keys: None, batch_size: int = 3, *, again: bool = False
    ) -> None:
        self.clock = VirtualClock(START)
        self.records: list[Any] = []
        self.batches: list[list[str]] = []
        self.answer = answer
        self.events: list[dict[str, Any]] = []
        table = SimpleNamespace(stream_shard=SimpleNamespace(items=self.records))
        source = StreamSource("F", batch_size, 1, 2, WAKING)
        self.stream = Stream(source, self.clock, table, ARN, self.invoke, again=again)

    def write(self, *keys: str, event_name: str = "INSERT", wakes: bool = True) -> None:
        for key in keys:
            image = {"pk": {"S": key}, "wakes": {"BOOL": wakes}}
            content = {"SequenceNumber": str(1000 + len(self.records)), "NewImage": image}
            record = {"eventName": event_name, "awsRegion": "us-east-1", "dynamodb": content}
            self.records.append(SimpleNamespace(to_json=lambda record=record: record))

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        assert function == "F"
        self.events.append(event)
        keys = [record["dynamodb"]["NewImage"]["pk"]["S"] for record in event["Records"]]
        self.batches.append(keys)
        return self.answer(keys)

    def settle(self) -> None:
        while self.stream.deliver_batch():
            pass

    def run_until_idle(self) -> None:
        self.settle()
        while self.clock.next_due_at() is not None:
            self.clock.fire_next()
            self.settle()

    def failed(self) -> list[str]:
        return [record["dynamodb"]["NewImage"]["pk"]["S"] for record in self.stream.failed]


def failed_call(_keys: list[str]) -> None:
    raise FunctionFailedError(FunctionFault(datetime(2026, 1, 1, tzinfo=UTC), "F", "Error", "down", [], "id"))


def number_of(key: str) -> str:
    """The sequence number of the record of a key that was written in alphabetical order."""
    return str(1000 + "abcdefgh".index(key))


def refusing(*bad: str) -> Callable[[list[str]], Any]:
    def answer(keys: list[str]) -> Any:
        return {"batchItemFailures": [{"itemIdentifier": number_of(key)} for key in keys if key in bad]}

    return answer


def test_everything_may_be_delivered_again_a_moment_later_behind_what_came_meanwhile() -> None:
    receiver = Receiver(again=True)
    receiver.write("a", "b")
    receiver.settle()
    receiver.write("c")
    receiver.settle()
    assert receiver.batches == [["a", "b"], ["c"]]
    receiver.run_until_idle()
    assert receiver.batches == [["a", "b"], ["c"], ["a", "b"], ["c"]]
    assert receiver.clock.now() == START + timedelta(seconds=1)


def test_only_what_was_taken_is_delivered_again() -> None:
    refused = [{"batchItemFailures": [{"itemIdentifier": "1001"}]}, None, None, None]
    receiver = Receiver(lambda _keys: refused.pop(0), again=True)
    receiver.write("a", "b")
    receiver.run_until_idle()
    assert sorted(receiver.batches[1:]) == [["a"], ["b"], ["b"]]
    assert receiver.failed() == []


def test_records_come_in_order_in_batches_of_the_size_set() -> None:
    receiver = Receiver()
    receiver.write(*"abcdefgh")
    receiver.settle()
    assert receiver.batches == [["a", "b", "c"], ["d", "e", "f"], ["g", "h"]]
    receiver.settle()
    assert len(receiver.batches) == 3


def test_only_what_passes_the_filter_is_delivered() -> None:
    receiver = Receiver()
    receiver.write("changed", event_name="MODIFY")
    receiver.write("quiet", wakes=False)
    receiver.write("new")
    receiver.settle()
    assert receiver.batches == [["new"]]


def test_a_record_says_where_and_when_it_comes_from() -> None:
    receiver = Receiver()
    receiver.write("a")
    receiver.settle()
    (record,) = receiver.events[0]["Records"]
    assert record["eventSourceARN"] == ARN
    assert record["awsRegion"] == "eu-central-1"
    assert record["dynamodb"]["ApproximateCreationDateTime"] == int(START.timestamp())


def test_a_failing_call_is_halved_and_retried_while_the_rest_waits() -> None:
    receiver = Receiver(failed_call, batch_size=4)
    receiver.write(*"abcdef")
    receiver.settle()
    assert receiver.batches == [["a", "b", "c", "d"]]
    receiver.clock.fire_next()
    receiver.settle()
    assert receiver.batches[1:] == [["a", "b"]]
    assert receiver.clock.now() == START + timedelta(seconds=1)


def test_what_recovers_is_delivered_whole() -> None:
    receiver = Receiver(failed_call)
    receiver.write(*"abcde")
    receiver.settle()
    receiver.answer = refusing()
    receiver.run_until_idle()
    assert receiver.batches == [["a", "b", "c"], ["a"], ["b", "c", "d"], ["e"]]
    assert receiver.failed() == []


def test_a_reported_record_is_retried_from_there_on() -> None:
    receiver = Receiver(refusing("b"))
    receiver.write(*"abc")
    receiver.settle()
    receiver.answer = refusing()
    receiver.run_until_idle()
    assert receiver.batches == [["a", "b", "c"], ["b", "c"]]


def test_a_record_that_keeps_failing_is_given_up_and_the_next_get_their_chance() -> None:
    receiver = Receiver(refusing("b", "d"))
    receiver.write(*"abcde")
    receiver.run_until_idle()
    assert receiver.failed() == ["b", "d"]
    # Once, and then as many retries as the source allows, a second and then two apart.
    assert [keys[0] for keys in receiver.batches] == ["a", "b", "b", "c", "d", "d", "e"]
    assert receiver.clock.now() == START + timedelta(seconds=6)


def test_a_record_that_breaks_every_call_is_found_and_given_up() -> None:
    def answer(keys: list[str]) -> None:
        if "c" in keys:
            failed_call(keys)

    receiver = Receiver(answer)
    receiver.write(*"abcdef")
    receiver.run_until_idle()
    assert receiver.failed() == ["c"]
    assert receiver.batches[-1] == ["d", "e", "f"]


def test_an_unknown_identifier_fails_the_whole_batch() -> None:
    receiver = Receiver(lambda _keys: {"batchItemFailures": [{"itemIdentifier": "nobody knows"}]})
    receiver.write("a", "b")
    receiver.settle()
    receiver.answer = refusing()
    receiver.run_until_idle()
    assert receiver.batches == [["a", "b"], ["a", "b"]]


def test_an_engine_reports_what_it_gave_up(engine: Engine) -> None:
    open_ticket(engine)
    engine.stop_execution(engine.executions()[0].arn)
    # The name is taken and the token is dead: the stub's dispatch can do nothing but fail.
    assert engine.request("POST", "/v1/tickets/ZD-1/acknowledge", token="good").status == 201
    engine.advance(hours=1)
    assert len(engine.failed_records) == 1
    assert engine.failed_records[0]["dynamodb"]["NewImage"]["ticket_id"] == {"S": "ZD-1"}
    assert {fault.function for fault in engine.faults} == {"Dispatch"}
    assert len(engine.faults) == TOCSIN.stream.retry_attempts + 1
