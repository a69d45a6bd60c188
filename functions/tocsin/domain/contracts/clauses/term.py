"""When the contract begins and ends, and under which law."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from tocsin.domain.calendars.notation import Day
from tocsin.domain.contracts.clauses.clause import Check, Clause, Contract, PutContext, Words
from tocsin.domain.contracts.term import Term, term_of
from tocsin.domain.values.document import WholeNumber
from tocsin.domain.values.faults import Fault
from tocsin.domain.values.instants import Months
from tocsin.domain.values.wording import counted, months_words

TERM = "effective_from term notice_days transition_days"
"""The fields that `dates` is made of."""


def _notice_before_the_beginning(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    dates = contract.dates
    if dates and dates.notice_by and dates.notice_by < dates.begins_on:
        why = f"notice would be due by {dates.notice_by}, and the contract takes effect on {dates.begins_on}"
        yield Fault("notice_days", f"are more than the term has: {why}")


class TermClause(Clause):
    """Term, notice, transition and law."""

    heading: ClassVar = "Term and law"
    checks: ClassVar[Sequence[Check]] = (Check(TERM, _notice_before_the_beginning),)

    effective_from: Day | None = None
    term: Months | None = Field(None, description="from `effective_from`, such as 24 months or 2 years")
    notice_days: Annotated[WholeNumber, Field(ge=0, le=3660)] | None = None
    transition_days: Annotated[WholeNumber, Field(ge=0, le=3660)] = 0
    governing_law: str | None = None

    @property
    def dates(self) -> Term | None:
        """The term in dates; None where its beginning or its length is left open."""
        if self.effective_from is None or self.term is None:
            return None
        return term_of(self.effective_from, self.term, self.notice_days, self.transition_days)

    @staticmethod
    def words(contract: Contract) -> Words:
        dates = contract.dates
        if contract.effective_from:
            yield f"The contract takes effect on {contract.effective_from}."
        if contract.term:
            until = f"; its last day is {dates.ends_on}" if dates else ""
            yield f"It runs for {months_words(contract.term)} from the day on which it takes effect{until}."
        if contract.notice_days is not None:
            latest = f", so by {dates.notice_by}" if dates else ""
            yield f"It is terminated with a notice of {counted(contract.notice_days, 'day')}{latest}."
        if contract.transition_days:
            until = f", until {dates.measured_until}" if dates else ""
            after = f"{counted(contract.transition_days, 'day')} after its end{until}"
            yield f"Tickets continue to be served and measured under it for {after}."
        if dates:
            yield (
                f"Tickets opened from {dates.begins_on} to {dates.measured_until} are under it, "
                "and are measured to their end."
            )
        if contract.governing_law is not None:
            yield f"Governing law: {contract.governing_law}."
