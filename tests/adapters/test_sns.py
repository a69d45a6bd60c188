"""SNS: topics that follow the roster, and messages that SNS takes whatever is in them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from tests.adapters.conftest import REGION, client_of
from tocsin.adapters.dynamodb.channels import DynamoChannels
from tocsin.adapters.dynamodb.table import Table
from tocsin.adapters.sns import SnsNotifier
from tocsin.domain.notices.message import Message
from tocsin.domain.notices.subscription import Subscription

PREFIX = f"arn:aws:sns:{REGION}:123456789012:tocsin-"
ANA, BEN, PAGER = ("email", "ana@example.com"), ("sms", "+4915112345678"), ("https", "https://example.com/pager")


@pytest.fixture
def client(aws: None) -> Any:
    return client_of("sns")


@pytest.fixture
def notifier(client: Any, table: Table) -> SnsNotifier:
    return SnsNotifier(client, PREFIX, "alias/aws/sns", DynamoChannels(table))


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


def subscribe_by_hand(client: Any, topic: str, endpoint: tuple[str, str]) -> None:
    client.subscribe(TopicArn=f"{PREFIX}{topic}", Protocol=endpoint[0], Endpoint=endpoint[1])


def set_state(endpoint: tuple[str, str], arn: str) -> None:
    """What stands in the place of a subscription's ARN; moto has only those that are confirmed."""
    backend = sns_backends[DEFAULT_ACCOUNT_ID][REGION]
    [found] = [each for each in backend.subscriptions.values() if (each.protocol, each.endpoint) == endpoint]
    found.arn = arn


def states(subscriptions: list[Subscription]) -> dict[tuple[str, str], str]:
    return {(each.protocol, each.address): each.state for each in subscriptions}


class TestSubscriptionsOfOthers:
    """Tocsin removes only what it subscribed."""

    def test_one_made_by_hand_stays_whatever_the_roster_says(self, client: Any, notifier: SnsNotifier) -> None:
        notifier.subscribe("acme_team_frontline", {ANA})
        subscribe_by_hand(client, "acme_team_frontline", PAGER)
        notifier.subscribe("acme_team_frontline", {BEN})
        notifier.subscribe("acme_team_frontline", ())
        assert endpoints(client, "acme_team_frontline") == {PAGER}

    def test_one_made_by_hand_stays_even_after_the_roster_named_it_too(
        self, client: Any, notifier: SnsNotifier
    ) -> None:
        notifier.subscribe("acme_team_frontline", ())
        subscribe_by_hand(client, "acme_team_frontline", PAGER)
        found = notifier.subscribe("acme_team_frontline", {PAGER, ANA})
        assert [(each.protocol, each.made_by_us) for each in found] == [("email", True), ("https", False)]
        notifier.subscribe("acme_team_frontline", ())
        assert endpoints(client, "acme_team_frontline") == {PAGER}

    def test_whoever_subscribed_to_a_customer_s_topic_is_not_cut_off(self, client: Any, notifier: SnsNotifier) -> None:
        notifier.subscribe("acme_customer_gold", ())
        subscribe_by_hand(client, "acme_customer_gold", ANA)
        notifier.subscribe("acme_customer_gold", ())
        assert endpoints(client, "acme_customer_gold") == {ANA}

    def test_one_that_was_removed_and_then_made_by_hand_is_no_longer_ours(
        self, client: Any, notifier: SnsNotifier
    ) -> None:
        notifier.subscribe("acme_team_frontline", {PAGER})
        notifier.subscribe("acme_team_frontline", ())
        subscribe_by_hand(client, "acme_team_frontline", PAGER)
        notifier.subscribe("acme_team_frontline", ())
        assert endpoints(client, "acme_team_frontline") == {PAGER}


