"""The escalation chain of a contract as a Mermaid flowchart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tocsin.domain.contracts.clauses.hours import hours_words
from tocsin.domain.contracts.clauses.review import ReviewTerms
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.policy import Policy, SelectedPolicy
from tocsin.domain.contracts.words import selector_words
from tocsin.domain.values.wording import amount_words, counted, due_words, duration_words

_SAFE = " ,.'()-"


def mermaid(contract: Contract) -> str:
    """From the opening of a ticket to its resolution, or to everybody knowing that nobody has it."""
    return "\n".join(["flowchart TD", *(f"    {line}" for line in _lines(contract))]) + "\n"


def escaped(text: str) -> str:
    """A label that reads as the text does and that Mermaid takes for nothing else; for between double quotes."""
    line = " ".join(text.split())
    return "".join(each if each.isalnum() or each in _SAFE else f"#{ord(each)};" for each in line)


def _lines(contract: Contract) -> Iterator[str]:
    yield f'opened(["{escaped(f"A ticket of {contract.customer.name} is opened")}"])'
    for names in map(_Names, range(len(contract.policies)), contract.policies):
        for number in range(1, names.policy.last + 1):
            yield from _tier(contract, names, number)
    yield 'resolved(["The ticket is resolved"])'
    for names in map(_Names, range(len(contract.policies)), contract.policies):
        yield _box(names.nobody, _used_up(contract, names.policy))
        yield _begins(contract, names)
        for number in range(1, names.policy.last + 1):
            yield from _edges(names, number)
    if contract.review:
        yield from _review(contract, contract.review)


class _Names(NamedTuple):
    """The names of the boxes of a policy; those of a contract's only one have no number of its own."""

    number: int
    policy: Policy

    @property
    def nobody(self) -> str:
        return f"nobody{self._own}"

    def tier(self, number: int) -> str:
        return f"tier{number}{self._own}"

    def taken(self, number: int) -> str:
        return f"taken{number}{self._own}"

    @property
    def _own(self) -> str:
        return f"_{self.policy.known_as}" if isinstance(self.policy, SelectedPolicy) else ""


def _begins(contract: Contract, names: _Names) -> str:
    policy = names.policy
    if isinstance(policy, SelectedPolicy):
        return _arrow("opened", selector_words(policy.when), names.tier(1))
    return _arrow("opened", "all others", names.tier(1)) if len(contract.policies) > 1 else "opened --> tier1"


def _used_up(contract: Contract, policy: Policy) -> str:
    owner = contract.escalation.owner
    if policy.when_used_up == "hold":
        return "Nobody else is told"
    if policy.when_used_up == "tell_owner":
        return f"{owner} is told that nobody has the ticket"
    told = [policy.extra_target.words] if policy.extra_target else []
    told += [owner] if owner else []
    everybody = f"{', '.join(told)} and all" if told else "All"
    return f"{everybody} tiers are told that nobody has the ticket"


def _tier(contract: Contract, names: _Names, number: int) -> Iterator[str]:
    tier = names.policy.tier(number)
    hours = hours_words(contract, tier.calendar) if tier.calendar else "in the hours of the ticket's targets"
    for_some = [] if tier.when.is_default else [f"for tickets with {selector_words(tier.when)}"]
    verb = "is" if len(tier.whom) == 1 else "are"
    lines = [hours, *for_some, *_at_night(contract.escalation.most_pages_per_night)]
    yield _box(names.tier(number), f"Tier {number}, {tier.whom_words}, {verb} alerted", *lines)
    resolving = [f"for {duration_words(tier.resolve_within)} from the alert"] if tier.resolve_within else []
    yield _box(names.taken(number), f"Tier {number} has the ticket", *resolving)


def _at_night(most: int | None) -> Iterator[str]:
    if most == 0:
        yield "at night those first for whom it is day"
    elif most is not None:
        yield f"nobody more than {counted(most, 'time')} a night"


def _edges(names: _Names, number: int) -> Iterator[str]:
    policy, tier = names.policy, names.policy.tier(number)
    here, taken, following = names.tier(number), names.taken(number), names.tier(number + 1)
    silent = f"nobody acknowledges within {duration_words(tier.acknowledge_within)}"
    enough = "somebody acknowledges" if tier.acknowledgements == 1 else f"{tier.acknowledgements} of them acknowledge"
    yield _arrow(here, enough, taken)
    yield _arrow(taken, "resolved", "resolved")
    if number < policy.last:
        yield _arrow(here, silent, following)
        if tier.resolve_within:
            yield _arrow(taken, "not resolved in that time", following)
        return
    if policy.repeat:
        times, first = counted(policy.repeat.times, "time"), names.tier(policy.repeat.from_tier)
        yield _arrow(here, f"{silent}, the chain begins again up to {times}", first)
        yield _arrow(here, "nor after that", names.nobody)
    elif policy.repeat_last_tier:
        times = counted(policy.repeat_last_tier, "time")
        yield _arrow(here, f"{silent}, alerted again up to {times}", here)
        yield _arrow(here, "nor after that", names.nobody)
    else:
        yield _arrow(here, silent, names.nobody)
    yield _arrow(names.nobody, "somebody acknowledges after all", taken)


def _review(contract: Contract, review: ReviewTerms) -> Iterator[str]:
    due = f"{due_words(review.due_within)}, {hours_words(contract, review.calendar)}"
    reminder = [f"reminded at {amount_words(review.remind_within)}"] if review.remind_within else []
    yield _box("review", f"{review.team} owes a review", due, *reminder)
    yield _arrow("resolved", f"tier {review.from_tier} or a later one was reached", "review")


def _box(name: str, *lines: str) -> str:
    return f'{name}["{"<br/>".join(map(escaped, lines))}"]'


def _arrow(start: str, label: str, end: str) -> str:
    return f'{start} -->|"{escaped(label)}"| {end}'
