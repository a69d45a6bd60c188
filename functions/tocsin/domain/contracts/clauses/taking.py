"""Who has a ticket: what somebody has to do to take it, so that nobody else is alerted for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from tocsin.domain.contracts.clauses.clause import Clause, Contract, Words

Taking = Literal["acknowledgement", "answer", "assignment"]

TAKINGS: Mapping[str, str] = {
    "acknowledgement": "acknowledging it",
    "answer": "a public answer to the customer",
    "assignment": "being assigned it",
    "bot": "any of these when it was a bot that acknowledged, answered or assigned",
}
"""In words."""

TakenBy = Annotated[list[Taking | Literal["bot"]], Field(min_length=1, max_length=len(TAKINGS))]


class TakingClause(Clause):
    """How somebody takes a ticket."""

    heading: ClassVar = "Who has a ticket"

    taken_by: TakenBy = Field(["acknowledgement", "answer", "assignment"])

    def takes(self, how: Taking, actor_kind: str) -> bool:
        """Whether one takes a ticket like that, where an actor of that kind reported or did it."""
        return how in self.taken_by and (actor_kind == "agent" or (actor_kind == "bot" and "bot" in self.taken_by))

    @staticmethod
    def words(contract: Contract) -> Words:
        does = [words for how, words in TAKINGS.items() if how in contract.taken_by]
        does_not = [words for how, words in TAKINGS.items() if how not in contract.taken_by]
        yield f"A person has a ticket after any of these: {'; '.join(does)}."
        yield "Their tier has it then, and nobody else is alerted."
        if does_not:
            yield f"None of these is enough: {'; '.join(does_not)}."
        yield "Whoever takes a ticket later has it then, and whoever had it before is told."
        yield (
            "Whoever was alerted, or has the ticket, may decline it: they are not alerted for it again while it is "
            "their tier's turn, and the next one on call is alerted at once; where there is none, the next tier, and "
            "after the last one all are told that nobody has the ticket."
        )
        yield "While a ticket waits for the customer or a vendor nobody is alerted, and a tier's time stands still."
