"""Triggers about what is known and said: the ticket is one of some kind, or the customer asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import model_validator

from tocsin.domain.contracts.triggers.trigger import Facts, Firing, Trigger
from tocsin.domain.contracts.words import selector_words


class Matches(Trigger):
    """The ticket is, or becomes, one of some kind: an outage, a data breach, many users, an important customer."""

    type: Literal["matches"]

    @model_validator(mode="after")
    def _says_which(self) -> Matches:
        if self.when.is_default:
            raise ValueError("needs `when`: the tickets that are escalated for what they are")
        return self

    def firings(self, facts: Facts) -> Iterator[Firing]:
        yield Firing(facts.known_since, facts.cycle, f"it is a ticket with {selector_words(self.when)}")

    @property
    def condition(self) -> str:
        return "it is known to be one"

    @property
    def words(self) -> str:
        return f"A ticket with {selector_words(self.when)} is escalated for that: {self.whom} is alerted at once."

    def why_not(self, facts: Facts) -> str:
        return f"it is no ticket with {selector_words(self.when)}"


class CustomerAsks(Trigger):
    """The customer asks for an escalation: an event `escalated` whose actor is the customer."""

    type: Literal["customer_asks"]

    def firings(self, facts: Facts) -> Iterator[Firing]:
        for at, sequence in facts.asked:
            yield Firing(at, f"asked#{sequence}", "the customer asked for it")

    @property
    def condition(self) -> str:
        return "the customer asks for an escalation"
