"""The ticket: what its events add up to. `tocsin.domain.tickets.fold` does the adding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from tocsin.domain.calendars.calendar import BusinessCalendar
from tocsin.domain.contracts.clauses.escalation import Tier
from tocsin.domain.contracts.clauses.hours import NO_ZONES, Zones
from tocsin.domain.contracts.clauses.targets import Row
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.metrics import TIER_RESOLUTION, Metric
from tocsin.domain.contracts.promise import Promise
from tocsin.domain.contracts.rulebook import Rulebook
from tocsin.domain.contracts.selectors import Circumstances
from tocsin.domain.escalation.chain import Chain, Exhaustion, NextAlert
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Event
from tocsin.domain.tickets.obligation import Obligation
from tocsin.domain.values.identifiers import TicketKey

OVER = frozenset({"resolved", "closed", "merged", "deleted"})
"""Nobody works on it."""

FINAL = OVER - {"resolved"}
"""It cannot be reopened."""

WITHDRAWN = frozenset({"merged", "deleted"})
"""It counts for nothing in reports, but for what was late by then."""

NOBODY = "nobody"
"""Who has a ticket before a tier is alerted, and after it was resolved."""

Contracts = Mapping[int, Contract]
"""The versions of the ticket's contract that its log speaks of, by their number."""


@dataclass(slots=True)
class Ticket:
    """A ticket as its events tell it."""

    key: TicketKey
    contracts: Contracts
    contract: Contract
    contract_version: int
    rulebook: Rulebook
    opened_at: datetime
    chain: Chain
    attributes: dict[str, Any]
    stated_priority: str | None
    """What the helpdesk said; None where the contract derives it from impact and urgency."""
    team_timezone: str | None = None
    row: Row | None = None
    zones: Zones = NO_ZONES
    status: str = "open"
    waiting_for: str | None = None
    responded: bool = False
    wrote_while_resolved: bool = False
    """The customer, who may be about to reopen it."""
    sequence: int = 0
    resolved_at: datetime | None = None
    resolved_by: int | None = None
    reopened_by: int = 0
    """Sequence numbers of the events that resolved and last reopened it."""
    resolution: Mapping[str, Any] = field(default_factory=dict)
    current: dict[str, Obligation] = field(default_factory=dict)
    past: list[Obligation] = field(default_factory=list)
    holders: list[tuple[datetime, str]] = field(default_factory=list)
    """Who had the ticket from when on: a tier, the customer, a vendor."""
    warned: set[tuple[str, str]] = field(default_factory=set)
    """Warnings already recorded: obligation id and threshold."""
    breached: dict[tuple[str, str], Event] = field(default_factory=dict)
    """Breaches recorded and not corrected since: obligation id and the instant it was due."""
    notified_through: int = 0
    unsent: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Notices recorded and not yet handed to SNS, by notice id."""
    recorded: set[str] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)
    lifecycle: list[Event] = field(default_factory=list)
    log: Sequence[Event] = ()
    """What it was folded from."""

    @property
    def priority(self) -> str:
        """As stated, else by impact and urgency, else none."""
        return self.stated_priority or self.contract.priority_of(self.attributes) or "none"

    def look_up_targets(self) -> None:
        """Find its row and zones anew, after something that decides them has changed."""
        segment, attributes = self.contract.customer.segment, self.attributes
        self.row = self.contract.row(Circumstances(self.priority, self.opened_at, attributes, segment))
        self.zones = self.contract.zones(attributes, self.team_timezone)

    def promise(self, metric: Metric) -> Promise | None:
        """What the contract promises for a metric of this ticket as it is now."""
        return self.contract.promise(self.row, metric, self.chain.tier or 0, self.zones)

    def hours_of(self, tier: Tier) -> BusinessCalendar:
        """When a tier is alerted and has to acknowledge."""
        return self.contract.tier_calendar(tier, self.row, self.zones)

    def next_step(self) -> NextAlert | Exhaustion | None:
        """What the escalation chain does next unless somebody acknowledges or resolves in time."""
        by_tier = self.current.get(TIER_RESOLUTION.name)
        resolve_by = by_tier.due_at() if by_tier is not None and by_tier.running else None
        return None if self.over else self.chain.next_step(self.contract, self.hours_of, resolve_by)

    @property
    def over(self) -> bool:
        """Nobody works on it."""
        return self.status in OVER

    @property
    def conclusion(self) -> Event | None:
        """The event that says what reports count of it, unless it was reopened since."""
        last = max(self.lifecycle, key=attrgetter("sequence"), default=None)
        return last if last is not None and last.type in ev.CONCLUSIONS else None

    @property
    def settlement(self) -> Event | None:
        """The event that settled it, unless it was reopened since."""
        last = self.conclusion
        return last if last is not None and last.type == ev.SETTLED else None

    @property
    def settled(self) -> bool:
        """Whether nothing is left to run; something learned late may let it run again."""
        return self.settlement is not None and not any(obligation.running for obligation in self.promised())

    @property
    def generation(self) -> int:
        """Which execution looks after it: the first, and one more after each hand-over, rescue and revival.

        It is revived by whatever is reported after it has settled, be it a reopening or something learned late.
        """
        succeeded = sum(event.type in (ev.CONTINUED, ev.REARMED) for event in self.lifecycle)
        settled = sorted(event.sequence for event in self.lifecycle if event.type == ev.SETTLED)
        until = [*settled[1:], self.sequence + 1]
        facts = [event.sequence for event in self.log if event.actor.kind != "system"] if settled else []
        revived = (any(start < fact < end for fact in facts) for start, end in zip(settled, until, strict=False))
        return 1 + succeeded + sum(revived)

    def obligations(self) -> Iterator[Obligation]:
        """Every obligation there was and is, where something is owed, or was when it was broken."""
        for obligation in (*self.past, *self.current.values()):
            if obligation.owed or obligation.superseded:
                yield obligation

    def promised(self) -> list[Obligation]:
        """What the contract promises to the customer, each metric's newest cycle."""
        return [o for o in self.current.values() if o.owed and not o.metric.of_tiers]

    def promised_by_tiers(self) -> list[Obligation]:
        """What the tiers have promised, each tier in turn."""
        return [o for o in self.obligations() if o.metric.of_tiers]
