"""Triggers about deadlines of what the customer was promised: before, when they pass, and when somebody foresees it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from tocsin.domain.contracts.promise import Threshold, WarnAt
from tocsin.domain.contracts.triggers.trigger import Facts, Firing, RunningDeadline, Trigger
from tocsin.domain.values.wording import duration_words

MetricNamed = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class _OfAMetric(Trigger):
    MEASURES: ClassVar[str | None] = "of"

    of: MetricNamed | None = Field(None, description="the metric; any that the customer is promised when left out")

    def _deadlines(self, facts: Facts) -> Iterator[RunningDeadline]:
        yield from (each for each in facts.deadlines if self.of in (None, each.metric))

    @property
    def _what(self) -> str:
        return f"the {self.of.replace('_', ' ')}" if self.of else "anything that the customer was promised"


class BeforeDeadline(_OfAMetric):
    """A share of the time is used up, or only so much is left."""

    type: Literal["before_deadline"]
    at: WarnAt = Field(description="`90%` of the time, or so much left: `30m left`")

    def firings(self, facts: Facts) -> Iterator[Firing]:
        for each in self._deadlines(facts):
            if (at := each.warned_at(self.at)) is not None and (each.due_at is None or at < each.due_at):
                yield Firing(at, each.obligation_id, f"of the {each.label} {_threshold(self.at)}")

    @property
    def condition(self) -> str:
        return f"of {self._what} {_threshold(self.at)}"


class Breach(_OfAMetric):
    """A deadline passes unmet."""

    type: Literal["breach"]

    def firings(self, facts: Facts) -> Iterator[Firing]:
        for each in self._deadlines(facts):
            if each.due_at is not None:
                yield Firing(each.due_at, each.obligation_id, f"the {each.label} is late")

    @property
    def condition(self) -> str:
        return f"{self._what} is late"


class BreachExpected(_OfAMetric):
    """Somebody says that a deadline will be missed."""

    type: Literal["breach_expected"]

    def firings(self, facts: Facts) -> Iterator[Firing]:
        for each in facts.expected:
            if self.of in (None, each.metric):
                yield Firing(each.at, f"expected#{each.sequence}", f"the {each.label} is expected to be late")

    @property
    def condition(self) -> str:
        return f"somebody says that {self._what} will be late"


def _threshold(threshold: Threshold) -> str:
    if threshold.percent:
        return f"{threshold.percent}% of the time is used up"
    return f"only {duration_words(threshold.left)} is left"
