"""Why an obligation is due when it is: every stretch of its time, whether it counted, and what it hangs on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from tocsin.domain.business_hours import load_zone
from tocsin.domain.calendar import BusinessCalendar, Interval
from tocsin.domain.obligation import Obligation

Kind = Literal["counted", "paused", "closed"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Half-open [start, end). Where a calendar is closed nothing can pause, so closed wins over paused."""

    start: datetime
    end: datetime
    kind: Kind
    cause: str

    @property
    def length(self) -> timedelta:
        """Real time, across a change of the clocks too."""
        return self.end - self.start


def explain(obligation: Obligation, now: datetime) -> list[Stretch]:
    """From the start to the end, or else to the deadline or `now`, whichever is later; without gaps or overlaps.

    The counted stretches up to the deadline add up to the target. Empty where nothing is promised.
    """
    if obligation.promise is None:
        return []
    end = obligation.ended_at or max(now, obligation.due_at() or now)
    calendar, at = obligation.promise.calendar, obligation.started_at
    stretches: list[Stretch] = []
    for window in calendar.open_windows(at, end):
        stretches += _closed(calendar, at, window.start)
        at = window.end or end
        stretches += _open(obligation, window.start, at)
    return stretches + list(_closed(calendar, at, end))


def _open(obligation: Obligation, start: datetime, end: datetime) -> Iterator[Stretch]:
    at = start
    for pause, cause in sorted(zip(obligation.pauses, obligation.pause_causes, strict=True), key=_begin):
        begins, ends = max(pause.start, at), min(pause.end or end, end)
        if begins < ends:
            if at < begins:
                yield Stretch(at, begins, "counted", "opening hours")
            yield Stretch(begins, ends, "paused", f"event {cause}")
            at = ends
    if at < end:
        yield Stretch(at, end, "counted", "opening hours")


def _begin(pause: tuple[Interval, int]) -> datetime:
    return pause[0].start


def _closed(calendar: BusinessCalendar, start: datetime, end: datetime) -> Iterator[Stretch]:
    """Day by day where a holiday closes the day, as one stretch where only the opening hours do."""
    zone = load_zone(calendar.timezone)
    at, began, cause = start, start, ""
    while at < end:
        day = at.astimezone(zone).date()
        why = calendar.holiday(day) or "outside opening hours"
        if cause and why != cause:
            yield Stretch(began, at, "closed", cause)
            began = at
        cause = why
        at = min(end, datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC))
    if began < end:
        yield Stretch(began, end, "closed", cause)
