"""The escalation chain: which tier has the ticket, who acknowledged, and whom silence alerts next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tocsin.domain.calendars.calendar import BusinessCalendar
from tocsin.domain.contracts.contract import Contract, Tier
from tocsin.domain.tickets.events import Event

Hours = Callable[[Tier], BusinessCalendar]
"""When a tier is alerted and has to acknowledge."""


@dataclass(frozen=True, slots=True)
class NextAlert:
    """What the chain does next unless somebody acknowledges: alert a tier (again), or give up loudly (tier 0)."""

    at: datetime
    tier: int
    attempt: int
    reason: str

    @property
    def exhausted(self) -> bool:
        """Whether there is nobody left to alert."""
        return self.tier == 0


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who took the ticket, when, and which tier had it then."""

    by: str
    at: datetime
    tier: int
    sequence: int


class Request(NamedTuple):
    """Somebody wants a tier: whoever opened, reopened or escalated the ticket by that event."""

    tier: int
    event: Event


class Chain:
    """Tiers in order; an acknowledgement stops the chain, silence moves it on, the last tier is repeated."""

    __slots__ = ("acknowledged", "alerted_at", "attempt", "exhausted", "reached", "requested", "tier")

    def __init__(self, first: Event) -> None:
        self.tier = 0
        self.attempt = 0
        self.alerted_at = first.occurred_at
        self.reached = True
        self.acknowledged: Acknowledgement | None = None
        self.exhausted = False
        self.requested: Request | None = Request(1, first)

    def alerted(self, event: Event) -> None:
        """A tier was alerted."""
        self.tier, self.attempt = event.details["tier"], event.details["attempt"]
        self.alerted_at, self.reached = event.occurred_at, event.details["reached"]
        self.exhausted = False
        if event.details.get("reason") == "not_resolved":
            self.acknowledged = None  # It is the next tier's turn to acknowledge.
        # What was asked for before this alert, but learned of after it, is still to be done.
        wanted = self.requested
        if wanted and (event.sequence > wanted.event.sequence or self.tier == wanted.tier):
            self.requested = None

    def acknowledge(self, event: Event) -> None:
        """Somebody took it; the first one counts, until a tier is asked for again."""
        if self.acknowledged is None:
            # A link says which tier it was sent to; who takes the ticket by it takes it for that tier.
            tier = event.details.get("tier") or self.tier or 1
            by = event.actor.id or "helpdesk"
            self.acknowledged = Acknowledgement(by, event.occurred_at, tier, event.sequence)
            self.requested = None

    def request(self, tier: int, event: Event) -> None:
        """Somebody asked for a tier, or the ticket was reopened: that tier is alerted and has to acknowledge."""
        self.requested, self.acknowledged, self.exhausted = Request(tier, event), None, False
        self.attempt = 0

    def next_alert(self, contract: Contract, hours_of: Hours, resolve_by: datetime | None) -> NextAlert | None:
        """The next step of the chain, or None when it has stopped.

        `hours_of` is when a tier can be alerted and has to acknowledge, `resolve_by` until when the tier that has the
        ticket is given to resolve it.
        """
        tiers = contract.escalation.tiers
        if self.requested:
            tier, asked_at, reason = self.requested.tier, self.requested.event.occurred_at, self.requested.event.type
            # A person who escalates wants somebody now; otherwise a tier is alerted in its own hours.
            at = asked_at if reason == "escalated" else hours_of(contract.tier(tier)).next_opening(asked_at)
            return NextAlert(at, tier, 1, reason)
        if self.tier == 0 or self.exhausted:
            return None
        following = self.tier + 1 if self.tier < len(tiers) else 0
        if self.acknowledged:
            if resolve_by is None or not following:
                return None
            return NextAlert(hours_of(contract.tier(following)).next_opening(resolve_by), following, 1, "not_resolved")
        silent_at = self._silent_at(contract.tier(self.tier), hours_of, last=not following)
        if following:
            at = hours_of(contract.tier(following)).next_opening(silent_at)
            return NextAlert(at, following, 1, "not_acknowledged")
        if self.attempt <= contract.escalation.repeat_last_tier:
            return NextAlert(silent_at, self.tier, self.attempt + 1, "not_acknowledged")
        return NextAlert(silent_at, 0, self.attempt, "not_acknowledged")

    def _silent_at(self, tier: Tier, hours_of: Hours, *, last: bool) -> datetime:
        # An alert that reached nobody is not waited for (unless it was the last resort).
        if not self.reached and not last:
            return self.alerted_at
        return hours_of(tier).deadline(self.alerted_at, tier.acknowledge_within) or self.alerted_at
