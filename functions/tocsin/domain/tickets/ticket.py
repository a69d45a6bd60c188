"""The ticket: what its events add up to. `tocsin.domain.tickets.fold` does the adding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self

from tocsin.domain.calendars.calendar import BusinessCalendar
from tocsin.domain.contracts.clauses.hours import NO_ZONES, Zones
from tocsin.domain.contracts.clauses.targets import Row
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.metrics import TIER_RESOLUTION, Metric
from tocsin.domain.contracts.policy import Policy, Tier
from tocsin.domain.contracts.promise import Promise
from tocsin.domain.contracts.rulebook import Rulebook
from tocsin.domain.contracts.selectors import Circumstances
from tocsin.domain.escalation.chain import Chain
from tocsin.domain.escalation.reasons import Unanswered
from tocsin.domain.escalation.steps import Course, Exhaustion, NextAlert
from tocsin.domain.notices.notice import Notice
from tocsin.domain.tickets.attributes import TicketAttributes
from tocsin.domain.tickets.events import AnyEvent, Breached, Concluded, Settled, WaitingFor
from tocsin.domain.tickets.generations import Generations
from tocsin.domain.tickets.obligation import Obligation
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.target import Target


class Status(StrEnum):
    """Where a ticket is in its life."""

    over: bool
    """Nobody works on it."""
    final: bool
    """It cannot be reopened."""
    withdrawn: bool
    """It counts for nothing in reports, but for what was late by then."""

    def __new__(cls, value: str, over: bool = False, final: bool = False, withdrawn: bool = False) -> Self:
        """A member is its value; what hangs on it is beside it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.over, member.final, member.withdrawn = over, final, withdrawn
        return member

    OPEN = "open"
    PENDING = "pending"
    RESOLVED = "resolved", True
    CLOSED = "closed", True, True
    MERGED = "merged", True, True, True
    DELETED = "deleted", True, True, True


NOBODY = "nobody"
"""Who has a ticket before a tier is alerted, and after it was resolved."""

Contracts = Mapping[int, Contract]
"""The versions of the ticket's contract that its log speaks of, by their number."""

ObligationDeadline = tuple[str, datetime]
"""An obligation by its name then, and when it was due."""


