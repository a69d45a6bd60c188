"""Targets: how long each metric may take, for tickets of one priority or of one selector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from tocsin.domain.contracts.metrics import PRESETS
from tocsin.domain.contracts.promise import WarnAt
from tocsin.domain.contracts.selectors import Selector
from tocsin.domain.values.identifiers import PriorityName
from tocsin.domain.values.instants import BusinessDays, Target

ALWAYS_OPEN = "always"
"""The calendar that every contract has without defining it: round the clock, no holidays."""

DEFAULT = "default"
"""Instead of a priority: the row of all tickets that no other row matches."""

Thresholds = Annotated[list[WarnAt], Field(max_length=10)]


class Targets(BaseModel):
    """One row: a target for each metric that is promised, and in whose hours it counts; others are not promised.

    The fields beside these are names of metrics, presets or the contract's own.
    """

    model_config = ConfigDict(extra="allow", frozen=True, defer_build=True)
    __pydantic_extra__: dict[str, Target] = Field(init=False)

    calendar: str | None = Field(None, description=f"a calendar of this contract, or `{ALWAYS_OPEN}`")
    warn_at: Thresholds | None = Field(None, description="instead of the contract's `warn_at`")

    @model_validator(mode="after")
    def _promises_something(self) -> Targets:
        if not self.by_metric:
            raise ValueError(f"promises nothing; give a target for at least one metric, such as {', '.join(PRESETS)}")
        return self

    @property
    def by_metric(self) -> Mapping[str, timedelta | BusinessDays]:
        """What is promised, by the name of the metric."""
        return self.__pydantic_extra__ or {}


class SelectedTargets(Targets):
    """A row with the tickets it is for; without `when` it is for all that the rows before it leave."""

    when: Selector = Selector()


def _form(value: Any) -> str:
    return "[rows]" if isinstance(value, list) else "[by priority]"


TargetRows = Annotated[
    Annotated[dict[PriorityName, Targets], Field(min_length=1, max_length=50), Tag("[by priority]")]
    | Annotated[list[SelectedTargets], Field(min_length=1, max_length=50), Tag("[rows]")],
    Discriminator(_form),
]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of targets, however the contract writes it; `path` is its place in the document."""

    path: str
    when: Selector
    targets: Targets

    @property
    def name(self) -> str:
        """As the document says it: a priority, a number or `default`."""
        return self.path.removeprefix("targets.")


def rows_of(targets: Mapping[str, Targets] | list[SelectedTargets]) -> tuple[Row, ...]:
    """The rows in the order in which they are tried."""
    if isinstance(targets, list):
        return tuple(Row(f"targets.{number}", row.when, row) for number, row in enumerate(targets))
    named = sorted(targets.items(), key=lambda item: item[0] == DEFAULT)
    return tuple(
        Row(f"targets.{name}", Selector() if name == DEFAULT else Selector(priority=[name]), row) for name, row in named
    )
