"""What becomes of running obligations when a ticket or its contract changes, and when a ticket is reopened."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from tocsin.domain.values.document import Part
from tocsin.domain.values.instants import Duration

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


class ReopenTerms(Part):
    """What a reopened ticket owes."""

    mode: Literal["resume", "new_cycle", "grace"] = Field(
        "resume",
        description="resume: go on counting, the time in between is a pause; new_cycle: begin again with the whole "
        "target; grace: resume when it is reopened `within` so long, else a new cycle",
    )
    within: Duration | None = Field(None, description="of `grace`: by the clock on the wall, since it was resolved")

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
