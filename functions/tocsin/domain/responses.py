"""What counts as a response: the contract says so, in words that it can be held to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from tocsin.domain.events import Event

Response = Literal["public_reply", "resolution", "bot_reply", "internal_note", "acknowledgement", "agent_opening"]

RESPONSES: Mapping[str, str] = {
    "public_reply": "an answer to the customer by a person",
    "resolution": "resolving the ticket, by a person",
    "bot_reply": "an answer or a resolution by a bot",
    "internal_note": "an internal note by a person",
    "acknowledgement": "an acknowledgement by a person on call",
    "agent_opening": "opening the ticket for the customer, by a person of the provider",
}
"""In words. What Tocsin itself sends is never a response, whoever delivers it."""

CountsAsResponse = Annotated[list[Response], Field(min_length=1, max_length=len(RESPONSES))]


def kind_of_response(event: Event, done: str) -> str | None:
    """Which of `RESPONSES` an event is, if any, where `done` is what it is when a person of the provider does it."""
    if event.details.get("notice_id"):
        return None  # A message of Tocsin's own that the helpdesk took for an answer.
    if event.actor.kind == "bot":
        return "bot_reply" if done in ("public_reply", "resolution") else None
    return done if event.actor.kind == "agent" else None
