"""Answers about tickets: the ticket, its events, its explanation."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from tocsin.domain.tickets.commands import Attributes
from tocsin.handlers.api.answers.model import AnswerModel, InstantText

Status = Literal["open", "pending", "resolved", "closed", "merged", "deleted"]
State = Literal["pending", "running", "paused", "out_of_hours", "met", "met_late", "breached", "cancelled"]


class ContractReference(AnswerModel):
    """Which version of which contract."""

    contract_id: str
    version: int


class DueDateByHand(AnswerModel):
    """A due date that somebody has set: who, why, by which event, and what the contract would say."""

    due_at: InstantText
    by: str
    reason: str
    sequence: int
    due_by_contract: InstantText | None


class ObligationView(AnswerModel):
    """One promise of the contract and where it stands for this ticket."""

    obligation_id: str
    metric: str
    state: State
    started_at: InstantText
    target: str | None = Field(description="open time such as PT4H, or business or calendar days such as 3bd or 3cd")
    due_at: InstantText | None = Field(description="null while it is paused, and where nothing is promised")
    warn_at: list[InstantText]
    ended_at: InstantText | None
    met_by: int | None = Field(description="the sequence number of the event that met it")
    used_seconds: float | None = Field(None, description="of open time; absent where the target is a number of days")
    left_seconds: float | None = Field(None, description="negative when it is late")
    used_business_days: int | None = None
    left_business_days: int | None = None
    used_calendar_days: int | None = None
    left_calendar_days: int | None = None
    text: str = Field(description="the same as a sentence, with times of the contract's zone")
    breach_told_at: InstantText | None = Field(
        None, description="when it was said or forecast that it would be missed, of which the customer is told"
    )
    breach_told_ahead_seconds: float | None = Field(None, description="how long before it was due that was")
    set_by_hand: DueDateByHand | None = Field(None, description="absent unless the due date was set by hand")


class TargetView(AnswerModel):
    """One of those whom a tier alerts: a team, whoever is on call by a schedule, or a person; the others are absent."""

    team: str | None = None
    schedule: str | None = None
    member: str | None = None


class EscalationView(AnswerModel):
    """Which tier was alerted last, who has the ticket, and when the next tier is alerted."""

    policy: str = Field(description="by which the ticket is escalated; `main` is the one of all other tickets")
    team: str | None = Field(description="the first of `targets`; `schedule:` or `member:` and its id where no team")
    targets: list[TargetView] = Field(description="whom the tier that was alerted last alerts")
    alerted_at: InstantText | None
    confirmed_by: list[str] = Field([], description="who has acknowledged; absent where one is enough")
    needed: int = Field(1, description="how many of the tier have to acknowledge; absent where one is enough")
    acknowledged_by: str | None
    acknowledged_at: InstantText | None
    snoozed_until: InstantText | None = Field(description="when the tier is alerted again, since it has been put off")
    escalates_at: InstantText | None
    exhausted: bool = Field(description="whether every tier was alerted and nobody acknowledged")
    obligations: list[ObligationView] = Field(description="what is promised of the tiers themselves")


class NextEventView(AnswerModel):
    """What happens next unless something is reported before."""

    type: str
    at: InstantText
    text: str


class TicketSummary(AnswerModel):
    """A ticket in a list."""

    ticket_id: str
    status: Status
    priority: str
    contract: ContractReference
    subject: str
    opened_at: InstantText
    sequence: int
    next_due_at: InstantText | None


class TicketPage(AnswerModel):
    """Part of a list of tickets."""

    tickets: list[TicketSummary]
    next_cursor: str | None


class _TicketState(AnswerModel):
    ticket_id: str
    status: Status
    waiting_for: str | None
    priority: str | None
    contract: ContractReference
    opened_at: InstantText
    resolved_at: InstantText | None
    settled: bool = Field(description="whether nothing of it is left to run")
    tier: int | None
    escalation: EscalationView
    sequence: int = Field(description="of the last event in its log; also the ETag")
    obligations: list[ObligationView]
    next_due_at: InstantText | None
    next_event: NextEventView | None


class TicketView(Attributes, _TicketState):
    """A ticket with its obligations, its escalation, and what was said about it when it was opened or since."""


class ActorView(AnswerModel):
    """Who did it."""

    kind: Literal["agent", "customer", "bot", "system"]
    id: str


class EventView(AnswerModel):
    """An event of a ticket's log."""

    sequence: int
    type: str
    occurred_at: InstantText = Field(description="when it happened in the helpdesk")
    recorded_at: InstantText = Field(description="when Tocsin learned of it")
    actor: ActorView
    details: dict[str, Any] = Field(description="what else is known of it, by the type of the event")


