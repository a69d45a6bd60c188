"""Answers of the link of an alert, for chats and other programs."""

from __future__ import annotations

from pydantic import Field

from tocsin.domain.assessment.link_actions import ActionName
from tocsin.handlers.api.answers.model import AnswerModel, InstantText
from tocsin.handlers.api.answers.tickets import Status


class PersonView(AnswerModel):
    """Somebody of a team, or a team as a whole."""

    id: str
    name: str


class LinkedTicket(AnswerModel):
    """One of the tickets that the link of a digest leads to, with its own link."""

    subject: str
    link: str


class LinkAnswer(AnswerModel):
    """What was done by the link of an alert, who has the ticket, what happens next, and what its person can do."""

    ticket_id: str | None = Field(description="null for the link of a digest, whose tickets are in `tickets`")
    status: Status | None
    you: PersonView | None = Field(description="whom the link was sent to")
    done: ActionName | None = Field(description="null where nothing was changed")
    has_it: PersonView | None = Field(description="null where nobody has the ticket")
    title: str
    text: str = Field(description="how it stands and what happens next, in words")
    possible: list[ActionName] = Field(description="what would change something now")
    snooze_until: InstantText | None = Field(description="the latest to which it may be put off; null: not at all")
    colleagues: list[PersonView] = Field(description="to whom it may be handed over, those on call first")
    tickets: list[LinkedTicket]
