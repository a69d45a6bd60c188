"""What is measured, and on which tickets, as a contract's text says it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tocsin.domain.contracts.metrics import FACTS, Metric
from tocsin.domain.contracts.selectors import TEXT_FIELDS, Selector
from tocsin.domain.values.wording import counted, duration_words, enumerated, sentence_case

_IS = "the ticket is "


def metric_words(metric: Metric) -> str:
    """When it starts, what meets, pauses, ends and restarts it, in a few sentences."""
    return " ".join(_sentences(metric))


def facts_words(facts: Collection[str]) -> str:
    """`somebody acknowledges the ticket, or the ticket is resolved or closed`, in the order of `FACTS`."""
    found = [words for fact, words in FACTS.items() if fact in facts]
    states = [words.removeprefix(_IS) for words in found if words.startswith(_IS)]
    others = enumerated((words for words in found if not words.startswith(_IS)), "or")
    return ", or ".join(filter(None, [others, _IS + enumerated(states, "or") if states else ""]))


def pauses_words(metric: Metric) -> str:
    """When it pauses and goes on; empty if never."""
    if not metric.pause:
        return ""
    return f"pauses when {facts_words(metric.pause)}, and continues when {facts_words(metric.resume)}"


def _sentences(metric: Metric) -> Iterator[str]:
    when = f"starts when {facts_words(metric.start)}, and is met when {facts_words(metric.stop)}"
    yield f"{sentence_case(metric.label)} ({metric.name}) {when}."
    if metric.repeats:
        yield "Each time it is met, the next one starts."
    if metric.pause:
        yield f"It {pauses_words(metric)}."
    if metric.cancel:
        yield f"It is no longer owed when {facts_words(metric.cancel)}."
    if metric.reset:
        yield f"It begins again from nothing when {facts_words(metric.reset)}."
    if metric.continues_on_reopen:
        yield "It is taken up again when the ticket is reopened."
    yield f"The customer is {'told' if metric.customer_hears_of_breach else 'not told'} when it is late."


def selector_words(selector: Selector) -> str:
    """`priority P1 or P2, category outage`; `all` without conditions."""
    return ", ".join(_conditions(selector)) or "all"


def _conditions(selector: Selector) -> Iterator[str]:
    for field in TEXT_FIELDS:
        if (wanted := getattr(selector, field)) is not None:
            whose = " (the ticket's, else the customer's)" if field == "segment" else ""
            yield f"{field} {enumerated(wanted, 'or')}{whose}"
    if selector.tags is not None:
        yield f"tagged {enumerated(selector.tags, 'or')}"
    if selector.affected_users_at_least is not None:
        yield f"{counted(selector.affected_users_at_least, 'user')} or more affected"
    if selector.customer_deadline_within is not None:
        within = duration_words(selector.customer_deadline_within)
        yield f"needed by the customer within {within} of the opening, whatever the hours"
