"""Who is alerted, in which order, and how long each has."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from tocsin.domain.contracts.clauses.clause import Clause, Contract, Words
from tocsin.domain.contracts.clauses.hours import ALWAYS_OPEN, CalendarName, hours_words
from tocsin.domain.contracts.metrics import TIER_RESOLUTION
from tocsin.domain.contracts.words import pauses_words
from tocsin.domain.values.document import Part, WholeNumber
from tocsin.domain.values.identifiers import Slug
from tocsin.domain.values.instants import Duration
from tocsin.domain.values.markdown import EMPTY_CELL, TextTable
from tocsin.domain.values.references import reference
from tocsin.domain.values.wording import counted, duration_words, enumerated

MOST_TIERS = 9

TeamName = Annotated[
    Slug, reference("team", "there is no team {name!r}; put it first. Known are: {known}", none="none yet")
]


class Tier(Part):
    """A step of the escalation chain: who is alerted, how long they have to acknowledge and to resolve."""

    team: TeamName
    acknowledge_within: Duration
    resolve_within: Duration | None = Field(None, description="from the alert; then the next tier is alerted")
    calendar: CalendarName | None = Field(None, description="instead of the calendar of the ticket's targets")
    when_closed: Literal["next", "wait"] = Field(
        "next", description="next: alert the next tier that is open instead; wait: alert it at its next opening"
    )


class EscalationTerms(Part):
    """The chain: tiers in order. The last one is alerted again a few times; then all are told that nobody has it."""

    tiers: Annotated[list[Tier], Field(min_length=1, max_length=MOST_TIERS)]
    repeat_last_tier: Annotated[WholeNumber, Field(ge=0, le=10)] = 2
    owner: TeamName | None = Field(
        None, description="the team that answers for the chain: told with all tiers when the chain is used up"
    )
    when_unanswered: Literal["alert", "silent"] = Field(
        "alert",
        description="alert: when the customer writes and is not answered in time, the tier of whoever has the ticket "
        "is alerted; silent: only whoever has it is told that it is late",
    )


class EscalationClause(Clause):
    """The chain of tiers."""

    heading: ClassVar = "Escalation"

    escalation: EscalationTerms

    def tier(self, number: int) -> Tier:
        """A tier by its number from 1; the last one where a later version of the contract has fewer."""
        return self.escalation.tiers[min(max(number, 1), len(self.escalation.tiers)) - 1]

    @staticmethod
    def words(contract: Contract) -> Words:
        resolving = any(tier.resolve_within for tier in contract.escalation.tiers)
        yield "When a ticket is opened, tier 1 is alerted. Whoever acknowledges has the ticket, and the alerts stop."
        yield (
            "When nobody in a tier acknowledges in time, the next tier is alerted. A tier that is closed then is "
            "passed over, unless it is to be waited for; while no later tier is open the tier before is alerted again, "
            "and then the one that opens first. A tier in which nobody can be reached is not waited for, unless it is "
            "the last."
        )
        yield from _closed_at_night(contract)
        if resolving:
            yield (
                "When a tier has acknowledged and does not resolve the ticket in time, counted from its alert, the "
                f"next tier is alerted; the last tier is alerted once more, and then {_all(contract)} are told. "
                f"The time to resolve {pauses_words(TIER_RESOLUTION)}. Both times count in the "
                "hours in which the tier is alerted."
            )
        yield _tiers(contract, resolving)
        last_tier = _last_tier(contract.escalation.repeat_last_tier)
        yield f"{last_tier}; then {_all(contract)} are told that nobody has the ticket."
        if contract.escalation.owner:
            yield f"The team {contract.escalation.owner} answers for the escalation once it is used up."
        yield from _unanswered(contract)
        yield "When somebody escalates a ticket by hand, the next tier, or the tier they name, is alerted at once."


def _all(contract: Contract) -> str:
    """Who is told when the chain is used up."""
    owner = contract.escalation.owner
    return f"the team {owner} and all tiers" if owner else "all tiers"


def _unanswered(contract: Contract) -> Words:
    """What becomes of a customer who writes to somebody who has the ticket; nothing where no answer is promised."""
    awaited = enumerated((metric.label for metric in contract.promised if metric.answers_customer), "or")
    if not awaited:
        return
    late = f"When somebody has the ticket, the customer has written, and the {awaited} becomes late meanwhile, "
    if contract.escalation.when_unanswered == "silent":
        yield f"{late}nobody else is alerted."
        return
    yield (
        f"{late}the tier of whoever has it is alerted again and has to acknowledge anew, and the chain goes on from "
        "there. That happens once until somebody takes or answers it; not while the ticket waits."
    )


def _closed_at_night(contract: Contract) -> Words:
    """Whoever puts a contract should know that a target may run out while the tier that it hangs on is closed."""
    always = [row.name for row in contract.rows if _is_always(contract, row.targets.calendar)]
    for number, tier in enumerate(contract.escalation.tiers, start=1):
        if always and tier.calendar and not _is_always(contract, tier.calendar):
            instead = "it is waited for" if tier.when_closed == "wait" else "the next tier that is open is alerted"
            yield (
                f"Tier {number} works in its hours only, while time counts around the clock for {enumerated(always)}: "
                f"outside them {instead}."
            )


def _is_always(contract: Contract, name: str | None) -> bool:
    return name == ALWAYS_OPEN or (name is None and contract.calendar is None)


def _tiers(contract: Contract, resolving: bool) -> TextTable:
    return TextTable(
        ["Tier", "Team", "Acknowledges within", *(["Resolves within"] if resolving else []), "Is alerted"],
        [
            [
                str(number),
                tier.team,
                duration_words(tier.acknowledge_within),
                *([duration_words(tier.resolve_within) if tier.resolve_within else EMPTY_CELL] if resolving else []),
                (hours_words(contract, tier.calendar) if tier.calendar else "in the hours of the ticket's targets")
                + (", and waited for" if tier.when_closed == "wait" else ""),
            ]
            for number, tier in enumerate(contract.escalation.tiers, start=1)
        ],
    )


def _last_tier(repeats: int) -> str:
    if repeats == 0:
        return "When nobody in the last tier acknowledges in time, it is not alerted again"
    return f"When nobody in the last tier acknowledges in time, it is alerted again, up to {counted(repeats, 'time')}"
