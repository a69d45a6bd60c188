"""A countdown: a promise as it counts from an instant. It says when the target is used up, and when to warn before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from tocsin.domain.calendars.calendar import Interval
from tocsin.domain.contracts.promise import Amount, Promise, Threshold
from tocsin.domain.values.instants import BusinessDays

ZERO = timedelta()


class Countdown(NamedTuple):
    """A promise and the instant it counts from; `used` is what was used up `until` then, on the countdown before."""

    promise: Promise
    counts_from: datetime
    used: Amount = ZERO
    before: Countdown | None = None
    until: datetime | None = None
    """When the countdown before was left: earlier than `counts_from` where nothing was promised in between."""
    missed: datetime | None = None
    """The deadline of the countdown before, if it was missed and nothing is left on this one either."""
    after: date | None = None
    """Of business days: the date after which they count, where that is not the date of `counts_from`."""

    @property
    def began(self) -> datetime:
        """The instant from which the first of the countdowns counted."""
        return self.before.began if self.before else self.counts_from

    @property
    def nothing_left(self) -> bool:
        """Whether the target was used up before this countdown began."""
        target = self.promise.target
        return self._days_used >= target if isinstance(target, BusinessDays) else self._time_used >= target

    def due_at(self, pauses: Sequence[Interval]) -> datetime | None:
        """When the target is used up, `counts_from` where nothing was left; None while paused before that."""
        return self.missed or self._reached(self.promise.target, pauses)

    def used_by(self, at: datetime, pauses: Sequence[Interval]) -> Amount:
        """How much of the target is used up at an instant, in its unit."""
        if isinstance(self.promise.target, BusinessDays):
            days = self.promise.calendar.business_days(self.counts_from, at, pauses, self.after)
            return BusinessDays(len(days) + self._days_used)
        return self.promise.calendar.elapsed(self.counts_from, at, pauses) + self._time_used

    def business_days(self, at: datetime, pauses: Sequence[Interval]) -> list[date]:
        """Those that counted by an instant, on the countdowns before too."""
        earlier = self.before.business_days(self.until or self.counts_from, pauses) if self.before else []
        return earlier + self.promise.calendar.business_days(self.counts_from, at, pauses, self.after)

    def warnings(
        self, pauses: Sequence[Interval], due_at: datetime | None, by_hand: bool = False
    ) -> list[tuple[str, datetime]]:
        """Each warning as the contract writes it, with its instant; none at or after the deadline.

        Of thresholds that are reached at the same instant (75% of an hour, 15 minutes left) only the first warns.

        Where the deadline is no amount of open time, because it is a business day or was set by hand, shares are
        shares of the open time that there is until then.
        """
        first_at: dict[datetime, str] = {}
        for threshold in self.promise.warn_at:
            reached = self.reached_at(threshold, pauses, due_at, by_hand)
            if reached is not None:
                first_at.setdefault(reached, _label(threshold))
        found = []
        for reached, label in first_at.items():
            wanted = self.promise.warnings_in
            at = wanted.next_opening(reached) if wanted else reached
            if due_at is None or at < due_at:
                found.append((label, at))
        return found

    def reached_at(
        self, threshold: Threshold | BusinessDays, pauses: Sequence[Interval], due_at: datetime | None, by_hand: bool
    ) -> datetime | None:
        """When a threshold is reached, given when it is all due; None where it never is, or while paused before."""
        target, calendar = self.promise.target, self.promise.calendar
        if isinstance(threshold, BusinessDays):
            return None if by_hand else self._reached(threshold, pauses)
        if not by_hand and isinstance(target, timedelta):
            warned = threshold.used_at(target)
            return self._reached(warned, pauses) if warned > ZERO else None
        if due_at is None:
            return None
        warned = threshold.used_at(calendar.elapsed(self.counts_from, due_at, pauses))
        return calendar.deadline(self.counts_from, warned, pauses) if warned > ZERO else None

    def _reached(self, amount: Amount, pauses: Sequence[Interval]) -> datetime | None:
        calendar, start = self.promise.calendar, self.counts_from
        if isinstance(amount, BusinessDays):
            days = amount - self._days_used
            return calendar.end_of_business_day(start, days, pauses, self.after) if days > 0 else start
        left = amount - self._time_used
        return calendar.deadline(start, left, pauses) if left > ZERO else start

    @property
    def _time_used(self) -> timedelta:
        return self.used if isinstance(self.used, timedelta) else ZERO

    @property
    def _days_used(self) -> int:
        return self.used if isinstance(self.used, BusinessDays) else 0


def _label(threshold: Threshold | BusinessDays) -> str:
    return f"{int(threshold)}bd" if isinstance(threshold, BusinessDays) else str(threshold)
