"""Which priorities a ticket may have, and which it gets when it is reported without one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from tocsin.domain.contracts.clauses.clause import Check, Clause, Contract, PutContext, Words
from tocsin.domain.values.faults import Fault
from tocsin.domain.values.identifiers import PriorityName
from tocsin.domain.values.markdown import EMPTY_CELL, TextTable
from tocsin.domain.values.wording import enumerated


def _matrix_gives_unknown_ones(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    known = contract.known_priorities
    for impact, row in contract.priority_matrix.items():
        for urgency, priority in row.items():
            if known is not None and priority not in known:
                yield Fault(f"priority_matrix.{impact}.{urgency}", f"{priority!r} has no targets")


class PrioritiesClause(Clause):
    """Priorities, by name or by impact and urgency."""

    heading: ClassVar = "Priorities"
    checks: ClassVar[Sequence[Check]] = (Check("priorities priority_matrix targets", _matrix_gives_unknown_ones),)

    priorities: Annotated[list[PriorityName], Field(min_length=1, max_length=50)] | None = Field(
        None, description="the names that a ticket may have; those of the targets when these are given by priority"
    )
    priority_matrix: Annotated[dict[str, dict[str, PriorityName]], Field(max_length=20)] = Field(
        default_factory=dict, description="impact, then urgency, to the priority of tickets that come without one"
    )

    @staticmethod
    def words(contract: Contract) -> Words:
        known, matrix = contract.known_priorities, contract.priority_matrix
        yield f"The priority of a ticket is {enumerated(known, 'or')}." if known else "A ticket may have any priority."
        if matrix:
            urgencies = list(dict.fromkeys(urgency for row in matrix.values() for urgency in row))
            yield (
                "A ticket that is reported without a priority gets the one of its impact and urgency; where the table "
                "has none, the ticket has to be reported with one:"
            )
            yield TextTable(
                ["Impact", *(f"urgency {urgency}" for urgency in urgencies)],
                [[impact, *(row.get(urgency, EMPTY_CELL) for urgency in urgencies)] for impact, row in matrix.items()],
            )
