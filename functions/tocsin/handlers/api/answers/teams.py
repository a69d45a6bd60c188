"""Answers about teams."""

from __future__ import annotations

from pydantic import Field

from tocsin.domain.oncall.team import DutyBy, Team
from tocsin.handlers.api.answers.model import AnswerModel, InstantText
from tocsin.handlers.api.answers.subscriptions import TopicSubscription


class TeamId(AnswerModel):
    """Which team."""

    team_id: str


class TeamView(Team, TeamId):
    """A team as it was put."""


class MemberOnCall(AnswerModel):
    """Somebody who is on call."""

    member_id: str
    name: str


class OnCallView(AnswerModel):
    """Who of a team is on call at an instant."""

    team_id: str
    at: InstantText
    on_call: list[MemberOnCall]
    by: DutyBy = Field(description="what puts them on call; fallback: nobody is by the schedule or rotation")


class SubscriptionView(TopicSubscription):
    """One of a team; without a member it is the team's own."""

    member_id: str | None


class SubscriptionsView(AnswerModel):
    """Whom the alerts of a team reach, and which members on call they do not."""

    team_id: str
    subscriptions: list[SubscriptionView]
    unreachable: list[str]
