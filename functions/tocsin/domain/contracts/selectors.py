"""Selectors: which row of a contract's targets a ticket falls under. Rows are tried in order, the first match wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, StringConstraints

from tocsin.domain.values.document import Part, WholeNumber
from tocsin.domain.values.instants import Duration, parse_instant

ATTRIBUTES = (
    *("subject", "description", "category", "channel", "tags", "requester", "reference", "handoff", "links"),
    *("impact", "urgency", "segment", "site", "affected_users", "customer_deadline"),
)
"""What a helpdesk may say about a ticket and change later; the contract's selectors may look at some of it."""

TEXT_FIELDS = ("priority", "impact", "urgency", "category", "channel", "segment")


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


AnyOf = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=300)]],
    Field(min_length=1, max_length=100),
    BeforeValidator(_listed),
]


class Circumstances(NamedTuple):
    """What is known about a ticket when its row is looked up."""

    priority: str | None
    opened_at: datetime
    attributes: Mapping[str, Any]
    """By the names of `ATTRIBUTES`, as JSON."""
    segment: str | None = None
    """The customer's, for tickets that name none."""

    def value(self, field: str) -> Any:
        """What is known of it, if anything."""
        if field == "priority":
            return self.priority
        return self.attributes.get(field) or (self.segment if field == "segment" else None)


class Selector(Part):
    """Conditions that all have to hold; each is one text or a list of which one has to be the ticket's."""

    priority: AnyOf | None = None
    impact: AnyOf | None = None
    urgency: AnyOf | None = None
    category: AnyOf | None = None
    channel: AnyOf | None = None
    segment: AnyOf | None = Field(None, description="the ticket's, else the customer's")
    tags: AnyOf | None = Field(None, description="the ticket has at least one of them")
    affected_users_at_least: Annotated[WholeNumber, Field(ge=1, le=10**9)] | None = None
    customer_deadline_within: Duration | None = Field(
        None, description="the customer's own deadline is at most so far from the opening, by the clock on the wall"
    )

    def matches(self, ticket: Circumstances) -> bool:
        """Whether every condition holds."""
        if any(ticket.value(field) not in wanted for field, wanted in self.texts):
            return False
        if self.tags is not None and not {*self.tags} & {*(ticket.value("tags") or ())}:
            return False
        if self.affected_users_at_least and (ticket.value("affected_users") or 0) < self.affected_users_at_least:
            return False
        if self.customer_deadline_within is not None:
            deadline = ticket.value("customer_deadline")
            return deadline is not None and parse_instant(deadline) - ticket.opened_at <= self.customer_deadline_within
        return True

    @cached_property
    def texts(self) -> Sequence[tuple[str, frozenset[str]]]:
        """The conditions on texts: the field, and which values will do."""
        given = ((field, getattr(self, field)) for field in TEXT_FIELDS)
        return [(field, frozenset(wanted)) for field, wanted in given if wanted is not None]

    @property
    def is_default(self) -> bool:
        """Whether it matches every ticket."""
        return all(getattr(self, field) is None for field in type(self).model_fields)
