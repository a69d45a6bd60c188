"""Events: facts that happened to a ticket, in the order in which Tocsin learned of them.

Those that a helpdesk reports come first; the rest are appended by Tocsin itself. An event is never changed and never
deleted; a ticket is the fold of its events (`tocsin.domain.tickets.fold`). To add a kind: a dataclass here and in
`AnyEvent`; the type checker then names the places that have to know it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from tocsin.domain.contracts.clauses.retarget import Mode
from tocsin.domain.escalation.reasons import AlertReason, Unanswered
from tocsin.domain.notices.notice import Notice, Queued, Receipt, Refusal
from tocsin.domain.tickets.attributes import TicketAttributes
from tocsin.domain.tickets.verdict import Verdict
from tocsin.domain.values.reaching import NotReached
from tocsin.domain.values.target import Target

ActorKind = Literal["agent", "customer", "bot", "system"]
WaitingFor = Literal["customer", "vendor"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a human agent, the customer, somebody's bot, or Tocsin itself."""

    kind: ActorKind
    id: str = ""


TOCSIN = Actor("system", "tocsin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact. `occurred_at` is when it happened in the helpdesk, `recorded_at` when we learned of it."""

    type: ClassVar[str]
    starts_execution: ClassVar[bool] = False
    """Whether the ticket may need an execution afterwards that does not exist yet."""

    sequence: int
    occurred_at: datetime
    recorded_at: datetime
    actor: Actor
    texts: Mapping[str, str] = field(default_factory=dict)
    """The SHA-256 of each text that was said with it (`tocsin.domain.tickets.texts`)."""

    @property
    def reported(self) -> bool:
        """Whether the helpdesk said so, and not Tocsin."""
        return self.actor.kind != "system"

    @property
    def wakes(self) -> bool:
        """Whether somebody else than the execution that appended it has to react."""
        return self.reported or self.starts_execution


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The same as another ticket: which one is named, with which it began, and when it was reported before."""

    of: str
    root: str
    earlier: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Event):
    """A new ticket, with the contract version that it pins and the zone of its first tier's team."""

    type = "opened"
    starts_execution = True
    contract_id: str
    contract_version: int
    priority: str | None = None
    team_timezone: str | None = None
    attributes: TicketAttributes = field(default_factory=TicketAttributes)
    recurrence: Recurrence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentReplied(Event):
    """An answer to the customer, or with `public` false an internal one; `then` is what the same action did as well."""

    type = "agent_replied"
    public: bool = True
    then: Literal["pended", "resolved"] | None = None
    notice_id: str | None = None
    tier: int | None = None
    """Of the chain: the one whose team `actor` was in when it was recorded, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerReplied(Event):
    """The customer wrote."""

    type = "customer_replied"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentNoted(Event):
    """An internal note."""

    type = "agent_noted"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerNotified(Event):
    """The customer was formally notified."""

    type = "customer_notified"
    channel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pended(Event):
    """The ticket waits for somebody else."""

    type = "pended"
    waiting_for: WaitingFor = "customer"
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Event):
    """It waits no longer."""

    type = "resumed"
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityChanged(Event):
    """It has another priority."""

    type = "priority_changed"
    priority: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributesChanged(Event):
    """Something else about it is known, or known better: those attributes that are named."""

    type = "attributes_changed"
    attributes: TicketAttributes = field(default_factory=TicketAttributes)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractChanged(Event):
    """It moved to another version of its contract; `mode` instead of the one that the version says."""

    type = "contract_changed"
    contract_version: int
    mode: Mode | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDateSet(Event):
    """A due date set by hand; None lets the contract say it again."""

    type = "due_date_set"
    metric: str
    due_at: datetime | None = None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged(Event):
    """Somebody has it. `link` is the id of the notice whose link it was."""

    type = "acknowledged"
    link: str | None = None
    tier: int | None = None
    """By a link the one that it was sent to; else the one whose team `actor` was in when it was recorded, if any."""


@dataclass(frozen=True, slots=True)
class Assignee:
    """Whom a ticket is assigned to."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned(Event):
    """Somebody was given it, for the first time or after somebody else."""

    type = "assigned"
    to: Assignee
    tier: int | None = None
    """The one whose team `to` was in when it was recorded, if any."""
    reason: str | None = None
    link: str | None = None
    """The id of the notice whose link it was, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unacknowledged(Event):
    """Whoever has it gave it back."""

    type = "unacknowledged"
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined(Event):
    """Whoever was alerted, or has it, will not take it. `link` is the id of the notice whose link it was."""

    type = "declined"
    link: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snoozed(Event):
    """Somebody takes it and puts it off until an instant. `link` and `tier` are those of `Acknowledged`."""

    type = "snoozed"
    until: datetime
    link: str | None = None
    tier: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachExpected(Event):
    """Somebody says that a promise to the customer will be missed, and by when it is expected to be kept instead.

    Which deadline it is, by the obligation's name then, was looked up when it was recorded.
    """

    type = "breach_expected"
    metric: str = ""
    obligation_id: str = ""
    due_at: datetime | None = None
    expected_at: datetime | None = None
    reason: str | None = None
    link: str | None = None
    """The id of the notice whose link it was, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated(Event):
    """Somebody asked for a tier, for the next one, or for somebody beside the chain."""

    type = "escalated"
    tier: int | None = None
    to: Target | None = None
    reason: str | None = None
    link: str | None = None
    """The id of the notice whose link it was, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved(Event):
    """Done, as far as the agent is concerned."""

    type = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened(Event):
    """Not done after all."""

    type = "reopened"
    starts_execution = True
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed(Event):
    """The end."""

    type = "closed"
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged(Event):
    """It goes on in another ticket."""

    type = "merged"
    into: str
    into_known: bool | None = None
    """Whether there was a ticket of that name here; a helpdesk need not report all of its tickets."""
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted(Event):
    """The helpdesk deleted it."""

    type = "deleted"
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFiled(Event):
    """The post-escalation review."""

    type = "review_filed"
    knowledge_base_link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutObligation(Event):
    """What Tocsin finds out about an obligation: its name at the time, its metric, and when it was due."""

    obligation_id: str
    metric: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned(AboutObligation):
    """A warning fell due. `on_arrival`: before we knew of what it warns about."""

    type = "warned"
    threshold: str
    on_arrival: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Breached(AboutObligation):
    """A deadline passed unmet. `on_arrival`: before we knew of it, or over before anybody looked."""

    type = "breached"
    due_at: datetime
    on_arrival: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachForecast(AboutObligation):
    """Nobody has the ticket, and so little time is left that the customer is told to expect a breach."""

    type = "breach_forecast"
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected(AboutObligation):
    """The breach recorded under `corrects` was none, by what the events `because` told us afterwards."""

    type = "corrected"
    due_at: datetime
    corrects: int
    because: tuple[int, ...] = ()
    customer_was_told: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Somebody has channels that are used so many seconds after an alert."""

    member: str
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TierAlerted(Event):
    """A tier's turn, for the first time or again: whom of its targets it concerns, and whether anybody is reached."""

    type = "tier_alerted"
    tier: int
    attempt: int
    reason: AlertReason
    team: Target
    """The first of the tier's targets, mostly a team and the only one."""
    beside: tuple[Target, ...] = ()
    """The others."""
    members: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    """Who is on call and is not alerted, since they were as often as they may be in a night."""
    later: tuple[Later, ...] | None = None
    """By which channels they are alerted again while they have not acknowledged, as the teams were then."""
    reached: bool
    from_tier: int | None = None
    not_reached: NotReached | None = None
    """Why nobody can be; None where somebody can, and in what was recorded before this was."""
    unanswered: Unanswered | None = None
    """What the customer waited for, where that is the reason."""
    because: str | None = None
    """What the contract's trigger found, where that is the reason."""

    @property
    def whom(self) -> tuple[Target, ...]:
        """All of the tier's targets."""
        return (self.team, *self.beside)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFollowedUp(Event):
    """Somebody has not acknowledged, and is told by the channels that are used so many seconds after an alert."""

    type = "alert_followed_up"
    member: str
    after: int
    alert: int
    """The sequence number of the alert."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerFired(Event):
    """A condition of the contract came true, and for what: once for each trigger and name."""

    type = "trigger_fired"
    trigger: str
    """The row of the contract, as JSON without what it leaves out."""
    name: str
    """What it fired for: the ticket since its opening or reopening, a deadline, a message, a request."""
    met_at: datetime
    """When the condition came true."""
    because: str
    """In words."""
    tier: int | None = None
    """The tier that is alerted for it; None where that one was alerted already, or somebody beside the chain is."""
    beside: Target | None = None
    """Who is alerted beside the chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationExhausted(Event):
    """Every tier was alerted, the last one so often, and nobody acknowledged, or else nobody resolved it in time."""

    type = "escalation_exhausted"
    attempts: int
    unresolved: bool = False
    """Whether somebody has it, but it was not resolved in time."""
    declined: bool = False
    """Whether everybody of the last tier had declined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesRecorded(Event):
    """What has to be told because of the events through that sequence number."""

    type = "notices_recorded"
    through: int
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesQueued(Event):
    """What waits because its recipient was sent another message within the last minute."""

    type = "notices_queued"
    queued: tuple[Queued, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesSent(Event):
    """What SNS has taken."""

    type = "notices_sent"
    receipts: tuple[Receipt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesFailed(Event):
    """What could not be delivered: once for each error of a notice, however often it is tried."""

    type = "notices_failed"
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion(Event):
    """What reports count of it from now on."""

    obligations: tuple[Verdict, ...]
    priority: str
    resolved_at: datetime
    withdrawn: bool
    """Whether it was merged or deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded(Conclusion):
    """Nothing but a review is left to run."""

    type = "concluded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled(Conclusion):
    """Nothing is left to run."""

    type = "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Continued(Event):
    """The execution hands over to that generation."""

    type = "continued"
    starts_execution = True
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rearmed(Event):
    """The sweeper found it overdue and gives it an execution of that generation."""

    type = "rearmed"
    starts_execution = True
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrecognized(Event):
    """A kind that a newer version wrote: it is shown as it was stored, and changes nothing."""

    type = ""
    kind: str
    details: Mapping[str, object]


STARTS_EXECUTION = frozenset(kind.type for kind in (Opened, Reopened, Continued, Rearmed))
"""The kinds with `starts_execution`, by name."""

ReportedEvent = (
    AgentReplied
    | CustomerReplied
    | AgentNoted
    | CustomerNotified
    | Pended
    | Resumed
    | PriorityChanged
    | AttributesChanged
    | ContractChanged
    | DueDateSet
    | Acknowledged
    | Assigned
    | Unacknowledged
    | Declined
    | Snoozed
    | BreachExpected
    | Escalated
    | Resolved
    | Reopened
    | Closed
    | Merged
    | Deleted
    | ReviewFiled
)
AnyEvent = (
    ReportedEvent
    | Opened
    | Warned
    | Breached
    | BreachForecast
    | Corrected
    | TierAlerted
    | AlertFollowedUp
    | TriggerFired
    | EscalationExhausted
    | NoticesRecorded
    | NoticesQueued
    | NoticesSent
    | NoticesFailed
    | Concluded
    | Settled
    | Continued
    | Rearmed
    | Unrecognized
)
