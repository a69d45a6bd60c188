"""Who is alerted, in which order, and how long each has."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from tocsin.domain.contracts.clauses.clause import Check, Clause, Contract, PutContext, Words
from tocsin.domain.contracts.clauses.hours import ALWAYS_OPEN, hours_words
from tocsin.domain.contracts.metrics import TIER_RESOLUTION
from tocsin.domain.contracts.policy import Policy, SelectedPolicy, TeamName, Tier
from tocsin.domain.contracts.reachable import never_chosen
from tocsin.domain.contracts.selectors import Circumstances, Selector
from tocsin.domain.contracts.words import pauses_words, selector_words
from tocsin.domain.values.document import Part
from tocsin.domain.values.faults import Fault
from tocsin.domain.values.instants import Duration
from tocsin.domain.values.limits import MostPages
from tocsin.domain.values.markdown import EMPTY_CELL, TextTable
from tocsin.domain.values.wording import counted, duration_words, enumerated

EntryName = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class HandOffTerms(Part):
    """What the next one has to know: entries of the hand-off package."""

    needs: Annotated[list[EntryName], Field(min_length=1, max_length=20)]
    when_missing: Literal["tell", "refuse"] = Field(
        "tell",
        description="tell: whoever is alerted reads what is missing; refuse: an escalation by hand is also refused",
    )


def missing_of(terms: HandOffTerms, given: Collection[str]) -> list[str]:
    """The entries that are needed and not among those given; whether in capitals or not does not matter."""
    names = {name.casefold() for name in given}
    return [name for name in terms.needs if name.casefold() not in names]


class EscalationTerms(Policy):
    """The chain for all tickets, and policies for some that go by others; the owner is theirs in common."""

    owner: TeamName | None = Field(
        None,
        description="the team that answers for the chain: told when an alert reaches nobody of a tier, and, with all "
        "tiers, when the chain is used up",
    )
    when_unanswered: Literal["alert", "silent"] = Field(
        "alert",
        description="alert: when the customer writes and is not answered in time, the tier of whoever has the ticket "
        "is alerted; silent: only whoever has it is told that it is late",
    )
    longest_snooze: Duration | None = Field(
        timedelta(hours=1), description="for how long whoever is alerted may snooze a ticket; null: not at all"
    )
    most_pages_per_night: MostPages | None = Field(
        None, description="how often one person may be alerted in a night, by all tickets; after that the next one is"
    )
    hand_off: HandOffTerms | None = Field(
        None, description="what of the hand-off package is needed; missing entries are told with each alert"
    )
    policies: Annotated[list[SelectedPolicy], Field(max_length=20)] = Field(
        [], description="for some tickets, instead of the chain; frozen for a ticket when its chain starts"
    )


def _policies_in_vain(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    policies = contract.escalation.policies
    for number, field, why in never_chosen([*(each.when for each in policies), Selector()], contract.priorities):
        if number < len(policies):
            place = f"escalation.policies.{number}.when" + (f".{field}" if field else "")
            yield Fault(place, why.replace("targets.", "escalation.policies."))
    names = [each.name for each in policies]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Fault(f"escalation.policies.{number}.name", f"{name!r} is the name of an earlier policy")
    places = ["escalation", *(f"escalation.policies.{number}" for number in range(len(policies)))]
    for place, policy in zip(places, [contract.escalation, *policies], strict=True):
        if policy.when_used_up == "tell_owner" and not contract.escalation.owner:
            yield Fault(f"{place}.when_used_up", "is tell_owner, but the escalation has no `owner`")


class EscalationClause(Clause):
    """The chain of tiers, and the policies of tickets that go by others."""

    heading: ClassVar = "Escalation"
    checks: ClassVar[Sequence[Check]] = (Check("escalation", _policies_in_vain),)

    escalation: EscalationTerms

    @cached_property
    def policies(self) -> Sequence[Policy]:
        """Those for some tickets in the order in which they are tried, and at last the chain of all others."""
        return (*self.escalation.policies, self.escalation)

    def policy_for(self, ticket: Circumstances) -> Policy:
        """By which policy a ticket is escalated whose chain starts now."""
        selected = (policy for policy in self.escalation.policies if policy.when.matches(ticket))
        return next(selected, self.escalation)

    @staticmethod
    def words(contract: Contract) -> Words:
        yield "When a ticket is opened, tier 1 is alerted. Whoever acknowledges has the ticket, and the alerts stop."
        yield (
            "When nobody in a tier acknowledges in time, the next tier is alerted. A tier that is closed then is "
            "passed over, unless it is to be waited for; while no later tier is open the tier before is alerted again, "
            "and then the one that opens first. A tier in which nobody can be reached is not waited for, unless it is "
            "the last."
        )
        if any(tier.resolve_within for policy in contract.policies for tier in policy.tiers):
            yield (
                "When a tier has acknowledged and does not resolve the ticket in time, counted from its alert, the "
                f"next tier is alerted; the last tier is alerted once more, and then {_all(contract)} are told. "
                f"The time to resolve {pauses_words(TIER_RESOLUTION)}. Both times count in the "
                "hours in which the tier is alerted."
            )
        for policy in contract.escalation.policies:
            yield f"Of tickets with {selector_words(policy.when)}, by the policy {policy.name}:"
            yield from _policy(contract, policy)
        if contract.escalation.policies:
            yield "Of all other tickets:"
        yield from _policy(contract, contract.escalation)
        if contract.escalation.policies:
            yield (
                "Which policy a ticket goes by is settled when its chain starts: when it is opened or reopened, and "
                "when its priority rises while nobody has it. It is settled anew when the ticket moves to another "
                "version of this contract."
            )
        if contract.escalation.owner:
            yield (
                f"The team {contract.escalation.owner} answers for the escalation: it is told at once when an alert "
                "reaches nobody of a tier, and has the say once the chain is used up."
            )
        yield from _unanswered(contract)
        if contract.escalation.hand_off:
            yield (
                f"A hand-off says: {enumerated(contract.escalation.hand_off.needs)}. Whoever is alerted reads what of "
                "it is missing."
            )
            if contract.escalation.hand_off.when_missing == "refuse":
                yield "A person who escalates a ticket has to give it first; the chain does not wait for it."
        if (most := contract.escalation.most_pages_per_night) is not None:
            enough = f"has been alerted {counted(most, 'time')} in a night, from" if most else "has night now, from"
            yield (
                f"Whoever {enough} 22:00 to 06:00 where they are, is passed over until it ends, and whoever comes next "
                "is alerted instead; where nobody does, they are alerted all the same."
            )
        yield _snoozing(contract)
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


def _policy(contract: Contract, policy: Policy) -> Words:
    yield from _closed_at_night(contract, policy)
    yield _tiers(contract, policy)
    yield f"{_after_the_last(policy)}; then {_when_used_up(contract, policy)}."


def _snoozing(contract: Contract) -> str:
    longest = contract.escalation.longest_snooze
    if longest is None:
        return "A ticket cannot be snoozed."
    return (
        f"Whoever is alerted may snooze the ticket for up to {duration_words(longest)}, though not past their tier's "
        "time to resolve. They have it until then; when that time is over their tier is alerted again, and has to "
        "acknowledge."
    )


def _closed_at_night(contract: Contract, policy: Policy) -> Words:
    """Whoever puts a contract should know that a target may run out while the tier that it hangs on is closed."""
    always = [row.name for row in contract.rows if _is_always(contract, row.targets.calendar)]
    for number, tier in enumerate(policy.tiers, start=1):
        if always and tier.calendar and not _is_always(contract, tier.calendar):
            instead = "it is waited for" if tier.when_closed == "wait" else "the next tier that is open is alerted"
            yield (
                f"Tier {number} works in its hours only, while time counts around the clock for {enumerated(always)}: "
                f"outside them {instead}."
            )


def _is_always(contract: Contract, name: str | None) -> bool:
    return name == ALWAYS_OPEN or (name is None and contract.calendar is None)


def _tiers(contract: Contract, policy: Policy) -> TextTable:
    resolving = any(tier.resolve_within for tier in policy.tiers)
    for_some = any(not tier.when.is_default for tier in policy.tiers)
    head = ["Tier", "Alerts", "Acknowledges within"]
    rows = [[str(number), tier.whom_words, _acknowledging(tier)] for number, tier in enumerate(policy.tiers, start=1)]
    if resolving:
        head.append("Resolves within")
        for row, tier in zip(rows, policy.tiers, strict=True):
            row.append(duration_words(tier.resolve_within) if tier.resolve_within else EMPTY_CELL)
    if for_some:
        head.append("For tickets with")
        for row, tier in zip(rows, policy.tiers, strict=True):
            row.append(selector_words(tier.when))
    head.append("Is alerted")
    for row, tier in zip(rows, policy.tiers, strict=True):
        row.append(_hours(contract, tier))
    return TextTable(head, rows)


def _acknowledging(tier: Tier) -> str:
    within = duration_words(tier.acknowledge_within)
    return within if tier.acknowledgements == 1 else f"{within}, {tier.acknowledgements} of those alerted"


def _hours(contract: Contract, tier: Tier) -> str:
    hours = hours_words(contract, tier.calendar) if tier.calendar else "in the hours of the ticket's targets"
    return f"{hours}, and waited for" if tier.when_closed == "wait" else hours


def _after_the_last(policy: Policy) -> str:
    silent = "When nobody in the last tier acknowledges in time"
    if policy.repeat:
        times = counted(policy.repeat.times, "time")
        return f"{silent}, the chain begins again from tier {policy.repeat.from_tier}, up to {times}"
    if policy.repeat_last_tier == 0:
        return f"{silent}, it is not alerted again"
    return f"{silent}, it is alerted again, up to {counted(policy.repeat_last_tier, 'time')}"


def _when_used_up(contract: Contract, policy: Policy) -> str:
    owner = contract.escalation.owner
    if policy.when_used_up == "hold":
        return "nobody else is told, and the ticket stays with nobody"
    if policy.when_used_up == "tell_owner":
        return f"the team {owner} is told that nobody has the ticket"
    extra = policy.extra_target
    first = f"{extra.words} is told that nobody has the ticket, and so are " if extra else ""
    return f"{first}{_all(contract)}" + ("" if extra else " are told that nobody has the ticket")
