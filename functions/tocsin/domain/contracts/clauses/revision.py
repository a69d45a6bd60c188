"""A version of the contract: who wrote and approved it, and from which day it is in force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from tocsin.domain.calendars.notation import Day, PlausibleDay
from tocsin.domain.contracts.clauses.clause import Check, Clause, Contract, PutContext, Words
from tocsin.domain.values.document import Part
from tocsin.domain.values.faults import Fault


class Revision(Part):
    """A version of the contract: who wrote and approved it, from which day it is in force, what it changes."""

    author: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    approved_by: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    approved_on: Day | None = None
    in_force_from: PlausibleDay | None = Field(
        None, description="for tickets opened on this day or later; until then, the one before"
    )
    changes: Annotated[list[Annotated[str, Field(min_length=1, max_length=500)]], Field(max_length=50)] = Field(
        default_factory=list, description="what is new in it, in short"
    )


def _approval_out_of_order(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    revision = contract.revision
    starts = revision.in_force_from
    if revision.approved_by and not revision.author:
        yield Fault("revision.approved_by", "approves what nobody has written; add its `author`")
    if revision.approved_on and not revision.approved_by:
        yield Fault("revision.approved_on", "is when nobody approved it; add `approved_by`")
    if revision.approved_on and starts and revision.approved_on > starts:
        yield Fault("revision.approved_on", f"lies after {starts}, from which it is in force; approval comes first")


def _outside_the_contract(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    starts, effective_from, dates = contract.revision.in_force_from, contract.effective_from, contract.dates
    if starts and effective_from and starts < effective_from:
        yield Fault("revision.in_force_from", f"lies before {effective_from}, on which the contract takes effect")
    if starts and dates and starts > dates.ends_on:
        yield Fault("revision.in_force_from", f"lies after {dates.ends_on}, the last day of the contract")


def _before_the_version_before(contract: Contract, put: PutContext) -> Iterator[Fault]:
    # A planned version may be replaced by one from an earlier day, or a slip in its year could never be mended; but
    # only where that day is given: who forgets it would do away with the plan.
    starts = contract.revision.in_force_from
    begins, before = contract.in_force_from, put.in_force if starts else put.previous
    earliest = before.revision.in_force_from if before else None
    if earliest and (begins is None or begins < earliest):
        why = "the version before this one is in force from then on"
        yield Fault("revision.in_force_from", f"has to be {earliest} or later: {why}")


class RevisionClause(Clause):
    """The version itself."""

    heading: ClassVar = "This version"
    checks: ClassVar[Sequence[Check]] = (
        Check("revision", _approval_out_of_order),
        Check("revision effective_from term notice_days transition_days", _outside_the_contract),
        Check("revision effective_from", _before_the_version_before),
    )

    revision: Revision = Field(default_factory=Revision)

    @staticmethod
    def words(contract: Contract) -> Words:
        revision = contract.revision
        if revision.author:
            yield f"This version was written by {revision.author}."
        if revision.approved_by:
            on = f" on {revision.approved_on}" if revision.approved_on else ""
            yield f"It was approved by {revision.approved_by}{on}."
        if revision.in_force_from:
            yield (
                f"It is in force for tickets opened on {revision.in_force_from} or later; "
                "tickets opened before that day are under an earlier version."
            )
        yield from (f"New in this version: {change}" for change in revision.changes)
