"""What was published to SNS, as tests and people read it."""

from __future__ import annotations

import json

import pytest

from infra.local.engine import Engine, SnsLimitError
from tests.infra.local.stub_engine import START, open_ticket, stub_engine


def test_an_alert_says_when_to_whom_and_what(engine: Engine) -> None:
    open_ticket(engine)
    engine.advance(minutes=15)
    (alert,) = engine.alerts()
    assert alert.at == engine.clock.now()
    assert alert.topic == "tocsin-frontline"
    assert alert.topic_arn == "arn:aws:sns:eu-central-1:123456789012:tocsin-frontline"
    assert len(alert.message_id) == 36
    assert alert.recipient == "ana"
    assert alert.attributes == {"recipient": "ana", "kind": "tier_alert", "ticket_id": "ZD-1", "tier": "1"}
    assert alert.subject == "ZD-1: tier 1"
    assert alert.message == {"default": "short", "email": "Tier 1 is asked"}
    assert alert.body == "Tier 1 is asked"


def test_a_plain_message_is_its_own_default(engine: Engine) -> None:
    engine.client("sns").publish(TopicArn=engine.attributes["OperatorsTopicArn"], Message="all is well")
    (alert,) = engine.alerts()
    assert (alert.message, alert.body, alert.recipient, alert.subject) == (
        {"default": "all is well"},
        "all is well",
        None,
        None,
    )
    assert alert.at == START


def test_subscribed_queues_receive_what_is_published_and_endpoints_are_not_called(engine: Engine) -> None:
    queue = engine.client("sqs").create_queue(QueueName="pager")["QueueUrl"]
    topic = engine.attributes["OperatorsTopicArn"]
    sns = engine.client("sns")
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:eu-central-1:123456789012:pager")
    # Nobody is there: a request would fail, and with it the publishing.
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint="http://127.0.0.1:1/hook")
    sns.publish(TopicArn=topic, Message="down")
    (message,) = engine.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(message["Body"])["Message"] == "down"
    assert len(engine.alerts()) == 1


def publish(engine: Engine, protocol: str, endpoint: str, times: int, every: float = 0) -> None:
    topic, sns = engine.attributes["OperatorsTopicArn"], engine.client("sns")
    sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint)
    for _ in range(times):
        sns.publish(TopicArn=topic, Message="down")
        engine.advance(seconds=every)


@pytest.mark.parametrize(
    ("protocol", "endpoint", "most"), [("email", "ana@example.com", 10), ("sms", "+4915112345678", 20)]
)
def test_what_sns_delivers_in_a_second_is_let_through_and_one_more_fails_whoever_drives_the_engine(
    protocol: str, endpoint: str, most: int
) -> None:
    with stub_engine() as engine:
        publish(engine, protocol, endpoint, most)
    with stub_engine() as engine:
        publish(engine, protocol, endpoint, most + 1, every=1 / most)
    with pytest.raises(SnsLimitError, match=f"more than {most} .* within a second"), stub_engine() as engine:
        publish(engine, protocol, endpoint, most + 1)


def test_a_failing_test_keeps_its_own_error_whatever_was_published() -> None:
    def fails() -> None:
        with stub_engine() as engine:
            publish(engine, "email", "ana@example.com", 11)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
