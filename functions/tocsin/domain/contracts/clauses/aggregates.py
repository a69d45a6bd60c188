"""Targets over many tickets, as a contract writes them: an average, a percentile, or a share that has to be in time."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from tocsin.domain.contracts.clauses.clause import Check, Clause, Contract, PutContext, Words
from tocsin.domain.contracts.clauses.targets import DEFAULT, NOT_METRICS, Row, closest
from tocsin.domain.contracts.metrics import PRESETS, REVIEW, TIER_ACKNOWLEDGEMENT, TIER_RESOLUTION
from tocsin.domain.contracts.periods import PeriodKind
from tocsin.domain.values.document import Part
from tocsin.domain.values.faults import Fault
from tocsin.domain.values.identifiers import PriorityName
from tocsin.domain.values.instants import BusinessDays, Duration
from tocsin.domain.values.wording import duration_words, enumerated

Statistic = Literal["average", "median", "p90", "p95", "attainment"]

STATISTICS: Mapping[Statistic, str] = {
    "average": "the average",
    "median": "the median",
    "p90": "the 90th percentile",
    "p95": "the 95th percentile",
}
"""Of times, in words."""

_SHARE = re.compile(r"(?P<percent>\d{1,3}(\.\d{1,2})?)%", re.ASCII)


def parse_share(value: Any) -> Decimal:
    """`95%` or `99.5%` as a number of percent, more than none and at most 100. Raises ValueError otherwise."""
    if isinstance(value, Decimal):
        return value
    match = _SHARE.fullmatch(value.strip()) if isinstance(value, str) else None
    percent = Decimal(match["percent"]) if match else Decimal(0)
    if not 0 < percent <= 100:
        raise ValueError(f"{value!r} is not a share; write it as 95% or 99.5%, at most 100%")
    return percent


Share = Annotated[
    Decimal,
    PlainValidator(parse_share),
    PlainSerializer(lambda percent: f"{percent}%"),
    WithJsonSchema({"type": "string", "examples": ["95%", "99.5%"]}),
]


class Aggregate(Part):
    """A target over the tickets that are resolved in a period: `target` for a time, `at_least` for attainment."""

    metric: str
    statistic: Statistic
    target: Duration | None = Field(None, description="of open time; for all statistics but attainment")
    at_least: Share | None = Field(None, description="for attainment: the share of what is owed that is met in time")
    period: PeriodKind
    priorities: Annotated[list[PriorityName], Field(min_length=1, max_length=50)] | None = Field(
        None, description="tickets of these alone; of all when left out"
    )

    @model_validator(mode="after")
    def _has_the_target_of_its_statistic(self) -> Aggregate:
        if self.statistic == "attainment" and (self.at_least is None or self.target is not None):
            raise ValueError("attainment is a share: it needs `at_least`, such as 95%, and has no `target`")
        if self.statistic != "attainment" and (self.target is None or self.at_least is not None):
            raise ValueError(f"{self.statistic} is a time: it needs `target`, such as 30m, and has no `at_least`")
        return self


def _faults(contract: Contract, put: PutContext) -> Iterator[Fault]:
    for number, aggregate in put.numbered("aggregates", contract.aggregates):
        path = f"aggregates.{number}"
        yield from _unknown_priorities(contract, path, aggregate)
        yield from _never_measured(contract, path, aggregate)


def _unknown_priorities(contract: Contract, path: str, aggregate: Aggregate) -> Iterator[Fault]:
    known = contract.known_priorities
    for place, name in enumerate(aggregate.priorities or ()):
        if known is not None and name not in known:
            why = f"{name!r} is no priority of this contract; it knows {', '.join(known)}"
            yield Fault(f"{path}.priorities.{place}", why)


def _never_measured(contract: Contract, path: str, aggregate: Aggregate) -> Iterator[Fault]:
    metric = aggregate.metric
    rows = [row for row in _rows_for(contract, aggregate.priorities) if metric in row.targets.by_metric]
    if metric in NOT_METRICS or not (rows or metric in _promised_elsewhere(contract)):
        yield Fault(f"{path}.metric", _why_never(contract, metric))
    elif aggregate.statistic != "attainment" and (days := _in_days(metric, rows)):
        why = f"is for times, but {metric} is promised in days by {', '.join(days)}"
        yield Fault(f"{path}.statistic", f"{why}; write attainment, or leave these tickets out by `priorities`")


def _rows_for(contract: Contract, priorities: Collection[str] | None) -> Iterator[Row]:
    """The rows that tickets of some of these priorities may fall under; of any when None."""
    named = [row.name for row in contract.rows]
    for row in contract.rows:
        wanted = row.when.priority
        if row.name == DEFAULT:
            wanted = [each for each in priorities or () if each not in named]
        if priorities is None or wanted is None or {*wanted} & {*priorities}:
            yield row


def _promised_elsewhere(contract: Contract) -> Iterator[str]:
    yield TIER_ACKNOWLEDGEMENT.name
    if any(tier.resolve_within for policy in contract.policies for tier in policy.tiers):
        yield TIER_RESOLUTION.name
    if contract.review:
        yield REVIEW.name


def _why_never(contract: Contract, metric: str) -> str:
    if any(metric in row.targets.by_metric for row in contract.rows):
        return "is not promised to tickets of these priorities, so it would never be measured"
    known = [*PRESETS, *contract.metrics, *_promised_elsewhere(contract)]
    if metric in known:
        return "is promised by no row of `targets`, so it would never be measured"
    return f"is not a metric of this contract; {closest(metric, known, known)}"


def _in_days(metric: str, rows: Collection[Row]) -> list[str]:
    if metric == REVIEW.name:
        return ["review"]
    return [row.path for row in rows if isinstance(row.targets.by_metric[metric], BusinessDays)]


class AggregatesClause(Clause):
    """Targets over all the tickets of a period."""

    heading: ClassVar = "Targets over many tickets"
    checks: ClassVar[Sequence[Check]] = (Check("targets priorities metrics escalation review", _faults),)

    aggregates: Annotated[list[Aggregate], Field(max_length=20)] = Field(
        default_factory=list, description="targets over all the tickets that are resolved in a period"
    )

    @staticmethod
    def words(contract: Contract) -> Words:
        if not contract.aggregates:
            return
        yield (
            "These targets are measured over all tickets that are resolved in a period. A ticket counts as it stands "
            "once nothing but a review is left to run on it. Weeks begin on Monday; midnights are those of "
            f"{contract.timezone}."
        )
        yield (
            "What is late counts with the time that it took to be met or to end. What is no longer owed does not "
            "count, unless it was late by then; of merged and deleted tickets only what is late counts."
        )
        yield (
            "The median and the percentiles use the nearest rank: the shortest time that half of the times, or the "
            "given percentage of them, do not exceed. No times are measured of targets in days."
        )
        for aggregate in contract.aggregates:
            yield _aggregate(contract, aggregate)


def _aggregate(contract: Contract, aggregate: Aggregate) -> str:
    metric = f"{contract.metric(aggregate.metric).label} ({aggregate.metric})"
    which = f" with priority {enumerated(aggregate.priorities, 'or')}" if aggregate.priorities else ""
    tickets = f"tickets{which} that are resolved in a {aggregate.period}"
    if aggregate.target:
        value = f"{STATISTICS[aggregate.statistic]} of {metric}"
        return f"Of the {tickets}, {value} is at most {duration_words(aggregate.target)}."
    return f"For the {tickets}, at least {aggregate.at_least}% of what is owed as {metric} is met in time."
