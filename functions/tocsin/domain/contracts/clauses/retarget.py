"""What becomes of running obligations when a ticket or its contract changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from tocsin.domain.contracts.clauses.clause import Clause, Contract, Words
from tocsin.domain.contracts.selectors import ATTRIBUTES
from tocsin.domain.values.document import Part
from tocsin.domain.values.wording import enumerated

Mode = Literal["retroactive", "forward", "best_for_customer"]
"""retroactive: the new target counts from the original start, and may be used up at once.
forward: what was used up so far stays used; the new target and calendar apply to the rest. Business days count by the
hours that hold when they close, each date once. A target in another unit of time counts as if retroactive.
best_for_customer: the earlier of the deadline before the change and the retroactive one.
Pauses are kept in all three."""


class RetargetTerms(Part):
    """The mode for each kind of change."""

    priority: Mode = "retroactive"
    attributes: Mode = Field("retroactive", description="category, tags and whatever else a selector looks at")
    contract: Mode = Field("forward", description="a ticket moves to another version of its contract")
    calendar: Mode = Field("forward", description="only the calendar is another: it was edited, or the zone changed")


MODES: Mapping[Mode, str] = {
    "retroactive": "the new target counts from the original start, so it may already be used up",
    "forward": "what was used up until then stays used up, and the new target and hours apply to the rest",
    "best_for_customer": "the earlier of two deadlines holds: the one before the change, "
    "and that of the new target counted from the original start",
}


class RetargetClause(Clause):
    """The modes, for each kind of change."""

    heading: ClassVar = "Changes"

    retarget: RetargetTerms = RetargetTerms()

    @staticmethod
    def words(contract: Contract) -> Words:
        retarget = contract.retarget
        others = enumerated((name.replace("_", " ") for name in ATTRIBUTES if name in contract.deciding), "or")
        yield f"When the priority changes, {MODES[retarget.priority]}."
        yield f"When something else that decides the targets changes ({others}), {MODES[retarget.attributes]}."
        yield (
            "A ticket stays under the version of the contract that was in force when it was opened. When it is moved "
            f"to another one, {MODES[retarget.contract]}."
        )
        yield f"When only the hours of a target change and the target itself does not, {MODES[retarget.calendar]}."
        if "forward" in {retarget.priority, retarget.attributes, retarget.contract}:
            yield (
                "Time used up can only be taken from a target in the same unit: open time, business days or calendar "
                "days. A target in another unit counts from the original start."
            )
        yield "Pauses are kept in all of these, and what has ended stays as it was."
