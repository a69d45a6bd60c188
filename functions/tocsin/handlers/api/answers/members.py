"""Answers about members."""

from __future__ import annotations

from tocsin.domain.oncall.members import Person
from tocsin.handlers.api.answers.model import AnswerModel


class MemberId(AnswerModel):
    """Which member."""

    member_id: str


class MemberView(Person, MemberId):
    """A member as they were put."""


class MembersView(AnswerModel):
    """All members in the order of their ids."""

    members: list[MemberView]


def member_view(member_id: str, person: Person) -> MemberView:
    """The member as the API shows them."""
    return MemberView.model_validate({"member_id": member_id, **person.model_dump(mode="json")})
