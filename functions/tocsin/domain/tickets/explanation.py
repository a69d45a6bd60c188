"""Why an obligation is due when it is: every stretch of its time, whether it counted, what it hangs on, who had it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from tocsin.domain.calendars.business_hours import load_zone
from tocsin.domain.calendars.calendar import BusinessCalendar
from tocsin.domain.contracts.countdown import Countdown
from tocsin.domain.tickets.obligation import Obligation
from tocsin.domain.tickets.ticket import NOBODY

Kind = Literal["counted", "paused", "closed"]
Holders = Sequence[tuple[datetime, str]]
"""Who had the ticket from when on, in order."""

CLOSED = "closed hours"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Half-open [start, end). Where a calendar is closed nothing can pause, so closed wins over paused."""

    start: datetime
    end: datetime
    kind: Kind
    cause: str
    holder: str = CLOSED
    """Whom the time is put down to: a tier, the customer, a vendor, nobody; in closed hours those."""
    late: bool = False
    """Whether it lies after the deadline."""

    @property
    def length(self) -> timedelta:
        """Real time, across a change of the clocks too."""
        return self.end - self.start


def explain(
    obligation: Obligation, now: datetime, holders: Holders = (), until: datetime | None = None
) -> list[Stretch]:
    """From the start to the end, or else to the deadline or `now`, whichever is later; without gaps or overlaps.

    Nothing beyond `until`, which bounds the work where the deadline lies years ahead.

    The counted stretches up to the deadline add up to the target, unless that is a number of business days, the
    deadline was set by hand, or nothing was left when the ticket changed or was reopened. Empty where nothing is
    promised.
    """
    countdown, due_at = obligation.countdown, obligation.due_at()
    if countdown is None:
        return []
    end = obligation.ended_at or max(now, due_at or now)
    end = min(end, until) if until else end
    stretches = _on(countdown, obligation, end)
    cuts = sorted({at for at, _ in holders} | ({due_at} if due_at else set()))
    return _joined(_put_down(piece, holders, due_at) for stretch in stretches for piece in _cut(stretch, cuts))


def seconds_by_holder(stretches: Iterable[Stretch]) -> dict[str, float]:
    """How long each had it; the sums add up to the whole length."""
    seconds: dict[str, float] = {}
    for stretch in stretches:
        seconds[stretch.holder] = seconds.get(stretch.holder, 0.0) + stretch.length.total_seconds()
    return seconds


def _on(countdown: Countdown, obligation: Obligation, end: datetime) -> list[Stretch]:
    """In the hours of each countdown in turn the time counts until it was left; between two, nothing was promised."""
    stretches = []
    if countdown.before is not None:
        left, begins = min(countdown.until or countdown.counts_from, end), min(countdown.counts_from, end)
        stretches = _on(countdown.before, obligation, left)
        if left < begins:
            stretches.append(Stretch(left, begins, "paused", "nothing promised"))
    return [*stretches, *_in_hours(countdown.promise.calendar, obligation, countdown.counts_from, end)]


def _in_hours(calendar: BusinessCalendar, obligation: Obligation, start: datetime, end: datetime) -> Iterator[Stretch]:
    at = start
    for window in calendar.open_windows(start, end):
        yield from _closed(calendar, at, window.start)
        at = window.end or end
        yield from _open(obligation, window.start, at)
    yield from _closed(calendar, at, end)


def _open(obligation: Obligation, start: datetime, end: datetime) -> Iterator[Stretch]:
    at, pauses = start, zip(obligation.pauses, obligation.pause_causes, strict=True)
    for pause, cause in sorted(pauses, key=lambda pause: pause[0].start):
        begins, ends = max(pause.start, at), min(pause.end or end, end)
        if begins < ends:
            if at < begins:
                yield Stretch(at, begins, "counted", "opening hours")
            yield Stretch(begins, ends, "paused", f"event {cause}")
            at = ends
    if at < end:
        yield Stretch(at, end, "counted", "opening hours")


def _closed(calendar: BusinessCalendar, start: datetime, end: datetime) -> Iterator[Stretch]:
    """Day by day where a holiday or a special day closes it, as one stretch where only the opening hours do."""
    zone = load_zone(calendar.timezone)
    at, began, cause = start, start, ""
    while at < end:
        day = at.astimezone(zone).date()
        why = calendar.special_day(day) or calendar.holiday(day) or "outside opening hours"
        if cause and why != cause:
            yield Stretch(began, at, "closed", cause)
            began = at
        cause = why
        at = min(end, datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC))
    if began < end:
        yield Stretch(began, end, "closed", cause)


def _cut(stretch: Stretch, cuts: Sequence[datetime]) -> Iterator[Stretch]:
    start = stretch.start
    for cut in cuts[bisect_right(cuts, start) :]:
        if cut >= stretch.end:
            break
        yield Stretch(start, cut, stretch.kind, stretch.cause)
        start = cut
    yield Stretch(start, stretch.end, stretch.kind, stretch.cause)


def _joined(pieces: Iterable[Stretch]) -> list[Stretch]:
    """Neighbours that differ in nothing but their time as one stretch."""
    joined: list[Stretch] = []
    for piece in pieces:
        if joined and _alike(joined[-1], piece):
            joined[-1] = replace(joined[-1], end=piece.end)
        else:
            joined.append(piece)
    return joined


def _alike(before: Stretch, after: Stretch) -> bool:
    # Compared by hand: an explanation has up to a hundred thousand of them.
    return (
        before.kind == after.kind
        and before.cause == after.cause
        and before.holder == after.holder
        and before.late == after.late
    )


def _put_down(stretch: Stretch, holders: Holders, due_at: datetime | None) -> Stretch:
    late = due_at is not None and stretch.start >= due_at
    if stretch.kind == "closed":
        return Stretch(stretch.start, stretch.end, stretch.kind, stretch.cause, late=late)
    before = bisect_right(holders, stretch.start, key=lambda holder: holder[0])
    holder = holders[before - 1][1] if before else NOBODY
    return Stretch(stretch.start, stretch.end, stretch.kind, stretch.cause, holder, late)
