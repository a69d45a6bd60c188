"""How long each metric may take, for tickets of one priority or of one selector."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationInfo, model_validator

from tocsin.domain.contracts.clauses.clause import Check, Clause, Contract, PutContext, Words
from tocsin.domain.contracts.clauses.hours import ALWAYS_OPEN, CalendarName, hours_words
from tocsin.domain.contracts.clauses.warnings import Thresholds, warning_words
from tocsin.domain.contracts.metrics import PRESETS
from tocsin.domain.contracts.reachable import never_chosen
from tocsin.domain.contracts.selectors import Circumstances, Selector
from tocsin.domain.contracts.words import selector_words
from tocsin.domain.values.faults import Fault
from tocsin.domain.values.identifiers import PriorityName
from tocsin.domain.values.instants import BusinessDays, Target
from tocsin.domain.values.markdown import EMPTY_CELL, TextTable
from tocsin.domain.values.references import known_names
from tocsin.domain.values.wording import amount_words, sentence_case

NOT_METRICS = ("calendar", "warn_at", "when")
"""The fields of a row of targets that are no metrics."""

DEFAULT = "default"
"""Instead of a priority: the row of all tickets that no other row matches."""


def closest(name: str, near: Iterable[str], known: Iterable[str]) -> str:
    """For a fault: which of the names that are `near` was meant, or else all that are known."""
    found = difflib.get_close_matches(name, [*near], n=1)
    return f"did you mean {found[0]}?" if found else f"known metrics are {', '.join(known)}"


def _metric_of_this_contract(name: str, info: ValidationInfo) -> str:
    known = known_names(info, "metric")
    if known is not None and name not in known:
        raise ValueError(f"is not a metric of this contract; {closest(name, [*known, *NOT_METRICS], known)}")
    return name


PromisedMetric = Annotated[str, AfterValidator(_metric_of_this_contract)]


class Targets(BaseModel):
    """One row: a target for each metric that is promised, and in whose hours it counts; others are not promised.

    The fields beside these are names of metrics, presets or the contract's own.
    """

    model_config = ConfigDict(extra="allow", frozen=True, defer_build=True)
    __pydantic_extra__: dict[PromisedMetric, Target] = Field(init=False)

    calendar: CalendarName | None = Field(None, description=f"a calendar of this contract, or `{ALWAYS_OPEN}`")
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


def _no_row_for_the_others(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    if isinstance(contract.targets, list) and not contract.rows[-1].when.is_default:
        yield Fault("targets", "needs a last row without `when`, for tickets that no other row is for")


def _rows_never_chosen(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    if isinstance(contract.targets, list):
        for number, field, why in never_chosen([row.when for row in contract.rows], contract.priorities):
            yield Fault(f"targets.{number}.when" + (f".{field}" if field else ""), why)


def _names_against_priorities(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    names, given = [row.name for row in contract.rows], contract.priorities
    if given is None or isinstance(contract.targets, list):
        return
    for name in names:
        if name not in given and name != DEFAULT:
            yield Fault(f"targets.{name}", f"can never apply: it is none of the contract's priorities, {given}")
    if DEFAULT not in names and (missing := [name for name in given if name not in names]):
        yield Fault("targets", f"has no row for {', '.join(missing)}; add them, or a row `{DEFAULT}`")


def _unknown_channels(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    """Where the parties have agreed on channels, no ticket is expected by another: such a row is a slip of the pen."""
    agreed = contract.channels
    for row in contract.rows if agreed else ():
        for channel in row.when.channel or ():
            if channel not in agreed:
                why = f"{channel!r} is none of the contract's channels, {', '.join(agreed)}"
                yield Fault(f"{row.path}.when.channel", why)


class TargetsClause(Clause):
    """The rows of targets."""

    heading: ClassVar = "Targets"
    checks: ClassVar[Sequence[Check]] = (
        Check("targets", _no_row_for_the_others),
        Check("targets priorities", _rows_never_chosen),
        Check("targets priorities", _names_against_priorities),
        Check("targets channels", _unknown_channels),
    )

    targets: TargetRows

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The rows of targets in the order in which they are tried."""
        return rows_of(self.targets)

    def row(self, ticket: Circumstances) -> Row | None:
        """The row that a ticket falls under; None only for a priority that the contract does not know."""
        if self._by_priority is not None:
            return self._by_priority.get(ticket.priority or DEFAULT) or self._by_priority.get(DEFAULT)
        return next((row for row in self.rows if row.when.matches(ticket)), None)

    @cached_property
    def _by_priority(self) -> Mapping[str, Row] | None:
        return None if isinstance(self.targets, list) else {row.name: row for row in self.rows}

    @staticmethod
    def words(contract: Contract) -> Words:
        titles = _titles(contract)
        warned = any(row.targets.warn_at is not None for row in contract.rows)
        yield f"The first row that describes a ticket applies to it. A {EMPTY_CELL} means that nothing is promised."
        yield TextTable(
            ["Row", "Tickets", *titles.values(), "Time counts", *(["Warned"] if warned else [])],
            [
                [
                    str(number),
                    _tickets(row, number),
                    *(_target(row, name) for name in titles),
                    hours_words(contract, row.targets.calendar),
                    *([_row_warnings(row)] if warned else []),
                ]
                for number, row in enumerate(contract.rows, start=1)
            ],
        )


def _titles(contract: Contract) -> dict[str, str]:
    """A heading for each promised metric; its name as well where others are called the same."""
    called = Counter(metric.label for metric in contract.promised)
    return {
        metric.name: sentence_case(metric.label) + (f" ({metric.name})" if called[metric.label] > 1 else "")
        for metric in contract.promised
    }


def _tickets(row: Row, number: int) -> str:
    if row.when.is_default:
        return "all tickets" if number == 1 else "all other tickets"
    return selector_words(row.when)


def _target(row: Row, metric: str) -> str:
    target = row.targets.by_metric.get(metric)
    return EMPTY_CELL if target is None else amount_words(target)


def _row_warnings(row: Row) -> str:
    if row.targets.warn_at is None:
        return "as in the clause on warnings"
    return warning_words(row.targets.warn_at) or "never"
