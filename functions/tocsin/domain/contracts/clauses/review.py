"""Who reviews an escalated ticket after it was resolved, and by when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, ValidationInfo

from tocsin.domain.contracts.clauses.clause import Check, Clause, Contract, PutContext, Words
from tocsin.domain.contracts.clauses.hours import CalendarName, hours_words
from tocsin.domain.contracts.metrics import REVIEW
from tocsin.domain.contracts.policy import MOST_TIERS, TeamName
from tocsin.domain.contracts.words import facts_words
from tocsin.domain.values.document import Part, WholeNumber
from tocsin.domain.values.faults import Fault
from tocsin.domain.values.instants import WorkingDays
from tocsin.domain.values.references import known_names
from tocsin.domain.values.wording import amount_words, due_words


def _there_is_such_a_tier(number: int, info: ValidationInfo) -> int:
    tiers = known_names(info, "tier")
    if tiers and str(number) not in tiers:
        raise ValueError(f"is {number}, but the escalation has {len(tiers)} tiers")
    return number


class ReviewTerms(Part):
    """A review is owed when the escalation reached a tier; it is due some business days after the resolution."""

    team: TeamName
    due_within: WorkingDays
    from_tier: Annotated[WholeNumber, Field(ge=1, le=MOST_TIERS), AfterValidator(_there_is_such_a_tier)] = Field(
        2, validate_default=True
    )
    remind_within: WorkingDays | None = Field(None, description="reminder, in business days after the resolution")
    calendar: CalendarName | None = None


def _reminded_too_late(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    review = contract.review
    if review and review.remind_within and review.remind_within >= review.due_within:
        yield Fault("review.remind_within", "is not shorter than `due_within`; nobody would be reminded in time")


class ReviewClause(Clause):
    """The review that is owed after an escalation."""

    heading: ClassVar = "Review after an escalation"
    checks: ClassVar[Sequence[Check]] = (Check("review", _reminded_too_late),)

    review: ReviewTerms | None = None

    @staticmethod
    def words(contract: Contract) -> Words:
        review = contract.review
        if review is None:
            return
        yield (
            f"When a ticket that has reached tier {review.from_tier} or a later one is resolved, the team "
            f"{review.team} owes a review {due_words(review.due_within)} after that, "
            f"{hours_words(contract, review.calendar)}."
        )
        yield f"It is met when {facts_words(REVIEW.stop)}, and no longer owed when {facts_words(REVIEW.cancel)}."
        if review.remind_within:
            yield f"The team is reminded at {amount_words(review.remind_within)}."
