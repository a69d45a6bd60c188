"""The answer of the health check, and the problem that every refusal is."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tocsin.handlers.api.answers.model import AnswerModel, InstantText


class Health(AnswerModel):
    """That the API answers, and what time it is here."""

    status: Literal["ok"]
    now: InstantText


class PathAndMessage(AnswerModel):
    """One fault: where it is in the request, and what would be right."""

    path: str
    message: str


class Problem(AnswerModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(description="always about:blank: the status says what kind of problem it is")
    title: str = Field(description="what the status means")
    status: int
    detail: str
    errors: list[PathAndMessage] | None = Field(None, description="every fault that was found, if the request has any")
