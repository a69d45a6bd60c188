"""Events: facts that happened to a ticket, in the order in which Tocsin learned of them.

Those that a helpdesk reports come first below; the rest are appended by Tocsin itself. An event is never
changed and never deleted; a ticket is the fold of its events (`tocsin.domain.tickets.ticket`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

OPENED = "opened"
AGENT_REPLIED = "agent_replied"
CUSTOMER_REPLIED = "customer_replied"
AGENT_NOTED = "agent_noted"
PENDED = "pended"
RESUMED = "resumed"
PRIORITY_CHANGED = "priority_changed"
ATTRIBUTES_CHANGED = "attributes_changed"
CONTRACT_CHANGED = "contract_changed"
DUE_DATE_SET = "due_date_set"
CUSTOMER_NOTIFIED = "customer_notified"
ACKNOWLEDGED = "acknowledged"
ESCALATED = "escalated"
RESOLVED = "resolved"
REOPENED = "reopened"
CLOSED = "closed"
MERGED = "merged"
DELETED = "deleted"
REVIEW_FILED = "review_filed"

WARNED = "warned"
BREACHED = "breached"
CORRECTED = "corrected"
TIER_ALERTED = "tier_alerted"
ESCALATION_EXHAUSTED = "escalation_exhausted"
NOTICES_RECORDED = "notices_recorded"
NOTICES_SENT = "notices_sent"
CONCLUDED = "concluded"
SETTLED = "settled"
CONTINUED = "continued"
REARMED = "rearmed"

CONCLUSIONS = frozenset({CONCLUDED, SETTLED})
"""They say what reports count: when nothing but a review is left to run, and when nothing is."""

STARTS_EXECUTION = frozenset({OPENED, REOPENED, CONTINUED, REARMED})
"""After these a ticket may need an execution that does not exist yet."""

ActorKind = Literal["agent", "customer", "bot", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a human agent, the customer, somebody's bot, or Tocsin itself."""

    kind: ActorKind
    id: str = ""


TOCSIN = Actor("system", "tocsin")


@dataclass(frozen=True, slots=True)
class Event:
    """A fact. `occurred_at` is when it happened in the helpdesk, `recorded_at` when we learned of it."""

    sequence: int
    type: str
    occurred_at: datetime
    recorded_at: datetime
    actor: Actor
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def wakes(self) -> bool:
        """Whether somebody else than the execution that appended it has to react."""
        return self.actor.kind != "system" or self.type in STARTS_EXECUTION
