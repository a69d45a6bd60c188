"""Channels: how somebody is told, by mail, text message, HTTPS endpoint or queue."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, StringConstraints

from tocsin.domain.values.document import Part
from tocsin.domain.values.identifiers import Email
from tocsin.domain.values.instants import Duration
from tocsin.domain.values.wording import duration_words

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


SOONEST, LATEST = timedelta(minutes=1), timedelta(hours=4)


def _in_time(after: timedelta) -> timedelta:
    if not SOONEST <= after <= LATEST:
        raise ValueError("must lie between 1m and 4h; leave it out for at once")
    return after


class Personal(Part):
    """When a channel of a person is used: for everything at once, only for what is important, or only after a while."""

    after: Annotated[Duration, AfterValidator(_in_time)] | None = Field(
        None, description="only for alerts, so long after them, unless somebody has acknowledged by then"
    )
    notices: Literal["all", "important"] = Field(
        "all", description="important: only what asks somebody to act now, such as an alert"
    )

    @property
    def way(self) -> Way:
        """The one of the person's topics that it subscribes to."""
        if self.after is not None:
            return Way.after(self.after)
        return Way.IMPORTANT if self.notices == "important" else Way.AT_ONCE


class Way(str):
    """Which channels of a person a message is for: those for everything, those for what is important, or later ones."""

    __slots__ = ()
    AT_ONCE: ClassVar[Way]
    IMPORTANT: ClassVar[Way]

    @classmethod
    def after(cls, delay: timedelta) -> Way:
        """Those that are used so long after an alert."""
        return cls(f"after-{delay // timedelta(seconds=1)}")

    @property
    def words(self) -> str:
        """When it is used: `at once`, `15 minutes after an alert that you have not acknowledged`."""
        if self == self.IMPORTANT:
            return "at once, when you are to act"
        if self == self.AT_ONCE:
            return "at once"
        delay = timedelta(seconds=int(self.removeprefix("after-")))
        return f"{duration_words(delay)} after an alert that nobody has acknowledged"


Way.AT_ONCE, Way.IMPORTANT = Way(""), Way("important")


class PersonalEmail(EmailChannel, Personal):
    """Mail through SNS; the address confirms its subscription once."""


class PersonalSms(SmsChannel, Personal):
    """Short text without personal data."""


class PersonalHttps(HttpsChannel, Personal):
    """Versioned JSON, posted by SNS; the endpoint confirms its subscription."""


class PersonalQueue(QueueChannel, Personal):
    """Versioned JSON into an SQS queue, named by its ARN; its policy must let SNS send."""


PersonalChannel = Annotated[PersonalEmail | PersonalSms | PersonalHttps | PersonalQueue, Field(discriminator="type")]


def _one_is_told_at_once(channels: list[PersonalChannel]) -> list[PersonalChannel]:
    if channels and all(each.after for each in channels):
        raise ValueError("all wait (`after`); one at least has to be told at once")
    return channels


def _each_once(channels: list[Channel]) -> list[Channel]:
    told = [f"{channel.type} {channel.address}" for channel in channels]
    if twice := sorted({each for each in told if told.count(each) > 1}):
        raise ValueError(f"names a channel twice: {', '.join(twice)}")
    return channels


Channels = Annotated[list[Channel], Field(max_length=20), AfterValidator(_each_once)]
PersonalChannels = Annotated[
    list[PersonalChannel], Field(max_length=20), AfterValidator(_each_once), AfterValidator(_one_is_told_at_once)
]
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
