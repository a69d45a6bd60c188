"""The ticket: what its events add up to. `tocsin.domain.fold` does the adding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from tocsin.domain import events as ev
from tocsin.domain.contract import Contract
from tocsin.domain.escalation import Chain
from tocsin.domain.events import Event
from tocsin.domain.identifiers import TicketKey
from tocsin.domain.obligation import Obligation

ATTRIBUTES = (
    *("subject", "description", "category", "channel", "tags", "requester", "reference", "handoff", "links"),
    *("impact", "urgency", "segment", "affected_users"),
)
"""What a helpdesk may say about a ticket and change later; none of it decides when something is due."""


@dataclass(slots=True)
class Ticket:
    """A ticket as its events tell it."""

    key: TicketKey
    contract: Contract
    contract_version: int
    opened_at: datetime
    priority: str
    chain: Chain
    attributes: dict[str, Any]
    status: str = "open"
    sequence: int = 0
    resolved_at: datetime | None = None
    resolved_by: int | None = None
    reopened_by: int = 0
    """Sequence numbers of the events that resolved and last reopened it."""
    resolution: Mapping[str, Any] = field(default_factory=dict)
    current: dict[str, Obligation] = field(default_factory=dict)
    past: list[Obligation] = field(default_factory=list)
    given: set[tuple[str, str]] = field(default_factory=set)
    """Warnings and breaches already recorded: obligation id, and the threshold or the instant it was due."""
    notified_through: int = 0
    unsent: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Notices recorded and not yet handed to SNS, by notice id."""
    recorded: set[str] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)
    lifecycle: list[Event] = field(default_factory=list)
    facts: list[int] = field(default_factory=list)
    """Sequence numbers of what was reported, as against what Tocsin appended."""

    @property
    def over(self) -> bool:
        """Resolved or closed: nobody works on it."""
        return self.status in ("resolved", "closed")

    @property
    def settlement(self) -> Event | None:
        """The event that settled it, unless it was reopened since."""
        last = max(self.lifecycle, key=attrgetter("sequence"), default=None)
        return last if last is not None and last.type == ev.SETTLED else None

    @property
    def settled(self) -> bool:
        """Whether its execution has ended because nothing was left to run."""
        return self.settlement is not None

    @property
    def generation(self) -> int:
        """Which execution looks after it: the first, and one more after each hand-over, rescue and revival.

        It is revived by whatever is reported after it has settled, be it a reopening or something learned late.
        """
        succeeded = sum(event.type in (ev.CONTINUED, ev.REARMED) for event in self.lifecycle)
        settled = sorted(event.sequence for event in self.lifecycle if event.type == ev.SETTLED)
        until = [*settled[1:], self.sequence + 1]
        revived = (any(start < fact < end for fact in self.facts) for start, end in zip(settled, until, strict=False))
        return 1 + succeeded + sum(revived)

    def promised(self) -> list[Obligation]:
        """What the contract promises something for, each metric's newest cycle."""
        return [o for o in self.current.values() if o.promise is not None]
