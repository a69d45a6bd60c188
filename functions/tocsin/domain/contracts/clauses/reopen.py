"""What a ticket owes when it is reopened."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from tocsin.domain.contracts.clauses.clause import Clause, Contract, Words
from tocsin.domain.values.document import Part
from tocsin.domain.values.instants import Duration
from tocsin.domain.values.wording import duration_words, enumerated


class ReopenTerms(Part):
    """What a reopened ticket owes."""

    mode: Literal["resume", "new_cycle", "grace"] = Field(
        "resume",
        description="resume: go on counting, the time in between is a pause; new_cycle: begin again with the whole "
        "target; grace: resume when it is reopened `within` that time, else a new cycle",
    )
    within: Duration | None = Field(None, description="of `grace`: by the clock on the wall, since it was resolved")
    on_customer_reply: bool = Field(False, description="whether the customer's reply to a resolved ticket reopens it")

    @model_validator(mode="after")
    def _grace_has_a_length(self) -> ReopenTerms:
        if (self.mode == "grace") != (self.within is not None):
            raise ValueError("`within` goes with mode grace, and grace needs it")
        return self

    def continues(self, resolved_for: timedelta) -> bool:
        """Whether a ticket that was resolved so long ago goes on counting where it stopped."""
        return self.mode == "resume" or (self.within is not None and resolved_for <= self.within)


def _mode_alone(value: Any) -> Any:
    return {"mode": value} if isinstance(value, str) else value


Reopen = Annotated[ReopenTerms, BeforeValidator(_mode_alone)]


class ReopenClause(Clause):
    """What goes on, and what begins again."""

    heading: ClassVar = "Reopened tickets"

    reopen: Reopen = ReopenTerms()

    @staticmethod
    def words(contract: Contract) -> Words:
        again = [metric.label for metric in contract.promised if metric.continues_on_reopen]
        if again:
            yield f"When a ticket is reopened, measuring {enumerated(again)} {_continued(contract.reopen)}."
        else:
            yield "When a ticket is reopened, nothing that has ended continues."
        yield "A response that was still owed when it was resolved, and that nobody gave, is owed again."
        yield "The tier that had it last is alerted again, and whoever had it last, and has to acknowledge again."
        if contract.reopen.on_customer_reply:
            yield "When the customer replies to a resolved ticket, that reopens it."
        else:
            yield (
                "When the customer replies to a resolved ticket, whoever had it last is told; it is reopened when "
                "somebody reopens it, and the next response is then owed for that reply."
            )


def _continued(reopen: ReopenTerms) -> str:
    if reopen.mode == "resume":
        return "continues where it stopped; the time in between is a pause"
    if reopen.within is None:
        return "begins again with the whole target"
    return (
        f"continues where it stopped if that is within {duration_words(reopen.within)} of its resolution, "
        "whatever the hours, and the time in between is a pause; later, it begins again with the whole target"
    )
