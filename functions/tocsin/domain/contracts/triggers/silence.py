"""Triggers about time in which something did not happen: nobody acknowledged, resolved or answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from tocsin.domain.contracts.triggers.trigger import Facts, Firing, Trigger
from tocsin.domain.values.instants import Duration
from tocsin.domain.values.wording import duration_words


class _After(Trigger):
    after: Duration

    def _fires(self, facts: Facts, since: datetime, name: str) -> Iterator[Firing]:
        if (at := facts.open_time_after(since, self.after)) is not None:
            yield Firing(at, name, self.condition)

    @property
    def _long(self) -> str:
        return duration_words(self.after)


class Unacknowledged(_After):
    """Nobody has acknowledged for so long, in the ticket's hours."""

    type: Literal["unacknowledged"]

    def firings(self, facts: Facts) -> Iterator[Firing]:
        if not facts.acknowledged:
            yield from self._fires(facts, facts.since, facts.cycle)

    @property
    def condition(self) -> str:
        return f"nobody has acknowledged for {self._long}"

    def why_not(self, facts: Facts) -> str:
        return "somebody has the ticket" if facts.acknowledged else super().why_not(facts)


class Unresolved(_After):
    """It has not been resolved for so long, in the ticket's hours, without the time in which it waited."""

    type: Literal["unresolved"]

    def firings(self, facts: Facts) -> Iterator[Firing]:
        yield from self._fires(facts, facts.since, facts.cycle)

    @property
    def condition(self) -> str:
        return f"it has not been resolved for {self._long}"


class Unanswered(_After):
    """The customer wrote and nobody has answered for so long, in the ticket's hours."""

    type: Literal["unanswered"]

    def firings(self, facts: Facts) -> Iterator[Firing]:
        if facts.unanswered_since is not None:
            yield from self._fires(facts, facts.unanswered_since, f"wrote@{facts.unanswered_since.isoformat()}")

    @property
    def condition(self) -> str:
        return f"the customer has written and nobody has answered for {self._long}"

    def why_not(self, facts: Facts) -> str:
        return "the customer was answered" if facts.unanswered_since is None else super().why_not(facts)
