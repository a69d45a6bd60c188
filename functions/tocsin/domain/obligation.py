"""An obligation: one running measurement of a metric on one ticket."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from tocsin.domain.calendar import Interval
from tocsin.domain.events import Event
from tocsin.domain.metrics import Metric
from tocsin.domain.promise import Promise

State = Literal["running", "paused", "out_of_hours", "met", "met_late", "breached", "cancelled"]


class Obligation:
    """Measures from `started_at` until it is met or cancelled; pauses do not count.

    Every metric is measured on every ticket; where the contract promises nothing for it `promise` is None and
    nothing is ever due. So a priority that changes later finds the whole history, pauses included.
    """

    __slots__ = (
        "_due_at",
        "cycle",
        "ended_at",
        "known_at",
        "met_by",
        "metric",
        "pause_causes",
        "pauses",
        "promise",
        "revision",
        "started_at",
    )

    def __init__(self, metric: Metric, promise: Promise | None, start: Event) -> None:
        self.metric = metric
        self.promise = promise
        # Named for the events that began them, cycles keep their names when a late fact arrives between them.
        self.cycle = start.sequence
        self.revision = 0
        self.started_at = start.occurred_at
        self.known_at = start.recorded_at
        self.pauses: list[Interval] = []
        self.pause_causes: list[int] = []
        self.ended_at: datetime | None = None
        self.met_by: int | None = None
        self._due_at: datetime | None = None

    @property
    def obligation_id(self) -> str:
        """`resolution#1` began with event 1; event 7 gave `resolution#1.7` another target: it is warned about anew."""
        return f"{self.metric.name}#{self.cycle}" + (f".{self.revision}" if self.revision else "")

    @property
    def running(self) -> bool:
        """Whether it is still to be met, late or not."""
        return self.ended_at is None

    @property
    def paused(self) -> bool:
        """Whether a pause is open."""
        return bool(self.pauses) and self.pauses[-1].end is None

    def due_at(self) -> datetime | None:
        """When the target is used up; None where nothing is promised, or while paused before that."""
        if self._due_at is None and self.promise is not None:
            self._due_at = self.promise.due_at(self.started_at, self.pauses)
        return self._due_at

    def late(self, at: datetime) -> bool:
        """Whether the target is used up before `at`; meeting it exactly when it is due is in time."""
        due_at = self.due_at()
        return due_at is not None and at > due_at

    def state(self, now: datetime) -> State:
        """Where it stands at `now`."""
        if self.ended_at is not None:
            if self.met_by is None:
                return "cancelled"
            return "met_late" if self.late(self.ended_at) else "met"
        due_at = self.due_at()
        if due_at is not None and now >= due_at:
            return "breached"
        if self.paused:
            return "paused"
        return "running" if self.promise is None or self.promise.calendar.is_open(now) else "out_of_hours"

    def pause(self, at: datetime, cause: int = 0) -> None:
        """Stop counting, because of the event with that sequence number; harmless while already paused."""
        if not self.paused:
            self.pauses.append(Interval(at, None))
            self.pause_causes.append(cause)
            self._due_at = None

    def resume(self, at: datetime) -> None:
        """Count again; harmless while running."""
        if self.paused:
            self.pauses[-1] = Interval(self.pauses[-1].start, at)
            self._due_at = None

    def end(self, at: datetime, met_by: int | None) -> None:
        """Stop for good: met by the event with that sequence number, or cancelled."""
        self.resume(at)
        self.ended_at, self.met_by = at, met_by

    def revive(self, at: datetime) -> None:
        """Go on after a reopening; the time in between counts as a pause."""
        if self.ended_at is not None:
            self.pauses.append(Interval(self.ended_at, at))
            self.pause_causes.append(self.met_by or 0)
            self.ended_at = self.met_by = self._due_at = None

    def retarget(self, promise: Promise | None, change: Event) -> None:
        """Measure against another promise from the original start, keeping every pause."""
        if promise != self.promise:
            self.promise, self.revision, self.known_at = promise, change.sequence, change.recorded_at
            self._due_at = None
