"""Selectors: which row of a contract's targets a ticket falls under. Rows are tried in order, the first match wins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import product
from math import prod
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

MOST_COMBINATIONS = 2_000
"""Of the values of one row; somebody has to read them."""


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


@dataclass(frozen=True, slots=True)
class _Witness:
    """A ticket that a row describes and that as few other rows as possible do."""

    texts: Mapping[str, str]
    tag: str | None
    affected_users: int
    within: Any

    def taken_by(self, selector: Selector) -> bool:
        if any(self.texts.get(field) not in wanted for field, wanted in selector.texts):
            return False
        if selector.tags is not None and self.tag not in selector.tags:
            return False
        if (selector.affected_users_at_least or 0) > self.affected_users:
            return False
        limit = selector.customer_deadline_within
        return limit is None or (self.within is not None and self.within <= limit)


def never_chosen(selectors: Sequence[Selector], priorities: Sequence[str] | None) -> Iterator[tuple[int, str, str]]:
    """Rows that can never apply, and values that cannot within a row that can: (number of the row, field, why).

    `priorities` are the names that a ticket may have, if the contract says. A last row for all other tickets may stand
    even where these leave none. Exact: of a field that a row does not
    mention the ticket that is hardest to take away has a value that no row mentions, of tags one, of users and
    deadlines the bound itself, so it is enough to try those.
    """
    for number, selector in enumerate(selectors):
        if _combinations(selector) > MOST_COMBINATIONS:
            yield number, "", f"has more than {MOST_COMBINATIONS} combinations of values; split the row"
            continue
        witnesses = [(witness, _taker(witness, selectors[:number])) for witness in _witnesses(selector, priorities)]
        takers = {taker for _, taker in witnesses}
        if not witnesses:
            yield number, "priority", f"is none of the contract's priorities, {', '.join(priorities or ())}"
        elif None not in takers and not _asked_for(number, selectors):
            yield number, "", f"can never apply: {_rows(takers)} every ticket that it describes"
        else:
            yield from ((number, field, why) for field, why in _dead_values(selector, witnesses, priorities))


def _asked_for(number: int, selectors: Sequence[Selector]) -> bool:
    """Whether it is the row for all other tickets, which every contract needs: the first such, at the end."""
    return number == len(selectors) - 1 and [n for n, each in enumerate(selectors) if each.is_default] == [number]


def _dead_values(
    selector: Selector, witnesses: Sequence[tuple[_Witness, int | None]], priorities: Sequence[str] | None
) -> Iterator[tuple[str, str]]:
    for field in (*TEXT_FIELDS, "tags"):
        for value in getattr(selector, field) or ():
            having = [t for w, t in witnesses if (w.tag if field == "tags" else w.texts.get(field)) == value]
            if field == "priority" and not having and priorities is not None:
                yield field, f"{value!r} is not one of the contract's priorities, {', '.join(priorities)}"
            elif having and None not in having:
                yield field, f"{value!r} can never apply here: {_rows(set(having))} such tickets"


def _taker(witness: _Witness, earlier: Sequence[Selector]) -> int | None:
    return next((number for number, selector in enumerate(earlier) if witness.taken_by(selector)), None)


def _witnesses(selector: Selector, priorities: Sequence[str] | None) -> Iterator[_Witness]:
    fields = dict(selector.texts)
    if priorities is not None:
        named = fields.get("priority")
        fields["priority"] = frozenset(p for p in priorities if named is None or p in named)
    names = sorted(fields)
    for values in product(*(sorted(fields[name]) for name in names)):
        for tag in selector.tags or (None,):
            texts = dict(zip(names, values, strict=True))
            yield _Witness(texts, tag, selector.affected_users_at_least or 0, selector.customer_deadline_within)


def _combinations(selector: Selector) -> int:
    return prod(len(wanted) for wanted in [*(wanted for _, wanted in selector.texts), selector.tags or ["any"]])


def _rows(numbers: set[int | None]) -> str:
    named = ", ".join(f"targets.{number}" for number in sorted(n for n in numbers if n is not None))
    return f"{named} before it {'takes' if len(numbers) == 1 else 'take'}"
