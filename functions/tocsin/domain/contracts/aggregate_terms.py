"""Targets over many tickets, as a contract writes them: an average, a percentile, or a share that has to be in time."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from tocsin.domain.contracts.periods import PeriodKind
from tocsin.domain.values.document import Part
from tocsin.domain.values.identifiers import PriorityName
from tocsin.domain.values.instants import Duration

Statistic = Literal["average", "median", "p90", "p95", "attainment"]

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
