"""Somebody deletes subscriptions behind Tocsin's back: the tier that they were the only way to is not waited for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import SNSBackend, sns_backends

from infra.local.deployment import REGION
from infra.local.engine import Engine
from tests.scenarios.conftest import FRIDAY
from tests.scenarios.desk import Desk


def lose_every_subscription_of(engine: Engine, topics: set[str]) -> None:
    sns, prefix = engine.client("sns"), engine.attributes["TopicArnPrefix"]
    for topic in topics:
        for each in sns.list_subscriptions_by_topic(TopicArn=f"{prefix}{topic}")["Subscriptions"]:
            sns.unsubscribe(SubscriptionArn=each["SubscriptionArn"])


SUBSCRIBE = SNSBackend.subscribe


def unconfirmed(backend: Any, *args: Any, **kwargs: Any) -> Any:
    """Moto confirms at once; this is a mail that nobody has followed yet."""
    made = SUBSCRIBE(backend, *args, **kwargs)
    made.arn = "PendingConfirmation"
    return made


def subscriptions_to(address: str) -> list[Any]:
    backend = sns_backends[DEFAULT_ACCOUNT_ID][REGION]
    return [each for each in backend.subscriptions.values() if each.endpoint == address]


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk whose sweeper runs every minute."""
    with Engine(start=FRIDAY, schedules=True) as engine:
        yield Desk(engine).prepare()
        assert engine.faults == []


def test_a_tier_that_has_lost_every_subscription_is_passed_over_until_one_is_confirmed_again(desk: Desk) -> None:
    desk.engine.advance(minutes=2)
    desk.open("T-0")
    assert [alert.recipient for alert in desk.alerts("tier_alert", "T-0")] == ["frontline", "ana"]
    lose_every_subscription_of(desk.engine, {"acme_team_frontline", "acme_member_ana"})
    with mock.patch.object(SNSBackend, "subscribe", unconfirmed):
        desk.engine.advance(minutes=60)
    desk.open("T-1")
    alerted = [event["details"] for event in desk.log("T-1") if event["type"] == "tier_alerted"]
    assert [(each["team"], each["reached"], each.get("not_reached")) for each in alerted] == [
        ("frontline", False, "nothing_delivered"),
        ("engineering", True, None),
    ]
    [mail, *_] = [alert.body for alert in desk.alerts("tier_alert", "T-1") if alert.recipient == "engineering"]
    assert mail.startswith("Engineering (tier 2) is asked to take this ticket because nobody in the tier before could")
    explained = desk.expect(200, "GET", "/v1/tickets/T-1/explain")["escalation"]["steps"]
    assert "was lost or pending" in explained[0]["not_reached"]
    for each in subscriptions_to("ana@example.com"):
        each.arn = f"{each.topic.arn}:confirmed"
    desk.engine.advance(minutes=6)
    desk.open("T-2")
    assert [alert.recipient for alert in desk.alerts("tier_alert", "T-2")] == ["frontline", "ana"]
