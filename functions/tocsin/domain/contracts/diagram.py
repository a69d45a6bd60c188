"""The escalation chain of a contract as a Mermaid flowchart."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.domain.contracts.clauses.hours import hours_words
from tocsin.domain.contracts.clauses.review import ReviewTerms
from tocsin.domain.contracts.contract import Contract
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
    for number in range(1, len(contract.escalation.tiers) + 1):
        yield from _tier(contract, number)
    yield 'resolved(["The ticket is resolved"])'
    owner = contract.escalation.owner
    yield _box("nobody", f"{f'{owner} and all' if owner else 'All'} tiers are told that nobody has the ticket")
    yield "opened --> tier1"
    for number in range(1, len(contract.escalation.tiers) + 1):
        yield from _edges(contract, number)
    if contract.review:
        yield from _review(contract, contract.review)


def _tier(contract: Contract, number: int) -> Iterator[str]:
    tier = contract.tier(number)
    hours = hours_words(contract, tier.calendar) if tier.calendar else "in the hours of the ticket's targets"
    yield _box(f"tier{number}", f"Tier {number}, {tier.team}, is alerted", hours)
    resolving = [f"for {duration_words(tier.resolve_within)} from the alert"] if tier.resolve_within else []
    yield _box(f"taken{number}", f"Tier {number} has the ticket", *resolving)


def _edges(contract: Contract, number: int) -> Iterator[str]:
    tier, following = contract.tier(number), f"tier{number + 1}"
    silent = f"nobody acknowledges within {duration_words(tier.acknowledge_within)}"
    yield _arrow(f"tier{number}", "somebody acknowledges", f"taken{number}")
    yield _arrow(f"taken{number}", "resolved", "resolved")
    if number < len(contract.escalation.tiers):
        yield _arrow(f"tier{number}", silent, following)
        if tier.resolve_within:
            yield _arrow(f"taken{number}", "not resolved in that time", following)
        return
    if repeats := contract.escalation.repeat_last_tier:
        yield _arrow(f"tier{number}", f"{silent}, alerted again up to {counted(repeats, 'time')}", f"tier{number}")
        yield _arrow(f"tier{number}", "nor after that", "nobody")
    else:
        yield _arrow(f"tier{number}", silent, "nobody")
    yield _arrow("nobody", "somebody acknowledges after all", f"taken{number}")


def _review(contract: Contract, review: ReviewTerms) -> Iterator[str]:
    due = f"{due_words(review.due_within)}, {hours_words(contract, review.calendar)}"
    reminder = [f"reminded at {amount_words(review.remind_within)}"] if review.remind_within else []
    yield _box("review", f"{review.team} owes a review", due, *reminder)
    yield _arrow("resolved", f"tier {review.from_tier} or a later one was reached", "review")


def _box(name: str, *lines: str) -> str:
    return f'{name}["{"<br/>".join(map(escaped, lines))}"]'


def _arrow(start: str, label: str, end: str) -> str:
    return f'{start} -->|"{escaped(label)}"| {end}'
