"""Triggers: a module a family, a class a kind, and a row here for each."""

from __future__ import annotations

from typing import Annotated, get_args

from pydantic import Field

from tocsin.domain.contracts.triggers.counting import Interactions, Recurrence, Reopened
from tocsin.domain.contracts.triggers.deadlines import BeforeDeadline, Breach, BreachExpected
from tocsin.domain.contracts.triggers.saying import CustomerAsks, Matches
from tocsin.domain.contracts.triggers.silence import Unacknowledged, Unanswered, Unresolved

AnyTrigger = Annotated[
    BeforeDeadline
    | Breach
    | BreachExpected
    | Unacknowledged
    | Unresolved
    | Unanswered
    | Interactions
    | Reopened
    | Recurrence
    | Matches
    | CustomerAsks,
    Field(discriminator="type"),
]
TRIGGER_TYPES = frozenset(
    get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(get_args(AnyTrigger)[0])
)
"""The values of `type`."""
