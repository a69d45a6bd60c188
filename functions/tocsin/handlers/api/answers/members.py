"""Answers about members."""

from __future__ import annotations

from pydantic import Field

from tocsin.domain.oncall.members import Person
from tocsin.handlers.api.answers.model import AnswerModel
from tocsin.handlers.api.answers.subscriptions import TopicSubscription
from tocsin.use_cases.oncall.try_channels import Trial


class MemberId(AnswerModel):
    """Which member."""

    member_id: str


class MemberView(Person, MemberId):
    """A member as they were put."""


class MembersView(AnswerModel):
    """All members in the order of their ids."""

    members: list[MemberView]


class TriedChannel(TopicSubscription):
    """A channel that a test message went to, and when it is used otherwise."""

    used: str = Field(description="`at once`, or after how long, in words")
    message_id: str = Field(description="of the message that SNS has taken for it")


class ChannelTestView(MemberId):
    """A test of somebody's channels. What is pending or lost delivers nothing."""

    notice_id: str
    channels: list[TriedChannel]


def channel_test_view(member_id: str, trial: Trial) -> ChannelTestView:
    """What the test message went to."""
    channels = [
        TriedChannel.of(each, used=way.way.words, message_id=way.message_id)
        for way in trial.ways
        for each in way.subscriptions
    ]
    return ChannelTestView(member_id=member_id, notice_id=trial.notice_id, channels=channels)


def member_view(member_id: str, person: Person) -> MemberView:
    """The member as the API shows them."""
    return MemberView.model_validate({"member_id": member_id, **person.model_dump(mode="json")})
