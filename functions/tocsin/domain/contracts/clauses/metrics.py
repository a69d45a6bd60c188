"""Metrics as a contract writes them: a preset with other conditions, or a metric of the contract's own."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, StringConstraints

from tocsin.domain.contracts.clauses.clause import Check, Clause, Contract, PutContext, Words
from tocsin.domain.contracts.clauses.targets import NOT_METRICS
from tocsin.domain.contracts.metrics import FACTS, PRESETS, REVIEW, TIER_METRICS, Metric
from tocsin.domain.contracts.selectors import ATTRIBUTES
from tocsin.domain.contracts.words import metric_words
from tocsin.domain.values.document import Part
from tocsin.domain.values.faults import Fault

NEVER_OF_A_ROW = frozenset(metric.name for metric in (REVIEW, *TIER_METRICS))
"""Metrics that the tiers or `review` promise."""

TAKEN = frozenset({*NOT_METRICS, "opened", "priority", *ATTRIBUTES})
"""What a metric of a contract's own cannot be called: in a row or in an example it would mean something else."""

CONDITIONS = ("start", "stop", "pause", "resume", "cancel", "reset")
MetricName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


def _known_fact(name: str) -> str:
    if name not in FACTS:
        near = difflib.get_close_matches(name, FACTS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(FACTS)}"
        raise ValueError(f"{name!r} is not a fact about a ticket; {hint}")
    return name


def _known_preset(name: str) -> str:
    if name not in PRESETS:
        raise ValueError(f"{name!r} is not a preset; known are {', '.join(PRESETS)}")
    return name


Condition = Annotated[list[Annotated[str, AfterValidator(_known_fact)]], Field(max_length=len(FACTS))]


class MetricTerms(Part):
    """What to change of a preset: of the one with the metric's own name, or of the one it is `like`.

    A metric that is like none needs `start` and `stop`; a condition left out is that of the preset, or never.
    """

    like: Annotated[str, AfterValidator(_known_preset)] | None = None
    label: Annotated[str, Field(min_length=1, max_length=60)] | None = Field(None, description="what people call it")
    start: Condition | None = None
    stop: Condition | None = None
    pause: Condition | None = None
    resume: Condition | None = None
    cancel: Condition | None = None
    reset: Condition | None = None
    repeats: bool | None = Field(None, description="meeting it starts the next cycle")
    continues_on_reopen: bool | None = Field(None, description="see the contract's `reopen`")
    customer_hears_of_breach: bool | None = None


def metric_of(name: str, terms: MetricTerms) -> Metric:
    """The metric that a contract's terms describe."""
    preset = PRESETS.get(terms.like or name)
    base = preset or Metric(name, name.replace("_", " "), start=frozenset(), stop=frozenset())
    given: dict[str, Any] = {field: getattr(terms, field) for field in MetricTerms.model_fields if field != "like"}
    changes: dict[str, Any] = {
        field: frozenset(value) if field in CONDITIONS else value for field, value in given.items() if value is not None
    }
    if preset and preset.name != name and "label" not in changes:
        changes["label"] = name.replace("_", " ")
    return replace(base, name=name, **changes)


def contradictions(metric: Metric, has_review: bool) -> Iterator[tuple[str, str]]:
    """Which condition cannot be meant, and why: what would never begin, never end, or do two things at once."""
    if not metric.start:
        yield "start", "is missing; without it nothing is ever measured"
    if not metric.stop:
        yield "stop", "is missing; the metric could never stop"
    elif metric.start and not any(
        _may_follow(stop, start, has_review) for start in metric.start for stop in metric.stop
    ):
        began, ends = _either(metric.start), _either(metric.stop)
        yield "stop", f"never happens after the start ({ends}, after {began}); the metric could never stop"
    for one, other, why in _EXCLUSIVE:
        both = getattr(metric, one) & getattr(metric, other)
        if both:
            yield other, f"has {_either(both)} in common with `{one}`: {why}"
    for condition in ("pause", "resume", "reset"):
        if "opened" in getattr(metric, condition):
            yield condition, "has opened, which never happens while it is measured: a ticket is opened once, at first"
    if metric.pause and not metric.resume:
        yield "resume", "is missing; once paused the metric would never count again"
    if metric.resume and not metric.pause:
        yield "resume", "is there without `pause`; nothing is ever paused"


_EXCLUSIVE = (
    ("start", "stop", "it would begin and end at the same moment; use `repeats` for one cycle after another"),
    ("start", "cancel", "it would begin and be cancelled at the same moment"),
    ("stop", "cancel", "an obligation cannot be met and cancelled by the same fact"),
    ("stop", "pause", "what is met cannot pause"),
    ("stop", "reset", "what is met is not begun again; use `repeats`"),
    ("cancel", "reset", "it would end for good and begin again"),
    ("pause", "resume", "it would stop and go on counting at the same moment"),
)


def _may_follow(later: str, earlier: str, has_review: bool) -> bool:
    if later.startswith("review") or earlier.startswith("review"):
        return has_review and later != "opened"
    return later != "opened" and earlier != "closed"


def _either(names: frozenset[str]) -> str:
    return " or ".join(sorted(names))


def _impossible(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    for name, terms in contract.metrics.items():
        if name in NEVER_OF_A_ROW:
            yield Fault(f"metrics.{name}", "is promised elsewhere: by the tiers of the escalation, or by `review`")
        elif name in TAKEN:
            yield Fault(f"metrics.{name}", "is the name of something else in a contract; give the metric another")
        else:
            for condition, why in contradictions(metric_of(name, terms), has_review=contract.review is not None):
                yield Fault(f"metrics.{name}.{condition}", why)


def _promised_by_no_row(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    promised = {name for row in contract.rows for name in row.targets.by_metric}
    for name in contract.metrics:
        if name not in promised | NEVER_OF_A_ROW | TAKEN:
            yield Fault(f"metrics.{name}", "is defined, but no row of `targets` promises it")


class MetricsClause(Clause):
    """Metrics as presets have them, with other conditions, or of the contract's own."""

    heading: ClassVar = "What is measured"
    checks: ClassVar[Sequence[Check]] = (Check("review", _impossible), Check("metrics targets", _promised_by_no_row))

    metrics: Annotated[dict[MetricName, MetricTerms], Field(max_length=20)] = Field(
        default_factory=dict, description="presets with other conditions, and metrics of the contract's own"
    )

    @staticmethod
    def words(contract: Contract) -> Words:
        yield from map(metric_words, contract.promised)
        if any(metric.pause for metric in contract.promised):
            yield (
                "What starts while the ticket is already waiting, in a way that it pauses for, is paused from the "
                "beginning."
            )
        yield (
            "When one event has several of these effects, they apply in this order: meeting, ending, beginning again, "
            "continuing, pausing, starting. So somebody who answers and closes a ticket in one action has answered it."
        )
