"""What an obligation is measured against, and how that changes while it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tocsin.domain.calendars.calendar import Interval
from tocsin.domain.contracts.clauses.retarget import Mode
from tocsin.domain.contracts.countdown import Countdown
from tocsin.domain.contracts.promise import Promise
from tocsin.domain.tickets.events import Event
from tocsin.domain.values.instants import BusinessDays


class Targets:
    """The countdowns of an obligation: one, or with `best_for_customer` one per promise that there ever was.

    Where nothing is promised there is none.
    """

    __slots__ = ("_left", "countdowns", "promised", "started_at")

    def __init__(self, promise: Promise | None, started_at: datetime) -> None:
        self.started_at = started_at
        self.promised = promise
        """What the contract promised last; an earlier promise may rule instead."""
        self.countdowns = self._anew(promise)
        self._left: tuple[Countdown, datetime] | None = None
        """The countdown that ruled before the last change that found one, and when that was, for `forward`."""

    def ruling(self, pauses: Sequence[Interval]) -> Countdown | None:
        """The countdown that rules: of several the one that is due first."""
        if len(self.countdowns) <= 1:
            return self.countdowns[0] if self.countdowns else None
        dues = [(due, number) for number, each in enumerate(self.countdowns) if (due := each.due_at(pauses))]
        return self.countdowns[min(dues)[1] if dues else 0]

    def change(self, promise: Promise | None, mode: Mode, at: datetime, pauses: Sequence[Interval]) -> bool:
        """Measure against another promise, by the mode of the contract: whether another countdown rules now."""
        before, self.promised = self.ruling(pauses), promise
        if before is not None:
            self._left = before, at
        self.countdowns = self._countdowns(promise, mode, at, pauses)
        return self.ruling(pauses) is not before

    def _anew(self, promise: Promise | None) -> tuple[Countdown, ...]:
        return (Countdown(promise, self.started_at),) if promise else ()

    def _countdowns(
        self, promise: Promise | None, mode: Mode, at: datetime, pauses: Sequence[Interval]
    ) -> tuple[Countdown, ...]:
        anew = self._anew(promise)
        if mode == "best_for_customer":
            return self.countdowns if anew and anew[0] in self.countdowns else (*self.countdowns, *anew)
        if mode == "forward" and promise:
            if self._left is None:
                return (Countdown(promise, at),)
            if promise.same_unit(self._left[0].promise):  # No hours can be taken from a number of days.
                return (_forward(*self._left, promise, at, pauses),)
        return anew


def _forward(
    before: Countdown, until: datetime, promise: Promise, at: datetime, pauses: Sequence[Interval]
) -> Countdown:
    """Counts from a change on, with what was used up on the countdown before `until` it was left."""
    countdown = Countdown(promise, at, before.used_by(until, pauses), before, until)
    if isinstance(promise.target, BusinessDays):
        # The day of the change counts, though it has begun; that of the start does not, nor any day twice.
        began = promise.calendar.local_date(before.began)
        countdown = countdown._replace(after=max([began, *before.business_days(until, pauses)]))
    if countdown.nothing_left and (due_at := before.due_at(pauses)) and due_at <= until:
        # As before: what is late already is not late a second time.
        countdown = countdown._replace(missed=due_at)
    return countdown


@dataclass(slots=True)
class Revisions:
    """The names of an obligation: with another deadline it takes another, so that it is warned about and breached anew.

    A revision is the sequence number of the event that gave the deadline, 0 for the first.
    """

    current: int = 0
    missed: list[tuple[int, datetime]] = field(default_factory=list)
    """Deadlines that had passed when another took their place, by the revision that they belonged to."""

    def revise(self, before: datetime | None, due_at: datetime | None, change: Event, *, forgiven: bool) -> bool:
        """After a change of the deadline from `before` to `due_at`: whether it is one that there has not been.

        The same deadline keeps its name. `forgiven` is whether the one before does not count as missed, although it
        has passed.
        """
        if due_at is not None and due_at == before:
            return False
        if before is not None and before <= change.occurred_at and not forgiven:
            self.missed.append((self.current, before))
        again = next((revision for revision, missed in self.missed if missed == due_at), None)
        if again is None:
            self.current = change.sequence
            return True
        # Back to a deadline that was missed before: it is not missed twice.
        self.missed = [(revision, missed) for revision, missed in self.missed if revision != again]
        self.current = again
        return False
