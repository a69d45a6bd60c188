"""What counts as a response: the contract says so, in words that it can be held to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

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
