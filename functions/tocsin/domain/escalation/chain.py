"""The escalation chain: which tier has the ticket, who acknowledged, and whom silence alerts next.

It knows tiers and instants, and nothing of tickets and their events: the fold tells it what happened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from tocsin.domain.calendars.calendar import BusinessCalendar, Interval
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


ANONYMOUS = "helpdesk"
"""Who has a ticket of which nobody said who took it."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who took the ticket, when, and for which tier; `sequence` is that of the event."""

    by: str
    at: datetime
    tier: int
    sequence: int
    taken_from: Acknowledgement | None = None
    """Who had it until then."""


class Request(NamedTuple):
    """Somebody wants a tier: whoever opened, reopened or escalated the ticket by the event with that sequence."""

    tier: int
    at: datetime
    sequence: int
    reason: AlertReason


class Chain:
    """Tiers in order; whoever takes the ticket stops the chain, silence moves it on, the last tier is repeated.

    While the ticket waits for the customer or a vendor the chain is silent, and its clock stands.
    """

    __slots__ = ("acknowledged", "alerted_at", "attempt", "exhausted", "last", "pauses", "reached", "requested", "tier")

    def __init__(self, opened_at: datetime) -> None:
        self.tier: int | None = None
        """The tier that was alerted last; None before the first alert."""
        self.attempt = 0
        self.alerted_at = opened_at
        self.reached = True
        self.acknowledged: Acknowledgement | None = None
        """Who has the ticket."""
        self.last: Acknowledgement | None = None
        """Who of the tier whose turn it is had it last, though it may have been asked for again since."""
        self.pauses: list[Interval] = []
        """When the ticket waited for somebody else, since the last alert."""
        self.exhausted = False
        self.requested: Request | None = Request(1, opened_at, 1, AlertReason.OPENED)

    def alerted(
        self, tier: int, attempt: int, at: datetime, sequence: int, *, reached: bool, reason: AlertReason
    ) -> None:
        """A tier was alerted by the event with that sequence; `reached` says whether anybody could be."""
        self.tier, self.attempt, self.alerted_at, self.reached = tier, attempt, at, reached
        self.exhausted = False
        self.pauses = [pause for pause in self.pauses if pause.end is None]
        if reason is AlertReason.NOT_RESOLVED:
            self.acknowledged = None  # It is the next tier's turn to acknowledge.
        if self.acknowledged is None and self.last and self.last.tier != tier:
            self.last = None
        # What was asked for before this alert, but learned of after it, is still to be done.
        wanted = self.requested
        if wanted and (sequence > wanted.sequence or tier == wanted.tier):
            self.requested = None

    @property
    def turn(self) -> int | None:
        """The tier that has the ticket: that of whoever took it, else the one that was alerted last."""
        return self.acknowledged.tier if self.acknowledged else self.tier

    def take(self, by: str, at: datetime, sequence: int, tier: int | None = None) -> bool:
        """Somebody took it, from whoever had it: whether that is news.

        They take it for their own `tier`; who is in none takes it for the one that was alerted last. A report that
        does not say who took it takes it from nobody.
        """
        if self.acknowledged and by in (self.acknowledged.by, ANONYMOUS):
            return False
        before = replace(self.acknowledged, taken_from=None) if self.acknowledged else None
        self.acknowledged = self.last = Acknowledgement(by, at, tier or self.tier or 1, sequence, before)
        self.requested, self.exhausted = None, False
        return True

    def give_back(self, at: datetime, sequence: int) -> None:
        """Whoever has it gives it back, and their tier has to acknowledge again."""
        if self.acknowledged is not None:
            self.request(self.acknowledged.tier, at, sequence, AlertReason.GIVEN_BACK)

    def pause(self, at: datetime) -> None:
        """Be silent: the ticket waits for the customer or a vendor."""
        self.pauses.append(Interval(at, None))

    def resume(self, at: datetime) -> None:
        """Go on where it stood."""
        if self.paused:
            self.pauses[-1] = Interval(self.pauses[-1].start, at)

    @property
    def paused(self) -> bool:
        """Whether the ticket waits for somebody else."""
        return bool(self.pauses) and self.pauses[-1].end is None

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
        if self.requested and self.requested.reason is AlertReason.ESCALATED:
            # A person who escalates wants somebody now, whatever the hours and whoever is waited for.
            return NextAlert(self.requested.at, self.requested.tier, 1, self.requested.reason)
        if self.paused:
            return None
        if self.requested:
            tier, asked_at, _, reason = self.requested
            waited_until = [pause.end for pause in self.pauses if pause.end]
            at = hours_of(contract.tier(tier)).next_opening(max([asked_at, *waited_until]))
            return NextAlert(at, tier, 1, reason)
        turn = self.turn
        if turn is None or self.exhausted:
            return None
        following = turn + 1 if turn < len(tiers) else None
        if self.acknowledged:
            if resolve_by is None or following is None:
                return None
            at = hours_of(contract.tier(following)).next_opening(resolve_by)
            return NextAlert(at, following, 1, AlertReason.NOT_RESOLVED)
        if self.tier is None:
            return None
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
        silent_at = hours_of(tier).deadline(self.alerted_at, tier.acknowledge_within, self.pauses)
        return silent_at or self.alerted_at
