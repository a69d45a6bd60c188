"""When the customer is told before a deadline that it will not be kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import ClassVar

from pydantic import Field

from tocsin.domain.contracts.clauses.clause import Check, Clause, Contract, PutContext, Words
from tocsin.domain.values.document import Part
from tocsin.domain.values.faults import Fault
from tocsin.domain.values.instants import Duration, short_target
from tocsin.domain.values.wording import duration_words, enumerated


class ForecastTerms(Part):
    """When Tocsin itself expects that a deadline will be missed."""

    unacknowledged_with_left: Duration = Field(
        description="the customer is told when nobody has the ticket and so much open time is left, or less"
    )


def _never_expected(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    """So much time is left before any target of which the customer hears has begun to be used up."""
    told = {metric.name for metric in contract.promised if metric.customer_hears_of_breach}
    targets = [target for row in contract.rows for name, target in row.targets.by_metric.items() if name in told]
    lengths = [target for target in targets if isinstance(target, timedelta)]
    if not contract.forecast or not lengths or len(lengths) < len(targets):
        return
    if max(lengths) <= contract.forecast.unacknowledged_with_left:
        longest = short_target(max(lengths))
        why = f"would never be reached: the longest target of which the customer hears is {longest}"
        yield Fault("forecast.unacknowledged_with_left", why)


class ForecastClause(Clause):
    """The duty to tell the customer of a breach before it comes."""

    heading: ClassVar = "Expected breaches"
    checks: ClassVar[Sequence[Check]] = (Check("forecast targets", _never_expected),)

    forecast: ForecastTerms | None = None

    @staticmethod
    def words(contract: Contract) -> Words:
        told = enumerated((each.label for each in contract.promised if each.customer_hears_of_breach), "or")
        if contract.forecast and told:
            left = duration_words(contract.forecast.unacknowledged_with_left)
            yield (
                f"When nobody has the ticket and {left} or less of the time for the {told} is left, the customer is "
                "told to expect it late. That is not said of a target that is no longer than that, nor while the "
                "ticket waits."
            )
