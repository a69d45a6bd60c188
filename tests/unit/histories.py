"""Histories that Hypothesis makes up: facts that happen to a ticket, and its life with an execution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.unit.story import KEY, after, event
from tocsin.domain.assessment.assessment import Assessment, assess
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.oncall.team import Team
from tocsin.domain.tickets.events import Actor


@dataclass(frozen=True)
class Fact:
    """Something that happens, in minutes after the opening, and how late we learn of it."""

    type: type[Any]
    details: dict[str, Any]
    actor: Actor
    at: int
    delay: int

    def event(self, sequence: int, recorded_at: datetime) -> Any:
        return event(sequence, self.type, after(self.at), recorded_at, self.actor, self.details)


def log_of(opened: Any, history: Sequence[Fact], end: datetime) -> list[Any]:
    """The log of a history that is recorded in the order given at an instant, whenever it occurred."""
    return [opened, *(fact.event(number, end) for number, fact in enumerate(history, 2))]


class Life:
    """A ticket whose execution assesses it at every timer and at every event that is learned of, until an instant."""

    def __init__(
        self,
        opened: Any,
        history: Sequence[Fact],
        versions: Mapping[int, Contract],
        teams: Mapping[str, Team],
        end: datetime,
    ) -> None:
        self.versions, self.teams = versions, teams
        self.now = opened.occurred_at
        self.log: list[Any] = [opened]
        for fact in sorted(history, key=lambda fact: fact.at + fact.delay):
            self.run_until(after(fact.at + fact.delay))
            self.log.append(fact.event(len(self.log) + 1, self.now))
        self.run_until(max(self.now, end))

    def run_until(self, end: datetime) -> None:
        while (timer := self.step().timer) is not None and timer.at <= end:
            assert timer.at > self.now, "a timer that is already over would fire for ever"
            self.now = timer.at
        self.now = end
        self.step()

    def step(self) -> Assessment:
        assessment = self.assess()
        self.log += assessment.events
        return assessment

    def assess(self) -> Assessment:
        return assess(KEY, self.versions, self.log, self.teams.get, self.now)
