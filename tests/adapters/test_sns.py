"""SNS: topics that follow the roster, and messages that SNS takes whatever is in them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from tests.adapters.conftest import REGION, client_of
from tocsin.adapters.sns import SnsNotifier, subject_line
from tocsin.domain.notices.message import Message

PREFIX = f"arn:aws:sns:{REGION}:123456789012:tocsin-"
ANA, BEN, PAGER = ("email", "ana@example.com"), ("sms", "+4915112345678"), ("https", "https://example.com/pager")


@pytest.fixture
def client(aws: None) -> Any:
    return client_of("sns")


@pytest.fixture
def notifier(client: Any) -> SnsNotifier:
    return SnsNotifier(client, PREFIX, "alias/aws/sns")


def endpoints(client: Any, topic: str) -> set[tuple[str, str]]:
    found = client.list_subscriptions_by_topic(TopicArn=f"{PREFIX}{topic}")["Subscriptions"]
    return {(each["Protocol"], each["Endpoint"]) for each in found}


def message(**changes: Any) -> Message:
    fields: dict[str, Any] = {
        "topic": "acme_team_frontline",
        "subject": "[P1] T-1",
        "email": "mail ü",
        "sms": "short",
        "data": {"version": 1, "text": 'quotes " and ü'},
        "attributes": {"kind": "tier_alert", "tier": ""},
    }
    return Message(**{**fields, **changes})


def sent() -> list[Any]:
    topic = sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics[f"{PREFIX}acme_team_frontline"]
    return list(topic.sent_notifications)


def test_a_topic_has_exactly_the_channels_that_are_wanted(client: Any, notifier: SnsNotifier) -> None:
    notifier.subscribe("acme_member_ana", {ANA, BEN})
    assert endpoints(client, "acme_member_ana") == {ANA, BEN}
    notifier.subscribe("acme_member_ana", {BEN, PAGER})
    assert endpoints(client, "acme_member_ana") == {BEN, PAGER}
    notifier.subscribe("acme_member_ana", ())
    assert endpoints(client, "acme_member_ana") == set()


def test_subscribing_again_is_harmless_and_leaves_other_topics_alone(client: Any, notifier: SnsNotifier) -> None:
    notifier.subscribe("acme_member_ana", {ANA})
    notifier.subscribe("acme_member_an", {BEN})
    notifier.subscribe("acme_member_ana", {ANA})
    assert endpoints(client, "acme_member_ana") == {ANA}
    assert endpoints(client, "acme_member_an") == {BEN}
    assert len(client.list_topics()["Topics"]) == 2


def test_a_topic_with_hundreds_of_channels_is_read_whole(client: Any, notifier: SnsNotifier) -> None:
    many = {("email", f"member{number}@example.com") for number in range(230)}
    notifier.subscribe("acme_team_big", many)
    notifier.subscribe("acme_team_big", {ANA})
    assert endpoints(client, "acme_team_big") == {ANA}


def test_a_subscription_that_nobody_has_confirmed_is_left_to_sns(client: Any, notifier: SnsNotifier) -> None:
    notifier.subscribe("acme_member_ana", {ANA})
    backend = sns_backends[DEFAULT_ACCOUNT_ID][REGION]
    [subscription] = backend.subscriptions.values()
    subscription.arn = "PendingConfirmation"
    notifier.subscribe("acme_member_ana", {BEN})
    assert endpoints(client, "acme_member_ana") == {ANA, BEN}


def test_topics_are_encrypted(client: Any, notifier: SnsNotifier) -> None:
    notifier.subscribe("acme_team_frontline", ())
    attributes = client.get_topic_attributes(TopicArn=f"{PREFIX}acme_team_frontline")["Attributes"]
    assert attributes["KmsMasterKeyId"] == "alias/aws/sns"


def test_each_protocol_gets_its_text_and_empty_attributes_are_left_out(notifier: SnsNotifier) -> None:
    notifier.subscribe("acme_team_frontline", ())
    message_id = notifier.publish(message())
    [(found_id, body, subject, attributes, *_)] = sent()
    bodies = json.loads(body)
    assert (found_id, subject) == (message_id, "[P1] T-1")
    assert (bodies["email"], bodies["sms"]) == ("mail ü", "short")
    assert json.loads(bodies["default"]) == {"version": 1, "text": 'quotes " and ü'}
    assert set(attributes) == {"kind"}


def test_a_message_to_a_topic_that_does_not_exist_is_an_error_and_not_lost(notifier: SnsNotifier) -> None:
    with pytest.raises(ClientError):
        notifier.publish(message(topic="acme_team_nowhere"))


@given(st.text(max_size=400))
def test_a_subject_is_one_line_of_less_than_a_hundred_printable_ascii_characters(text: str) -> None:
    line = subject_line(text)
    assert len(line) < 100
    assert line.isascii()
    assert line.isprintable()
    assert bool(line) == bool(text.split())


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=99))
def test_a_subject_that_fits_is_left_as_it_is(text: str) -> None:
    assert subject_line(text) == text


def test_a_subject_that_is_cut_says_so() -> None:
    assert subject_line("x" * 100) == "x" * 96 + "..."