@dataclass(slots=True)
class Ticket:
    """A ticket as its events tell it."""

    key: TicketKey
    contracts: Contracts
    contract: Contract
    contract_version: int
    policy: Policy
    """By which it is escalated; settled when its chain starts."""
    rulebook: Rulebook
    opened_at: datetime
    chain: Chain
    attributes: TicketAttributes
    stated_priority: str | None
    """What the helpdesk said; None where the contract derives it from impact and urgency."""
    latest: datetime
    """When the last of what was folded occurred."""
    status_since: datetime
    """When it took its status, or began to wait for whom it waits for."""
    team_timezone: str | None = None
    row: Row | None = None
    zones: Zones = NO_ZONES
    status: Status = Status.OPEN
    waiting_for: WaitingFor | None = None
    responded: bool = False
    wrote_at: datetime | None = None
    """When the customer wrote, if nobody has answered since: the first time of several."""
    withdrawn_by: int | None = None
    """The sequence number of the event that merged or deleted it."""
    raised_by: int | None = None
    """The sequence number of what last made it more urgent, if somebody had it then."""
    replied_after_end: int | None = None
    """The sequence number of what the customer wrote last since it was resolved; they may be about to reopen it."""
    resolved_at: datetime | None = None
    resolved_by: int | None = None
    """The sequence number of the event that resolved it."""
    reopenings: list[int] = field(default_factory=list)
    """Those of the events that reopened it, in order."""
    text_sources: dict[str, int] = field(default_factory=dict)
    """Which event said a text last, by the text's name."""
    current: dict[str, Obligation] = field(default_factory=dict)
    past: list[Obligation] = field(default_factory=list)
    holders: list[tuple[datetime, str]] = field(default_factory=list)
    """Who had the ticket from when on: a tier, the customer, a vendor."""
    warned: set[tuple[str, str]] = field(default_factory=set)
    """Warnings already recorded: obligation id and threshold."""
    fired: set[tuple[str, str]] = field(default_factory=set)
    """Triggers of the contract that have fired, each with what it fired for."""
    called_in: list[Target] = field(default_factory=list)
    """Who was alerted beside the chain."""
    breached: dict[ObligationDeadline, Breached] = field(default_factory=dict)
    """Breaches recorded and not corrected since."""
    breach_told_at: dict[ObligationDeadline, datetime] = field(default_factory=dict)
    """Of deadlines that will be missed, as somebody said or as was forecast: since when that is to be told."""
    notified_through: int = 0
    unsent: dict[str, Notice] = field(default_factory=dict)
    """Notices recorded and not yet handed to SNS, by notice id."""
    queued_until: dict[str, datetime] = field(default_factory=dict)
    """Until when those of them wait that are in a mailbox."""
    refused: dict[str, str] = field(default_factory=dict)
    """The error that was recorded last of those of them that could not be delivered."""
    told: dict[str, Notice] = field(default_factory=dict)
    """Every notice recorded, in order, by notice id."""
    sent: set[str] = field(default_factory=set)
    generations: Generations = field(default_factory=Generations)
    log: list[AnyEvent] = field(default_factory=list)
    """What it was folded from, in the order of recording."""

    @property
    def sequence(self) -> int:
        """The last sequence number of its log."""
        return self.log[-1].sequence

    @property
    def priority(self) -> str:
        """As stated, else by impact and urgency, else none."""
        return self.stated_priority or self.contract.priority_of(self.attributes) or "none"

    def to_send(self, now: datetime) -> list[Notice]:
        """What is unsent and need not wait in a mailbox any more."""
        waits = {notice_id for notice_id, until in self.queued_until.items() if until > now}
        return [notice for notice_id, notice in self.unsent.items() if notice_id not in waits]

    def queue_moves_at(self, now: datetime) -> datetime | None:
        """When the next notice need not wait in a mailbox any more; None when none waits."""
        return min((until for until in self.queued_until.values() if until > now), default=None)

    def look_up_targets(self) -> None:
        """Find its row and zones anew, after something that decides them has changed."""
        self.row = self.contract.row(self.circumstances)
        self.zones = self.contract.zones(self.attributes, self.team_timezone)

    def settle_policy(self) -> None:
        """Let its chain go by the policy that is for it now."""
        self.policy = self.contract.policy_for(self.circumstances)

    @property
    def targets(self) -> list[Target]:
        """Everybody whom its escalation names, each once: the tiers, and whoever is told beside them or at the end."""
        owner, extra = self.contract.escalation.owner, self.policy.extra_target
        at_last = [*self.called_in, *([Target(owner)] if owner else []), *([extra] if extra else [])]
        return [*dict.fromkeys([*(target for tier in self.policy.tiers for target in tier.whom), *at_last])]

    @property
    def circumstances(self) -> Circumstances:
        """What the contract's selectors look at."""
        return Circumstances(self.priority, self.opened_at, self.attributes, self.contract.customer.segment)

    def promise(self, metric: Metric) -> Promise | None:
        """What the contract promises for a metric of this ticket as it is now."""
        return self.contract.promise(self.row, metric, self.policy, self.chain.turn or 0, self.zones)

    @property
    def course(self) -> Course:
        """The tiers of its policy, and when each is alerted."""

        def hours_of(tier: Tier) -> BusinessCalendar:
            return self.contract.tier_calendar(tier, self.row, self.zones)

        def is_for(tier: Tier) -> bool:
            return tier.when.is_default or tier.when.matches(self.circumstances)

        return Course(self.policy, hours_of, is_for)

    def next_step(self) -> NextAlert | Exhaustion | None:
        """What the escalation chain does next unless somebody acknowledges or resolves in time."""
        by_tier = self.current.get(TIER_RESOLUTION.name)
        resolve_by = by_tier.due_at() if by_tier is not None and by_tier.running else None
        if self.over:
            return None
        return self.chain.next_step(self.course, resolve_by, self.unanswered())

    def unanswered(self) -> Unanswered | None:
        """What the customer waits for, having written; None where the contract alerts nobody for it."""
        if self.wrote_at is None or self.waiting_for or self.contract.escalation.when_unanswered == "silent":
            return None
        awaited = [o for o in self.current.values() if o.metric.answers_customer and o.running]
        due_at = min((due for o in awaited if (due := o.due_at())), default=None)
        return Unanswered(self.wrote_at, due_at) if due_at else None

    def acknowledge_by(self) -> datetime | None:
        """Until when the tier that was alerted last has to acknowledge; None where it need not."""
        return None if self.over else self.chain.acknowledge_by(self.course)

    @property
    def reopened_by(self) -> int:
        """The sequence number of the event that reopened it last; 0 for none."""
        return self.reopenings[-1] if self.reopenings else 0

    @property
    def over(self) -> bool:
        """Nobody works on it."""
        return self.status.over

    @property
    def generation(self) -> int:
        """Which execution looks after it (see `Generations`)."""
        return self.generations.number

    @property
    def conclusion(self) -> Concluded | Settled | None:
        """The event that says what reports count of it, unless it was reopened since."""
        return self.generations.conclusion if self.over else None

    @property
    def settled(self) -> bool:
        """Whether nothing is left to run; something learned late may let it run again."""
        return isinstance(self.conclusion, Settled) and not any(each.running for each in self.promised())

    def obligations(self) -> Iterator[Obligation]:
        """Every obligation there was and is, where something is owed, or was when it was broken."""
        for obligation in (*self.past, *self.current.values()):
            if obligation.owed or obligation.revisions.missed:
                yield obligation

    def promised(self) -> list[Obligation]:
        """What the contract promises to the customer, each metric's newest cycle."""
        return [o for o in self.current.values() if o.owed and not o.metric.of_tiers]

    def promised_by_tiers(self) -> list[Obligation]:
        """What the tiers have promised, each tier in turn."""
        return [o for o in self.obligations() if o.metric.of_tiers]
