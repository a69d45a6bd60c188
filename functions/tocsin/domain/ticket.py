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

ATTRIBUTES = ("subject", "description", "category", "channel", "tags", "requester", "reference", "handoff", "links")
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

    @property
    def over(self) -> bool:
        """Resolved or closed: nobody works on it."""
        return self.status in ("resolved", "closed")

    @property
    def settled(self) -> bool:
        """Whether its execution has ended because nothing was left to run."""
        last = max(self.lifecycle, key=attrgetter("sequence"), default=None)
        return last is not None and last.type == ev.SETTLED

    @property
    def generation(self) -> int:
        """Which execution looks after it: the first, and one more after each hand-over, rescue and revival."""
        generation, settled = 1, False
        for event in sorted(self.lifecycle, key=attrgetter("sequence")):
            if event.type in (ev.CONTINUED, ev.REARMED) or (event.type == ev.REOPENED and settled):
                generation += 1
            settled = event.type == ev.SETTLED
        return generation

    def promised(self) -> list[Obligation]:
        """What the contract promises something for, each metric's newest cycle."""
        return [o for o in self.current.values() if o.promise is not None]
