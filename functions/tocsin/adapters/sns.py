"""SNS: topics that follow rosters, and messages in a form for each protocol."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from tocsin.domain.notices.message import Message

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

SUBJECT_LIMIT = 99
"""Fewer than 100 printable ASCII characters
(https://docs.aws.amazon.com/sns/latest/api/API_Publish.html, 2026-11)."""


class SnsNotifier:
    """`Notifier` on SNS. Topic names begin with a prefix, which is all that the functions may touch."""

    def __init__(self, client: SNSClient, topic_arn_prefix: str, encryption_key_arn: str) -> None:
        self._client, self._prefix, self._key = client, topic_arn_prefix, encryption_key_arn

    def publish(self, message: Message) -> str:
        """See `Notifier.publish`."""
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

    def subscribe(self, topic: str, channels: Iterable[tuple[str, str]]) -> None:
        """See `Notifier.subscribe`; mail and HTTPS endpoints confirm their subscription themselves."""
        arn = self._client.create_topic(
            Name=self._arn(topic).rpartition(":")[2], Attributes={"KmsMasterKeyId": self._key}
        )["TopicArn"]
        wanted, existing = set(channels), self._subscriptions(arn)
        for protocol, address in sorted(wanted - existing.keys()):
            self._client.subscribe(TopicArn=arn, Protocol=protocol, Endpoint=address, ReturnSubscriptionArn=True)
        for endpoint in sorted(existing.keys() - wanted):
            # One that nobody has confirmed cannot be removed; SNS drops it by itself.
            if existing[endpoint].startswith("arn:"):
                self._client.unsubscribe(SubscriptionArn=existing[endpoint])

    def _subscriptions(self, arn: str) -> dict[tuple[str, str], str]:
        pages = self._client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
        return {
            (subscription["Protocol"], subscription["Endpoint"]): subscription["SubscriptionArn"]
            for page in pages
            for subscription in page["Subscriptions"]
        }

    def _arn(self, topic: str) -> str:
        return f"{self._prefix}{topic}"


def subject_line(text: str) -> str:
    """One line of printable ASCII, as SNS wants it, whatever a customer wrote."""
    ascii_only = "".join(c if " " <= c <= "~" else "?" for c in " ".join(text.split()))
    return ascii_only if len(ascii_only) <= SUBJECT_LIMIT else ascii_only[: SUBJECT_LIMIT - 3] + "..."


def _attributes(attributes: Mapping[str, str]) -> Mapping[str, MessageAttributeValueTypeDef]:
    return {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items() if value}
