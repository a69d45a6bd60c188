"""When people are warned before a deadline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import Field

from tocsin.domain.contracts.clauses.clause import Check, Clause, Contract, PutContext, Words
from tocsin.domain.contracts.clauses.hours import CalendarName, hours_words
from tocsin.domain.contracts.promise import Threshold, WarnAt
from tocsin.domain.values.faults import Fault
from tocsin.domain.values.instants import short_target
from tocsin.domain.values.wording import duration_words, enumerated

Thresholds = Annotated[list[WarnAt], Field(max_length=10)]


def warning_words(thresholds: Iterable[Threshold]) -> str:
    """`when 75% of the time is used up and with 30 minutes left`; empty for no thresholds."""
    return enumerated(map(_threshold, thresholds))


def _threshold(threshold: Threshold) -> str:
    if threshold.percent:
        return f"when {threshold.percent}% of the time is used up"
    return f"with {duration_words(threshold.left)} left"


def _never_given(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    """So much time is left before the target has begun to be used up, whatever metric it is."""
    others = [row for row in contract.rows if row.targets.warn_at is None]
    given = [(f"{row.path}.warn_at", row.targets.warn_at, [row]) for row in contract.rows if row.targets.warn_at]
    for path, thresholds, rows in [*given, ("warn_at", contract.warn_at, others)]:
        targets = [target for row in rows for target in row.targets.by_metric.values()]
        for number, threshold in enumerate(thresholds):
            if targets and all(isinstance(target, timedelta) and target <= threshold.left for target in targets):
                longest = short_target(max(targets))
                yield Fault(f"{path}.{number}", f"would never be given: the longest target it is for is {longest}")


class WarningsClause(Clause):
    """Thresholds, and the hours in which warnings are given."""

    heading: ClassVar = "Warnings"
    checks: ClassVar[Sequence[Check]] = (Check("warn_at targets", _never_given),)

    warn_at: Thresholds = Field(default_factory=lambda: [Threshold(percent=75)], description="75% when left out")
    warnings_in: CalendarName | None = Field(
        None, description="a calendar outside which warnings wait for its next opening"
    )

    @staticmethod
    def words(contract: Contract) -> Words:
        own = any(row.targets.warn_at is not None for row in contract.rows)
        unless = "Where the table of targets does not say otherwise" if own else "Before a deadline"
        if contract.warn_at:
            yield f"{unless}, whoever has the ticket is warned {warning_words(contract.warn_at)}."
        else:
            yield f"{unless}, nobody is warned."
        if len({bool(threshold.percent) for threshold in contract.warn_at}) > 1:
            yield "Where a share and a time left are reached at the same moment, only the first of them warns."
        if any(threshold.percent for threshold in contract.warn_at):
            yield "Before a due date that is set by hand, it is a share of the time from then until that date."
        if contract.warnings_in:
            yield (
                f"Warnings are given {hours_words(contract, contract.warnings_in)}; outside them they wait for the "
                "next opening. Alerts, and notices of what is late, do not wait."
            )
        if told := enumerated((each.label for each in contract.promised if each.customer_hears_of_breach), "or"):
            yield f"When somebody says before the deadline that the {told} will be late, the customer is told at once."
