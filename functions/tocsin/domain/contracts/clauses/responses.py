"""What counts as a response: the contract says so, in words that both parties can be held to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from tocsin.domain.contracts.clauses.clause import Clause, Contract, Words

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


class ResponsesClause(Clause):
    """What counts as a response, and what does not."""

    heading: ClassVar = "What counts as a response"

    counts_as_response: CountsAsResponse = Field(["public_reply", "resolution"])

    @staticmethod
    def words(contract: Contract) -> Words:
        counted = [words for kind, words in RESPONSES.items() if kind in contract.counts_as_response]
        others = [words for kind, words in RESPONSES.items() if kind not in contract.counts_as_response]
        yield f"A response is any of these: {'; '.join(counted)}."
        if others:
            yield f"None of these is a response: {'; '.join(others)}."
        yield "What Tocsin itself sends is never a response, whoever delivers it."
