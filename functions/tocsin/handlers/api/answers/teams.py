"""Answers about teams."""

from __future__ import annotations

from tocsin.domain.oncall.team import Team
from tocsin.handlers.api.answers.model import AnswerModel, InstantText


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
