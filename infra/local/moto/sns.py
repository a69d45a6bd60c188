"""What the system published to SNS, when, and to whom."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.sns.models import Subscription, Topic

from infra.local.moto.patches import Patches
from infra.local.virtual_clock import VirtualClock

MessageAttributes = Mapping[str, Mapping[str, Any]]
"""As moto has them: a Type and a Value by name."""

_REACHED_OVER_THE_NETWORK = ("http", "https")


@dataclass(frozen=True)
class Delivery:
    """A subscription that received a message: its protocol and its endpoint, an address for example."""

    protocol: str
    endpoint: str


@dataclass(frozen=True)
class Alert:
    """A message published to a topic.

    `at` is the virtual instant; `topic` is the topic's name; `attributes` are the message attributes as strings,
    and `recipient` is the one of that name; `message` maps a protocol to its text, with at least "default".
    `deliveries` are the subscriptions that received it.
    """

    at: datetime
    topic: str
    topic_arn: str
    message_id: str
    recipient: str | None
    attributes: Mapping[str, str]
    subject: str | None
    message: Mapping[str, str]
    deliveries: tuple[Delivery, ...] = ()

    @property
    def body(self) -> str:
        """What is read in an email."""
        return self.text_for("email")

    def text_for(self, protocol: str) -> str:
        """What a subscriber with that protocol reads."""
        return self.message.get(protocol, self.message["default"])


def record_what_is_published(patches: Patches, clock: VirtualClock, alerts: list[Alert]) -> None:
    """Appends everything published to `alerts`. Queues and functions receive it; no request leaves this machine."""

    def recording(publish: Callable[..., str]) -> Callable[..., str]:
        def publish_and_record(topic: Any, message: str, *args: Any, **kwargs: Any) -> str:
            message_id = publish(topic, message, *args, **kwargs)
            subject = args[0] if args else kwargs.get("subject")
            attributes = kwargs.get("message_attributes") or (args[1] if len(args) > 1 else None) or {}
            structure = kwargs.get("message_structure")
            texts, received = _texts(message, structure), _deliveries(topic, attributes, message)
            alerts.append(_alert(clock.now(), topic, message_id, subject, attributes, texts, received))
            return message_id

        return publish_and_record

    def staying_here(publish: Callable[..., None]) -> Callable[..., None]:
        def publish_here(subscription: Any, *args: Any, **kwargs: Any) -> None:
            if subscription.protocol not in _REACHED_OVER_THE_NETWORK:
                publish(subscription, *args, **kwargs)

        return publish_here

    patches.because(
        "What is published has to be seen by tests, at its virtual instant.", "the arguments of Topic.publish"
    ).wrap(Topic, "publish", recording)
    patches.because(
        "A subscriber's endpoint would be sent a real HTTP request.", "the protocols that Subscription.publish knows"
    ).wrap(Subscription, "publish", staying_here)


def _alert(
    at: datetime,
    topic: Any,
    message_id: str,
    subject: str | None,
    attributes: MessageAttributes,
    message: Mapping[str, str],
    deliveries: tuple[Delivery, ...],
) -> Alert:
    values = {name: str(attribute["Value"]) for name, attribute in attributes.items()}
    return Alert(at, topic.name, topic.arn, message_id, values.get("recipient"), values, subject, message, deliveries)


def _deliveries(topic: Any, attributes: MessageAttributes, message: str) -> tuple[Delivery, ...]:
    """The subscriptions of a topic whose filter, if they have one, lets the message through."""
    subscriptions, _ = topic.sns_backend.list_subscriptions_by_topic(topic_arn=topic.arn)
    return tuple(
        Delivery(each.protocol, each.endpoint)
        for each in subscriptions
        if each._filter_policy_matcher is None or each._filter_policy_matcher.matches(attributes, message)
    )


def _texts(message: str, structure: str | None) -> dict[str, str]:
    if structure != "json":
        return {"default": message}
    return {protocol: str(text) for protocol, text in json.loads(message).items()}
