"""Channels: how somebody is told, by mail, text message, HTTPS endpoint or queue."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from tocsin.domain.values.document import Part
from tocsin.domain.values.identifiers import Email

_HTTPS = re.compile(r"https://[A-Za-z0-9.-]{1,253}(:\d{1,5})?(/[!-~]{0,900})?", re.ASCII)
_QUEUE_ARN = r"^arn:aws[a-z-]*:sqs:[a-z]{2}(-[a-z]+)+-[0-9]:[0-9]{12}:[A-Za-z0-9_-]{1,80}$"

Endpoint = tuple[str, str]
"""A channel as SNS knows it: protocol and address."""


class EmailChannel(Part):
    """Mail through SNS; the address confirms its subscription once."""

    type: Literal["email"]
    address: Email


class SmsChannel(Part):
    """Short text without personal data."""

    type: Literal["sms"]
    address: Annotated[str, StringConstraints(pattern=r"^\+[1-9]\d{6,14}$")]


def _public_https(address: str) -> str:
    if not _HTTPS.fullmatch(address):
        raise ValueError("is not an https:// address")
    return address


class HttpsChannel(Part):
    """Versioned JSON, posted by SNS; the endpoint confirms its subscription."""

    type: Literal["https"]
    address: Annotated[str, AfterValidator(_public_https)]


class QueueChannel(Part):
    """Versioned JSON into an SQS queue, named by its ARN; its policy must let SNS send."""

    type: Literal["sqs"]
    address: Annotated[str, StringConstraints(pattern=_QUEUE_ARN)]


Channel = Annotated[EmailChannel | SmsChannel | HttpsChannel | QueueChannel, Field(discriminator="type")]


def _each_once(channels: list[Channel]) -> list[Channel]:
    told = [f"{channel.type} {channel.address}" for channel in channels]
    if twice := sorted({each for each in told if told.count(each) > 1}):
        raise ValueError(f"names a channel twice: {', '.join(twice)}")
    return channels


Channels = Annotated[list[Channel], Field(max_length=20), AfterValidator(_each_once)]
CHANNEL_WORDS = {
    "email": "mail to",
    "sms": "text message to",
    "https": "a request to",
    "sqs": "a message to the queue",
}
CHANNEL_TYPES = frozenset(CHANNEL_WORDS)


def endpoints(channels: Iterable[Channel]) -> set[Endpoint]:
    """The channels as SNS knows them."""
    return {(channel.type, channel.address) for channel in channels}
