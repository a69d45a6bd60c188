"""SNS: topics that follow rosters, and messages in a form for each protocol."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from tocsin.adapters.messages.plain_text import subject_line
from tocsin.domain.notices.message import Message
from tocsin.domain.notices.subscription import State, Subscription
from tocsin.domain.values.channels import Endpoint
from tocsin.ports.notices import Channels

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

PENDING, DELETED = "PendingConfirmation", "Deleted"
"""Stand where the ARN of a subscription would
(https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html, 2026-11)."""


class SnsNotifier:
    """`Notifier` on SNS. Topic names begin with a prefix, which is all that the functions may touch."""

    def __init__(self, client: SNSClient, topic_arn_prefix: str, encryption_key_arn: str, channels: Channels) -> None:
        self._client, self._prefix, self._key = client, topic_arn_prefix, encryption_key_arn
        self._channels = channels

    def publish(self, message: Message) -> str:
        """See `Notifier.publish`; a topic that somebody deleted is made again."""
        try:
            return self._publish(message)
        except self._client.exceptions.NotFoundException:
            self.subscribe(message.topic, self._channels.wanted(message.topic))
            return self._publish(message)

    def _publish(self, message: Message) -> str:
        data = json.dumps(message.data, ensure_ascii=False)
        # What is neither a mail nor a short message is read by a program: HTTPS endpoints, queues, functions.
        bodies = {"default": data, "email": message.email, "sms": message.sms}
        published = self._client.publish(
            TopicArn=self._arn(message.topic),
            Subject=subject_line(message.subject),
            Message=json.dumps(bodies, ensure_ascii=False),
            MessageStructure="json",
            MessageAttributes=_attributes(message.attributes),
        )
        return published["MessageId"]

    def subscribe(self, topic: str, channels: Iterable[Endpoint]) -> list[Subscription]:
        """See `Notifier.subscribe`; mail and HTTPS endpoints confirm their subscription themselves."""
        arn, wanted = self._make(topic), set(channels)
        found, made = self._found(arn), self._channels.made(topic)
        missing = wanted - found.keys()
        # Kept first: a subscription that is not known to be ours would never be removed.
        self._channels.keep(topic, wanted, missing)
        for protocol, address in sorted(missing):
            self._client.subscribe(TopicArn=arn, Protocol=protocol, Endpoint=address, ReturnSubscriptionArn=True)
        unwanted = made - wanted
        # One that nobody has confirmed cannot be removed. SNS drops it by itself; once confirmed it is removed here.
        confirmed = {each for each in unwanted & found.keys() if found[each] != PENDING}
        for endpoint in sorted(confirmed):
            self._client.unsubscribe(SubscriptionArn=found[endpoint])
        self._channels.forget(topic, confirmed | (unwanted - found.keys()))
        return self.subscriptions(topic, wanted) if missing or confirmed else _listed(found, made, wanted)

    def subscriptions(self, topic: str, channels: Iterable[Endpoint]) -> list[Subscription]:
        """See `Notifier.subscriptions`."""
        try:
            found = self._found(self._arn(topic))
        except self._client.exceptions.NotFoundException:
            found = {}
        return _listed(found, self._channels.made(topic), set(channels))

    def _make(self, topic: str) -> str:
        arn, encryption = self._arn(topic), {"KmsMasterKeyId": self._key}
        try:
            self._client.create_topic(Name=arn.rpartition(":")[2], Attributes=encryption)
        except self._client.exceptions.InvalidParameterException:
            # It exists with another key, from a stack that was made anew
            # (https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html, 2026-11).
            self._client.set_topic_attributes(
                TopicArn=arn, AttributeName="KmsMasterKeyId", AttributeValue=encryption["KmsMasterKeyId"]
            )
        return arn

    def _found(self, arn: str) -> dict[Endpoint, str]:
        """What the topic has, by state or ARN; a deleted subscription is listed for a while and is not there."""
        pages = self._client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
        return {
            (subscription["Protocol"], subscription["Endpoint"]): subscription["SubscriptionArn"]
            for page in pages
            for subscription in page["Subscriptions"]
            if subscription["SubscriptionArn"] != DELETED
        }

    def _arn(self, topic: str) -> str:
        return f"{self._prefix}{topic}"


def _attributes(attributes: Mapping[str, str | tuple[str, ...]]) -> Mapping[str, MessageAttributeValueTypeDef]:
    return {name: _attribute(value) for name, value in attributes.items() if value}


def _attribute(value: str | tuple[str, ...]) -> MessageAttributeValueTypeDef:
    """Several values are an array: a subscription's filter passes a message of which one value matches
    (https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html, 2026-11).
    """
    if isinstance(value, str):
        return {"DataType": "String", "StringValue": value}
    return {"DataType": "String.Array", "StringValue": json.dumps(value)}


def _listed(
    found: Mapping[Endpoint, str], made: AbstractSet[Endpoint], wanted: AbstractSet[Endpoint]
) -> list[Subscription]:
    def state(endpoint: Endpoint) -> State:
        arn = found.get(endpoint)
        return "lost" if arn is None else "pending" if arn == PENDING else "confirmed"

    return [Subscription(*each, state(each), each in made) for each in sorted(found.keys() | wanted)]
