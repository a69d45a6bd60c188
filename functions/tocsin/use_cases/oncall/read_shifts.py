"""Who is on call when: the shifts of a schedule and of each of its layers, and what nobody covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.domain.calendars.business_hours import Span
from tocsin.domain.oncall.timetable import Shift, Timetable
from tocsin.domain.values.faults import Fault, Invalid

LONGEST = timedelta(days=366)
MOST_SHIFTS = 10_000
"""In one answer: a gateway takes 10 MB (AWS documentation, "Amazon API Gateway quotas", 2026-11)."""


@dataclass(frozen=True, slots=True)
class Shifts:
    """All shifts in [start, end), those of the layers whatever covers them."""

    start: datetime
    end: datetime
    final: Sequence[Shift]
    gaps: Sequence[Span]
    by_layer: Mapping[str, Sequence[Shift]]


def check_period(start: datetime, end: datetime) -> None:
    """Raises Invalid when that is no time at all, or more than a year."""
    if end <= start:
        raise Invalid([Fault("until", "is not after `from`")])
    if end - start > LONGEST:
        raise Invalid([Fault("until", f"is more than {LONGEST.days} days after `from`")])


def read_shifts(timetable: Timetable, start: datetime, end: datetime) -> Shifts:
    """The shifts in [start, end). Invalid when that is no time at all, more than a year, or too many shifts."""
    check_period(start, end)
    final, gaps = timetable.covered(start, end)
    found = Shifts(start, end, final, gaps, timetable.layer_shifts(start, end))
    if len(final) + sum(map(len, found.by_layer.values())) > MOST_SHIFTS:
        raise Invalid([Fault("until", f"there are more than {MOST_SHIFTS:,} shifts until then; ask for less time")])
    return found