class RecordedEvent(EventView):
    """The event that was recorded, and the ticket after it."""

    ticket: TicketView


class EventPage(AnswerModel):
    """Part of a ticket's log."""

    events: list[EventView]
    next_cursor: str | None


class IntervalView(AnswerModel):
    """A stretch of time and what became of it."""

    starts_at: InstantText = Field(alias="from")
    ends_at: InstantText = Field(alias="to", description="the first instant that no longer belongs to it")
    seconds: float
    kind: Literal["counted", "paused", "closed"]
    cause: str
    holder: str = Field(description="who had the ticket: a tier, the customer, a vendor, nobody, or closed hours")
    late: bool = Field(description="whether it lies after the deadline")


class SecondsByKind(AnswerModel):
    """How much of the time counted, was paused, and lay in closed hours."""

    counted: float
    paused: float
    closed: float


class ExplainedObligation(ObligationView):
    """An obligation with all of its time. The totals are of the whole obligation, whatever page this is."""

    timezone: str | None
    seconds: SecondsByKind
    seconds_by_holder: dict[str, float]
    late_seconds: float
    late_seconds_by_holder: dict[str, float]
    backed_by: dict[str, str] = Field(description="of those who had the ticket, the contracts that back their time")
    intervals: list[IntervalView]


class AlertView(AnswerModel):
    """A tier that was alerted, and why."""

    at: InstantText
    tier: int
    team: str = Field(description="all of the tier's targets, in words")
    why: str
    reached: bool
    not_reached: str | None = Field(description="why nobody could be; null where somebody was, or it is not known")
    members: list[str] = Field(description="who was alerted, beside the channels of teams")
    passed_over: list[str] = Field(description="who was on call, and had been alerted often enough in that night")


class NextAlertView(AnswerModel):
    """The tier that is alerted next, and why; without a tier where the chain gives up."""

    at: InstantText
    tier: int | None
    team: str
    why: str


class FiredView(AnswerModel):
    """A time at which a trigger fired."""

    at: InstantText
    because: str
    alerted: str | None = Field(description="null where the tier had been alerted already")


class TriggerView(AnswerModel):
    """A trigger of the contract: when it fired, when it will unless something happens, or why it has not."""

    trigger: str
    fired: list[FiredView]
    fires_at: InstantText | None
    why_not: str | None = Field(description="null where it has fired, or is about to")


class EscalationReasons(AnswerModel):
    """Why the ticket was escalated, why it will be, and why not."""

    steps: list[AlertView]
    next: NextAlertView | None
    why_not: str | None = Field(description="null where an alert is to come")
    triggers: list[TriggerView] = Field(description="each of the contract's")


class Explanation(AnswerModel):
    """Why each instant of a ticket is what it is: a page of its intervals."""

    ticket_id: str
    at: InstantText
    obligations: list[ExplainedObligation]
    escalation: EscalationReasons
    next_cursor: str | None = Field(description="of the rest of the intervals; null on the last page")


class UnmovedTicket(AnswerModel):
    """A ticket that was not moved."""

    ticket_id: str
    why: str


class MigrationPage(AnswerModel):
    """Which tickets of a page have moved to the version, which could not, and which it does not affect."""

    contract_id: str
    contract_version: int
    migrated: list[str]
    refused: list[UnmovedTicket]
    unaffected: list[UnmovedTicket]
    next_cursor: str | None
