"""What targets over many tickets have come to, from the outcomes of these tickets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from tocsin.domain.contracts.clauses.aggregates import Aggregate
from tocsin.domain.reports.outcome import Outcome

PERCENTILES = {"median": 50, "p90": 90, "p95": 95}
LATE = frozenset({"breached", "met_late"})


@dataclass(frozen=True, slots=True)
class Attained:
    """A target over many tickets and what it came to; without anything measured neither value nor verdict."""

    aggregate: Aggregate
    measured: int
    """How many obligations; a ticket may have several, such as its regular updates."""
    value: timedelta | Fraction | None
    """Open time, or the share that was in time."""
    kept: bool | None


class _Measured(NamedTuple):
    late: bool
    used: timedelta | None


def attained(aggregate: Aggregate, outcomes: Collection[Outcome]) -> Attained:
    """Evaluate one target over the outcomes of its period.

    Attainment is the share that was met in time of what was met or breached; what was cancelled in time does not count.
    For a time, what was late counts with the open time until it was met or ended; what is promised in business days
    has none. Percentiles, the median among them, are by nearest rank: the smallest time within which so many percent
    were, so always one that occurred. Of tickets merged or deleted only what was late counts.
    """
    chosen = (each for each in outcomes if aggregate.priorities is None or each.priority in aggregate.priorities)
    measured = [obligation for outcome in chosen for obligation in _obligations(outcome, aggregate.metric)]
    if aggregate.at_least is not None:
        in_time, number = sum(not each.late for each in measured), len(measured)
        if not number:
            return Attained(aggregate, 0, None, None)
        return Attained(aggregate, number, Fraction(in_time, number), in_time * 100 >= aggregate.at_least * number)
    times = [each.used for each in measured if each.used is not None]
    if not times or aggregate.target is None:
        return Attained(aggregate, 0, None, None)
    value = _time(aggregate.statistic, times)
    return Attained(aggregate, len(times), value, value <= aggregate.target)


def _obligations(outcome: Outcome, metric: str) -> Iterator[_Measured]:
    """An obligation that was late under an earlier target has a verdict for each; it is one, and was late."""
    cycles: dict[str, list[str]] = {}
    used: dict[str, timedelta] = {}
    for verdict in outcome.obligations:
        if verdict.metric == metric:
            cycle = verdict.obligation_id.partition(".")[0]
            cycles.setdefault(cycle, []).append(verdict.state)
            if verdict.used_seconds is not None:
                used[cycle] = timedelta(seconds=verdict.used_seconds)
    for cycle, states in cycles.items():
        late = not LATE.isdisjoint(states)
        if late or ("met" in states and not outcome.withdrawn):
            yield _Measured(late, used.get(cycle))


def _time(statistic: str, times: Iterable[timedelta]) -> timedelta:
    ordered = sorted(times)
    if statistic == "average":
        return sum(ordered, timedelta()) / len(ordered)
    return ordered[ceil(Fraction(PERCENTILES[statistic] * len(ordered), 100)) - 1]
