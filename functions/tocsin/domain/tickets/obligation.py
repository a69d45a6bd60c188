"""An obligation: one running measurement of a metric on one ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tocsin.domain.calendars.calendar import Interval
from tocsin.domain.contracts.clauses.retarget import Mode
from tocsin.domain.contracts.countdown import Countdown
from tocsin.domain.contracts.metrics import Metric
from tocsin.domain.contracts.promise import Promise, Threshold
from tocsin.domain.tickets.events import Event
from tocsin.domain.tickets.targets import Revisions, Targets
from tocsin.domain.tickets.verdict import FinalState

State = FinalState | Literal["running", "paused", "out_of_hours"]


@dataclass(frozen=True, slots=True)
class Override:
    """A due date that somebody set by hand: it stays as it is, whatever else changes, until it is set again."""

    due_at: datetime
    by: str
    reason: str
    sequence: int
    set_at: datetime


class Obligation:
    """Measures from `started_at` until it is met or cancelled; pauses do not count.

    What some row of the contract promises is measured on every ticket; where nothing is promised to this one there is
    no countdown and nothing is ever due. So a priority that changes later finds the whole history, pauses included.
    """

    __slots__ = (
        "_deadlines",
        "_due",
        "_warnings",
        "cycle",
        "ended_at",
        "known_at",
        "met_by",
        "metric",
        "not_before",
        "override",
        "pause_causes",
        "pauses",
        "revisions",
        "started_at",
        "targets",
    )

    def __init__(self, metric: Metric, promise: Promise | None, start: Event) -> None:
        self.metric = metric
        # Named for the events that began them, cycles keep their names when a late fact arrives between them.
        self.cycle = start.sequence
        self.revisions = Revisions()
        self.started_at = start.occurred_at
        self.known_at = start.recorded_at
        self.targets = Targets(promise, start.occurred_at)
        self.override: Override | None = None
        self.not_before: datetime | None = None
        """When it was reopened, if it had been met in time: it is not late any earlier."""
        self.pauses: list[Interval] = []
        self.pause_causes: list[int] = []
        self.ended_at: datetime | None = None
        self.met_by: int | None = None
        self._due: tuple[datetime | None] | None = None
        self._warnings: list[tuple[str, datetime]] | None = None
        self._deadlines: list[tuple[str, datetime]] | None = None
        """What `due_at`, `warnings` and `deadlines` have worked out, until something happens that may change it."""

    @property
    def obligation_id(self) -> str:
        """`resolution#1` began with event 1; event 7 gave `resolution#1.7` another target: it is warned about anew."""
        return self._name(self.revisions.current)

    def _name(self, revision: int) -> str:
        return f"{self.metric.name}#{self.cycle}" + (f".{revision}" if revision else "")

    @property
    def running(self) -> bool:
        """Whether it is still to be met, late or not."""
        return self.ended_at is None

    @property
    def paused(self) -> bool:
        """Whether a pause is open."""
        return bool(self.pauses) and self.pauses[-1].end is None

    @property
    def countdown(self) -> Countdown | None:
        """The countdown that rules (see `Targets`)."""
        return self.targets.ruling(self.pauses)

    @property
    def promise(self) -> Promise | None:
        """What is promised, by the countdown that rules."""
        countdown = self.countdown
        return countdown.promise if countdown else None

    @property
    def owed(self) -> bool:
        """Whether anything is promised, by the contract or by hand."""
        return bool(self.targets.countdowns) or self.override is not None

    def due_at(self) -> datetime | None:
        """When it is due; None where nothing is promised, or while paused before that."""
        if self._due is None:
            self._due = (self._worked_out_due_at(),)
        return self._due[0]

    def _worked_out_due_at(self) -> datetime | None:
        countdown = self.countdown
        due_at = self.override.due_at if self.override else countdown.due_at(self.pauses) if countdown else None
        return max(due_at, self.not_before) if due_at and self.not_before else due_at

    def warnings(self) -> list[tuple[str, datetime]]:
        """Each warning as the contract writes it, with its instant, given already or not."""
        if self._warnings is None:
            self._warnings = self._worked_out_warnings()
        return self._warnings

    def _worked_out_warnings(self) -> list[tuple[str, datetime]]:
        countdown, due_at = self.countdown, self.due_at()
        if countdown is None:
            return []
        if self.override is not None:
            # Such a date stands whatever pauses, so its warnings are shares of the time from then until there.
            return countdown._replace(counts_from=self.override.set_at).warnings((), due_at, by_hand=True)
        return countdown.warnings(self.pauses, due_at)

    def reached_at(self, threshold: Threshold) -> datetime | None:
        """When a threshold that the contract names elsewhere is reached; None while paused before that."""
        countdown, due_at = self.countdown, self.due_at()
        if countdown is None:
            return None
        if self.override is not None:
            return countdown._replace(counts_from=self.override.set_at).reached_at(threshold, (), due_at, by_hand=True)
        return countdown.reached_at(threshold, self.pauses, due_at, by_hand=False)

    def _ended_late(self) -> bool:
        """Whether it ended after it was due; met exactly when it is due is in time, what was not met by then is not."""
        if self.ended_at is None or (self.met_by is not None and self._surely_in_time(self.ended_at)):
            return False
        due_at = self.due_at()
        return due_at is not None and (self.ended_at > due_at or (self.met_by is None and self.ended_at == due_at))

    def _surely_in_time(self, at: datetime) -> bool:
        # No more business time passes than time: what was quick needs no calendar to show that it was in time.
        if len(self.targets.countdowns) != 1 or self.override is not None:
            return False
        [countdown] = self.targets.countdowns
        target = countdown.promise.target
        return isinstance(target, timedelta) and not countdown.used and at - countdown.counts_from <= target

    def final_state(self) -> FinalState | None:
        """How it ended; None while it runs. What was late when it was cancelled stays breached: nobody deletes that."""
        if self.ended_at is None:
            return None
        if self.met_by is None:
            return "breached" if self._ended_late() else "cancelled"
        return "met_late" if self._ended_late() else "met"

    def state(self, now: datetime) -> State:
        """Where it stands at `now`."""
        if (ended := self.final_state()) is not None:
            return ended
        due_at = self.due_at()
        if due_at is not None and now >= due_at:
            return "breached"
        if self.paused:
            return "paused"
        promise = self.promise
        return "running" if promise is None or promise.calendar.is_open(now) else "out_of_hours"

    def superseded_deadlines(self) -> list[tuple[str, datetime]]:
        """Deadlines that had passed when another target took their place: name of the obligation then, and due date."""
        return [(self._name(revision), due_at) for revision, due_at in self.revisions.missed]

    def deadlines(self) -> list[tuple[str, datetime]]:
        """Every deadline that has passed unmet or may yet: name of the obligation then, and when it is due."""
        if self._deadlines is None:
            self._deadlines = self.superseded_deadlines()
            due_at = self.due_at() if self.running or self._ended_late() else None
            if due_at is not None:
                self._deadlines.append((self.obligation_id, due_at))
        return self._deadlines

    def breaches(self, now: datetime) -> list[tuple[str, datetime]]:
        """Those of them that have passed by `now`."""
        return [(name, due_at) for name, due_at in self.deadlines() if due_at <= now]

    def _changed(self) -> None:
        self._due = self._warnings = self._deadlines = None

    def pause(self, at: datetime, cause: int = 0) -> None:
        """Stop counting, because of the event with that sequence number; harmless while already paused."""
        if not self.paused:
            self.pauses.append(Interval(at, None))
            self.pause_causes.append(cause)
            self._changed()

    def resume(self, at: datetime) -> None:
        """Count again; harmless while running."""
        if self.paused:
            self.pauses[-1] = Interval(self.pauses[-1].start, at)
            self._changed()

    def end(self, at: datetime, met_by: int | None) -> None:
        """Stop for good: met by the event with that sequence number, or cancelled."""
        self.resume(at)
        self.ended_at, self.met_by, self._deadlines = at, met_by, None

    def given_up_at(self, resolved_at: datetime) -> bool:
        """Whether resolving the ticket ended it unmet, so that it is owed again on reopening: nobody has done it since.

        What reopening begins anew, and what belongs to the tiers, is none of these.
        """
        by_resolving = self.ended_at == resolved_at and self.met_by is None and "resolved" in self.metric.cancel
        return by_resolving and not self.metric.of_tiers and "reopened" not in self.metric.start

    def revive(self, reopening: Event) -> None:
        """Go on after a reopening; the time in between counts as a pause.

        What was met in time is not found late for the time before: with nothing left it is due when it is reopened.
        """
        if self.ended_at is not None:
            if not self._ended_late():
                self.not_before = reopening.occurred_at
            self.pauses.append(Interval(self.ended_at, reopening.occurred_at))
            self.pause_causes.append(self.met_by or 0)
            self.ended_at = self.met_by = None
            self.known_at = reopening.recorded_at
            self._changed()

    def retarget(self, promise: Promise | None, mode: Mode, change: Event) -> None:
        """Measure against another promise, keeping every pause; see `Mode`. A due date set by hand stays."""
        if promise == self.targets.promised:
            return
        due_at = self.due_at()
        if self.targets.change(promise, mode, change.occurred_at, self.pauses):
            self._revise(due_at, change)

    def set_due_at(self, override: Override | None, change: Event) -> None:
        """Be due when somebody says, or (None) when the contract says again."""
        due_at = self.due_at()
        self.override = override
        self._revise(due_at, change)

    def _revise(self, before: datetime | None, change: Event) -> None:
        self._changed()
        # What was met in time and is reopened with another target has not missed the one before.
        forgiven = change.occurred_at == self.not_before
        if self.revisions.revise(before, self.due_at(), change, forgiven=forgiven):
            self.known_at = change.recorded_at


def named_for(obligation_id: str) -> str:
    """The event that an obligation is named for: the one that gave it another target, else the one that began it."""
    cycle, _, revision = obligation_id.partition("#")[2].partition(".")
    return revision or cycle
