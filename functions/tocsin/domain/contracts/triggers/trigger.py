"""What a trigger is: a condition of the contract on which a ticket is escalated, whatever silence would do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, NamedTuple

from pydantic import Field, model_validator

from tocsin.domain.contracts.policy import MOST_TIERS, NamedTarget
from tocsin.domain.contracts.promise import Threshold
from tocsin.domain.contracts.selectors import Circumstances, Selector
from tocsin.domain.contracts.words import selector_words
from tocsin.domain.values.document import Part, WholeNumber


class Firing(NamedTuple):
    """A trigger fires: when, and why, in words. It does so once for each name."""

    at: datetime
    name: str
    because: str


class RunningDeadline(NamedTuple):
    """A promise to the customer that still runs: its name, its metric with a label for people, and when it is due.

    `warned_at` says when a threshold before it is reached, `due_at` is None while it is paused.
    """

    obligation_id: str
    metric: str
    label: str
    due_at: datetime | None
    warned_at: Callable[[Threshold], datetime | None]


class Expected(NamedTuple):
    """Somebody said that a deadline will be missed."""

    at: datetime
    sequence: int
    metric: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What triggers look at: a ticket since it was opened, or reopened last."""

    circumstances: Circumstances
    since: datetime
    """When it was opened, or reopened last."""
    cycle: str
    """Names that opening or reopening."""
    known_since: datetime
    """When what is known of it changed last: its priority, or attributes that selectors look at."""
    acknowledged: bool
    open_time_after: Callable[[datetime, timedelta], datetime | None]
    """When so much time has passed since an instant, in the ticket's hours, without waiting; None while it waits."""
    deadlines: Sequence[RunningDeadline] = ()
    interactions: Sequence[datetime] = ()
    """When the customer wrote, or was answered by a person."""
    reopenings: Sequence[datetime] = ()
    """All of them, in order."""
    unanswered_since: datetime | None = None
    """When the customer wrote to which nobody has answered since."""
    asked: Sequence[tuple[datetime, int]] = field(default=())
    """When the customer asked for an escalation, with the sequence number of that event."""
    expected: Sequence[Expected] = ()
    """What somebody said will be missed."""
    occurrences: Sequence[datetime] = ()
    """When the same was reported before, the opening of this ticket last; empty where nobody says that it recurs."""


class Trigger(Part):
    """A row of the contract's triggers: a condition, the tickets it is for, and who is alerted then.

    A kind of trigger is a module beside this one, with a class that has a `type` and what it needs to know, and a row
    in `tocsin.domain.contracts.triggers.AnyTrigger`.
    """

    MEASURES: ClassVar[str | None] = None
    """The field that names a metric of the contract, if it has one."""

    to_tier: Annotated[WholeNumber, Field(ge=1, le=MOST_TIERS)] | None = Field(
        None, description="the tier that is alerted; the next one when left out"
    )
    to: NamedTarget | None = Field(
        None, description="a team, schedule or person beside the chain, instead of a tier: a functional escalation"
    )
    when: Selector = Field(Selector(), description="the tickets it is for, as in a row of targets")

    @model_validator(mode="after")
    def _alerts_one(self) -> Trigger:
        if self.to_tier is not None and self.to is not None:
            raise ValueError("has `to_tier` and `to`; a trigger alerts a tier, or somebody beside the chain")
        return self

    def firings(self, facts: Facts) -> Iterator[Firing]:
        """When it fires by what is known, also in the time to come; those of a name that fired before do not count."""
        raise NotImplementedError

    @property
    def condition(self) -> str:
        """When, in words: `the resolution is late`."""
        raise NotImplementedError

    def why_not(self, facts: Facts) -> str:
        """Why it has not fired, in words."""
        return f"{self.condition}: not so far"

    @property
    def key(self) -> str:
        """Tells it from other triggers: the same condition with other consequences fires for itself."""
        return self.model_dump_json(exclude_defaults=True)

    @property
    def says(self) -> str:
        """The condition without its consequences, so that two of a kind can be compared."""
        return self.model_dump_json(exclude_defaults=True, exclude={"to_tier", "to"})

    @property
    def words(self) -> str:
        """A sentence for the contract."""
        whose = "" if self.when.is_default else f" of a ticket with {selector_words(self.when)}"
        return f"When {self.condition}{whose}, {self.whom} is alerted at once."

    @property
    def whom(self) -> str:
        """Who is alerted, in words."""
        if self.to is not None:
            return f"{self.to.target.words}, beside the chain,"
        return f"tier {self.to_tier}" if self.to_tier else "the next tier"

    def is_for(self, facts: Facts) -> bool:
        """Whether the ticket is one of those that it is for."""
        return self.when.is_default or self.when.matches(facts.circumstances)