class TestStates:
    """What is pending or deleted is not taken for present."""

    def test_a_pending_one_is_seen_and_not_asked_again(self, client: Any, notifier: SnsNotifier) -> None:
        notifier.subscribe("acme_member_ana", {ANA, BEN})
        set_state(ANA, "PendingConfirmation")
        assert states(notifier.subscribe("acme_member_ana", {ANA, BEN})) == {ANA: "pending", BEN: "confirmed"}
        assert len(client.list_subscriptions()["Subscriptions"]) == 2

    def test_a_pending_one_that_is_not_wanted_is_removed_once_somebody_has_confirmed_it(
        self, client: Any, notifier: SnsNotifier
    ) -> None:
        notifier.subscribe("acme_member_ana", {ANA})
        [arn] = sns_backends[DEFAULT_ACCOUNT_ID][REGION].subscriptions
        set_state(ANA, "PendingConfirmation")
        notifier.subscribe("acme_member_ana", {BEN})
        assert endpoints(client, "acme_member_ana") == {ANA, BEN}
        set_state(ANA, arn)
        notifier.subscribe("acme_member_ana", {BEN})
        assert endpoints(client, "acme_member_ana") == {BEN}

    @pytest.mark.parametrize("how", ["listed as deleted", "gone from the list"])
    def test_a_lost_one_is_seen_and_subscribed_again(self, client: Any, notifier: SnsNotifier, how: str) -> None:
        notifier.subscribe("acme_member_ana", {ANA, BEN})
        if how == "listed as deleted":
            set_state(ANA, "Deleted")
        else:
            [lost] = [s for s in client.list_subscriptions()["Subscriptions"] if s["Protocol"] == "email"]
            client.unsubscribe(SubscriptionArn=lost["SubscriptionArn"])
        assert states(notifier.subscriptions("acme_member_ana", {ANA, BEN})) == {ANA: "lost", BEN: "confirmed"}
        subscribed = list[str]()

        def note(endpoint: Any, **_more: object) -> None:
            subscribed.append(endpoint)

        client.meta.events.register("provide-client-params.sns.Subscribe", lambda params, **_: note(params["Endpoint"]))
        notifier.subscribe("acme_member_ana", {ANA, BEN})
        assert subscribed == [ANA[1]]

    def test_looking_changes_nothing_and_a_topic_that_is_gone_has_lost_everything(
        self, client: Any, notifier: SnsNotifier
    ) -> None:
        assert states(notifier.subscriptions("acme_member_ana", {ANA})) == {ANA: "lost"}
        assert client.list_topics()["Topics"] == []


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


def test_a_topic_that_somebody_deleted_is_made_again_with_its_channels_and_the_message_is_published(
    client: Any, notifier: SnsNotifier
) -> None:
    notifier.subscribe("acme_team_frontline", {ANA, BEN})
    client.delete_topic(TopicArn=f"{PREFIX}acme_team_frontline")
    message_id = notifier.publish(message())
    assert [found_id for found_id, *_ in sent()] == [message_id]
    assert endpoints(client, "acme_team_frontline") == {ANA, BEN}


def test_a_topic_with_another_key_from_a_stack_before_is_adopted(
    client: Any, notifier: SnsNotifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.create_topic(Name="tocsin-acme_team_frontline", Attributes={"KmsMasterKeyId": "alias/before"})

    def refuse(**_arguments: object) -> None:
        """As AWS does; moto accepts it."""
        reason = "Invalid parameter: Attributes Reason: Topic already exists with different attributes"
        raise client.exceptions.InvalidParameterException(
            {"Error": {"Code": "InvalidParameter", "Message": reason}}, "CreateTopic"
        )

    monkeypatch.setattr(client, "create_topic", refuse)
    notifier.subscribe("acme_team_frontline", {ANA})
    attributes = client.get_topic_attributes(TopicArn=f"{PREFIX}acme_team_frontline")["Attributes"]
    assert attributes["KmsMasterKeyId"] == "alias/aws/sns"
    assert endpoints(client, "acme_team_frontline") == {ANA}
