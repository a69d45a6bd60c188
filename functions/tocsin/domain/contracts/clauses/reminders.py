"""Who is reminded of the contract's own dates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from tocsin.domain.contracts.clauses.clause import Check, Clause, Contract, PutContext, Words
from tocsin.domain.contracts.clauses.term import TERM
from tocsin.domain.contracts.policy import TeamName
from tocsin.domain.contracts.term import months_after
from tocsin.domain.values.document import Part
from tocsin.domain.values.faults import Fault
from tocsin.domain.values.instants import Days, Months
from tocsin.domain.values.wording import counted, enumerated, months_words

SENT_AT = time(9)
"""By the clock of the contract's zone."""


class ReminderTerms(Part):
    """Who is reminded of the contract's own dates: of its renewal, and of its regular reviews."""

    team: TeamName
    renewal: Annotated[list[Days], Field(max_length=10)] = Field(
        default_factory=list,
        description="so long before the last day for notice, or of the term where there is no notice",
        examples=[["60 days", "30 days"]],
    )
    review_every: Months | None = Field(None, description="from `effective_from`, such as 6 months")

    @model_validator(mode="after")
    def _reminds_of_something(self) -> ReminderTerms:
        if not self.renewal and self.review_every is None:
            raise ValueError(
                "remind of nothing; give `renewal`, such as [60 days], or `review_every`, such as 6 months"
            )
        return self


def _without_dates(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    reminders = contract.reminders
    if reminders and reminders.review_every and contract.effective_from is None:
        yield Fault("reminders.review_every", "is counted from `effective_from`; add it")
    if reminders and reminders.renewal and (contract.effective_from is None or contract.term is None):
        yield Fault("reminders.renewal", "needs `effective_from` and `term`: there is no end to remind of")


def _outside_the_term(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    reminders, dates = contract.reminders, contract.dates
    if reminders is None or dates is None:
        return
    about = dates.notice_by or dates.ends_on
    for number, days in enumerate(reminders.renewal):
        if (about - dates.begins_on).days < days:
            why = f"the contract takes effect on {dates.begins_on}, and this reminds of {about}"
            yield Fault(f"reminders.renewal.{number}", f"lies before the contract: {why}")
    if reminders.review_every and months_after(dates.begins_on, reminders.review_every) > dates.ends_on:
        yield Fault("reminders.review_every", f"is not shorter than the term: the contract ends on {dates.ends_on}")


class RemindersClause(Clause):
    """Reminders of the contract's dates; `tocsin.domain.contracts.reminders` says when each is due."""

    heading: ClassVar = "Reminders"
    checks: ClassVar[Sequence[Check]] = (
        Check("reminders effective_from term", _without_dates),
        Check(f"reminders {TERM}", _outside_the_term),
    )

    reminders: ReminderTerms | None = None

    @staticmethod
    def words(contract: Contract) -> Words:
        terms, dates = contract.reminders, contract.dates
        if terms is None:
            return
        if terms.renewal:
            about = "the last day for notice" if contract.notice_days is not None else "the last day of the contract"
            when = enumerated(counted(days, "day") for days in sorted(set(terms.renewal), reverse=True))
            which = f", {dates.notice_by or dates.ends_on}" if dates else ""
            yield f"The team {terms.team} is reminded of the renewal {when} before {about}{which}."
        if terms.review_every:
            yield (
                f"The contract is reviewed every {months_words(terms.review_every)} from the day on which it takes "
                f"effect, as long as it runs; on each of these days the team {terms.team} is reminded."
            )
        yield f"Reminders are sent at {SENT_AT:%H:%M} in the time zone {contract.timezone}."
