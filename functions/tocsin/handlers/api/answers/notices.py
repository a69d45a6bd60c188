"""Answers about notices: what was to be told, and what became of it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from tocsin.domain.reports.notice_ledger import NoticeState
from tocsin.handlers.api.answers.model import AnswerModel, InstantText


class NoticeView(AnswerModel):
    """A notice about a ticket, and what has become of it."""

    ticket_id: str
    notice_id: str = Field(description="the same in every message that carries it")
    kind: str
    audience: Literal["team", "member", "customer"]
    recipient: str
    tier: int | None
    because: int = Field(description="the sequence number of the event that called for it")
    about: dict[str, Any] = Field(description="what it is about, by its kind: the reason of an alert, a deadline")
    state: NoticeState = Field(
        description="`recorded`: to be sent at once; `queued`: in the recipient's mailbox; `failed`: could not be "
        "delivered and is tried again; `handed_over`: taken by SNS, which is final"
    )
    recorded_at: InstantText
    queued_at: InstantText | None = Field(description="when it was left in a mailbox")
    queued_until: InstantText | None = Field(description="until when it waits or was to wait there")
    failed_at: InstantText | None = Field(description="when `error` was met first")
    error: str | None = Field(description="the name of the last error, even where it was handed over since")
    handed_over_at: InstantText | None = Field(description="when it was recorded that SNS had taken it")
    message_id: str | None = Field(description="SNS's MessageId of the message that carried it")
    digest_of: int | None = Field(
        description="how many notices that message told, where it was a digest; null too where that was not recorded"
    )
    repeated_as: list[str] = Field(description="the MessageIds with which it was handed over again")


class NoticePage(AnswerModel):
    """Part of a list of notices."""

    notices: list[NoticeView]
    next_cursor: str | None
