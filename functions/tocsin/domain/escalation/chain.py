"""The escalation chain: which tier has the ticket, who acknowledged, and whom silence alerts next.

It knows tiers and instants, and nothing of tickets and their events: the fold tells it what happened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tocsin.domain.calendars.calendar import BusinessCalendar
from tocsin.domain.contracts.clauses.escalation import Tier
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.escalation.reasons import AlertReason

Hours = Callable[[Tier], BusinessCalendar]
"""When a tier is alerted and has to acknowledge."""


@dataclass(frozen=True, slots=True)
class NextAlert:
    """What the chain does next unless somebody acknowledges: alert a tier, or the same one again."""

    at: datetime
    tier: int
    attempt: int
    reason: AlertReason


@dataclass(frozen=True, slots=True)
class Exhaustion:
    """What the chain does next where there is nobody left to alert: it gives up, loudly."""

    at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who took the ticket, when, and which tier had it then; `sequence` is that of the event."""

    by: str
    at: datetime
    tier: int
    sequence: int


class Request(NamedTuple):
    """Somebody wants a tier: whoever opened, reopened or escalated the ticket by the event with that sequence."""

    tier: int
    at: datetime
    sequence: int
    reason: AlertReason


class Chain:
    """Tiers in order; an acknowledgement stops the chain, silence moves it on, the last tier is repeated."""

    __slots__ = ("acknowledged", "alerted_at", "attempt", "exhausted", "reached", "requested", "tier")

    def __init__(self, opened_at: datetime) -> None:
        self.tier: int | None = None
        """The tier that was alerted last; None before the first alert."""
        self.attempt = 0
        self.alerted_at = opened_at
        self.reached = True
        self.acknowledged: Acknowledgement | None = None
        self.exhausted = False
        self.requested: Request | None = Request(1, opened_at, 1, AlertReason.OPENED)

    def alerted(
        self, tier: int, attempt: int, at: datetime, sequence: int, *, reached: bool, reason: AlertReason
    ) -> None:
        """A tier was alerted by the event with that sequence; `reached` says whether anybody could be."""
        self.tier, self.attempt, self.alerted_at, self.reached = tier, attempt, at, reached
        self.exhausted = False
        if reason is AlertReason.NOT_RESOLVED:
            self.acknowledged = None  # It is the next tier's turn to acknowledge.
        # What was asked for before this alert, but learned of after it, is still to be done.
        wanted = self.requested
        if wanted and (sequence > wanted.sequence or tier == wanted.tier):
            self.requested = None

    def acknowledge(self, by: str, at: datetime, sequence: int, tier: int | None = None) -> None:
        """Somebody took it; the first one counts, until a tier is asked for again.

        A link says which `tier` it was sent to, and who takes the ticket by it takes it for that tier.
        """
        if self.acknowledged is None:
            self.acknowledged = Acknowledgement(by, at, tier or self.tier or 1, sequence)
            self.requested = None

    def request(self, tier: int, at: datetime, sequence: int, reason: AlertReason) -> None:
        """Somebody asked for a tier, or the ticket was reopened: that tier is alerted and has to acknowledge."""
        self.requested, self.acknowledged, self.exhausted = Request(tier, at, sequence, reason), None, False
        self.attempt = 0

    def next_step(
        self, contract: Contract, hours_of: Hours, resolve_by: datetime | None
    ) -> NextAlert | Exhaustion | None:
        """The next step of the chain, or None when it has stopped.

        `hours_of` is when a tier can be alerted and has to acknowledge, `resolve_by` until when the tier that has the
        ticket is given to resolve it.
        """
        tiers = contract.escalation.tiers
        if self.requested:
            tier, asked_at, _, reason = self.requested
            # A person who escalates wants somebody now; otherwise a tier is alerted in its own hours.
            at = asked_at if reason is AlertReason.ESCALATED else hours_of(contract.tier(tier)).next_opening(asked_at)
            return NextAlert(at, tier, 1, reason)
        if self.tier is None or self.exhausted:
            return None
        following = self.tier + 1 if self.tier < len(tiers) else None
        if self.acknowledged:
            if resolve_by is None or following is None:
                return None
            at = hours_of(contract.tier(following)).next_opening(resolve_by)
            return NextAlert(at, following, 1, AlertReason.NOT_RESOLVED)
        silent_at = self._silent_at(contract.tier(self.tier), hours_of, last=following is None)
        if following is not None:
            at = hours_of(contract.tier(following)).next_opening(silent_at)
            return NextAlert(at, following, 1, AlertReason.NOT_ACKNOWLEDGED)
        if self.attempt <= contract.escalation.repeat_last_tier:
            return NextAlert(silent_at, self.tier, self.attempt + 1, AlertReason.NOT_ACKNOWLEDGED)
        return Exhaustion(silent_at, self.attempt)

    def _silent_at(self, tier: Tier, hours_of: Hours, *, last: bool) -> datetime:
        # An alert that reached nobody is not waited for (unless it was the last resort).
        if not self.reached and not last:
            return self.alerted_at
        return hours_of(tier).deadline(self.alerted_at, tier.acknowledge_within) or self.alerted_at
