"""Triggers about how often something happened: messages without a resolution, reopenings, the same problem again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from tocsin.domain.contracts.triggers.trigger import Facts, Firing, Trigger
from tocsin.domain.values.document import WholeNumber
from tocsin.domain.values.instants import Duration
from tocsin.domain.values.wording import counted, duration_words, ordinal

Often = Annotated[WholeNumber, Field(ge=1, le=1000)]


class Interactions(Trigger):
    """So many messages between the customer and people have not resolved it."""

    type: Literal["interactions"]
    times: Often

    def firings(self, facts: Facts) -> Iterator[Firing]:
        if len(facts.interactions) >= self.times:
            yield Firing(facts.interactions[self.times - 1], facts.cycle, self.condition)

    @property
    def condition(self) -> str:
        return f"{counted(self.times, 'message')} with the customer have not resolved it"

    def why_not(self, facts: Facts) -> str:
        return f"{len(facts.interactions)} of {counted(self.times, 'message')} so far"


class Reopened(Trigger):
    """It is reopened for the N-th time."""

    type: Literal["reopened"]
    times: Often = 1

    def firings(self, facts: Facts) -> Iterator[Firing]:
        for number, at in enumerate(facts.reopenings, start=1):
            if number >= self.times and at == facts.since:
                yield Firing(at, facts.cycle, f"it was reopened for the {ordinal(number)} time")

    @property
    def condition(self) -> str:
        return f"it is reopened for the {ordinal(self.times)} time, and each time after that"

    def why_not(self, facts: Facts) -> str:
        return f"it was reopened {counted(len(facts.reopenings), 'time')}"


class Recurrence(Trigger):
    """The same was reported so many times within a while, by the tickets that `recurrence_of` links."""

    type: Literal["recurrence"]
    times: Annotated[WholeNumber, Field(ge=2, le=100)]
    within: Duration = Field(description="by the clock on the wall, back from the opening")

    def firings(self, facts: Facts) -> Iterator[Firing]:
        if self._lately(facts) >= self.times:
            at = facts.occurrences[-1]
            yield Firing(
                at, "occurrence", f"the same was reported {counted(self._lately(facts), 'time')} {self._while}"
            )

    def _lately(self, facts: Facts) -> int:
        return sum(facts.occurrences[-1] - at <= self.within for at in facts.occurrences)

    @property
    def _while(self) -> str:
        return f"within {duration_words(self.within)}"

    @property
    def condition(self) -> str:
        return f"the same is reported for the {ordinal(self.times)} time {self._while}"

    def why_not(self, facts: Facts) -> str:
        return f"the same was reported {counted(self._lately(facts), 'time')} {self._while}"
