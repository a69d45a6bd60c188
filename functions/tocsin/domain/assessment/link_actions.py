"""What somebody may do by the link of an alert, and how they say so: in the form of its page, or in JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    StringConstraints,
    ValidationError,
    model_validator,
)

from tocsin.domain.contracts.clauses.metrics import MetricName
from tocsin.domain.contracts.policy import MOST_TIERS
from tocsin.domain.values.document import WholeNumber
from tocsin.domain.values.faults import Invalid
from tocsin.domain.values.instants import Duration, Instant
from tocsin.domain.values.validation_errors import faults_of

ActionName = Literal["acknowledge", "snooze", "hand_over", "escalate", "will_be_missed", "decline"]

Reason = Annotated[str, StringConstraints(max_length=1_000)]


class _Action(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Acknowledge(_Action):
    """I have it."""

    action: Literal["acknowledge"] = "acknowledge"


class Decline(_Action):
    """I will not take it: the next one is alerted at once."""

    action: Literal["decline"]
    reason: Reason | None = None


def _number(value: object) -> object:
    """A form has no numbers, only their digits."""
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,3}", value) else value


class Snooze(_Action):
    """I have it, and put it off: my tier is alerted again at `until`, or after `for`, unless somebody acts before."""

    action: Literal["snooze"]
    until: Instant | None = None
    lasts: Duration | None = Field(None, alias="for")

    @model_validator(mode="after")
    def _says_how_long_once(self) -> Snooze:
        if (self.until is None) == (self.lasts is None):
            raise ValueError("needs `until`, an instant, or `for`, a duration such as 30m, and not both")
        return self

    def ends_at(self, now: datetime) -> datetime:
        """Until when, asked for at that instant."""
        return self.until or now + (self.lasts or timedelta())


class HandOverTicket(_Action):
    """Somebody else of the contract's teams has it: `to`, by the id that the teams know them under."""

    action: Literal["hand_over"]
    to: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    reason: Reason | None = None


class Escalate(_Action):
    """The next tier is alerted at once; with `tier` that one, unless it has been alerted meanwhile."""

    action: Literal["escalate"]
    tier: Annotated[WholeNumber | None, BeforeValidator(_number)] = Field(None, ge=1, le=MOST_TIERS)
    reason: Reason | None = None


class WillBeMissed(_Action):
    """A promise to the customer will be missed, the one that is due first if none is named; the customer is told.

    `expected_at`, or `expected_in` from now, is when it is expected to be kept instead.
    """

    action: Literal["will_be_missed"]
    metric: MetricName | None = None
    expected_at: Instant | None = None
    expected_in: Duration | None = None
    reason: Reason | None = None

    @model_validator(mode="after")
    def _says_when_once(self) -> WillBeMissed:
        if self.expected_at is not None and self.expected_in is not None:
            raise ValueError("takes `expected_at`, an instant, or `expected_in`, a duration such as 2h, and not both")
        return self

    def kept_at(self, now: datetime) -> datetime | None:
        """When it is expected to be kept, said at that instant; None where nobody knows."""
        return now + self.expected_in if self.expected_in else self.expected_at


LinkAction = Annotated[
    Acknowledge | Snooze | HandOverTicket | Escalate | WillBeMissed | Decline, Field(discriminator="action")
]


class LinkActionDocument(RootModel[LinkAction]):
    """What to do by the link. An empty body, or one without `action`, acknowledges."""


ACTION_NAMES: frozenset[str] = frozenset(get_args(ActionName))


def read_action(document: Mapping[str, Any]) -> LinkAction:
    """The action that a form or a JSON object names; none acknowledges, whatever else a chat's button sends.

    Raises Invalid with every fault.
    """
    if not document.get("action"):
        return Acknowledge()
    try:
        return LinkActionDocument.model_validate(dict(document)).root
    except ValidationError as error:
        raise Invalid(faults_of(error, tags=ACTION_NAMES)) from None
