"""What a helpdesk may report: opening a ticket, and each fact that may happen to it afterwards.

To add a fact: a model here and in `Command`, its name in `tocsin.domain.tickets.events`, a rule in `….tickets.fold`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from tocsin.domain.contracts.clauses.metrics import MetricName
from tocsin.domain.contracts.clauses.retarget import Mode
from tocsin.domain.contracts.policy import NamedTarget
from tocsin.domain.values.document import WholeNumber
from tocsin.domain.values.identifiers import PriorityName, Slug, TicketId
from tocsin.domain.values.instants import Instant, format_instant, parse_instant

Text = Annotated[str, StringConstraints(max_length=10_000)]
Line = Annotated[str, StringConstraints(max_length=300)]


def _deadline(value: Any) -> str:
    return format_instant(parse_instant(value))


Deadline = Annotated[
    str,
    PlainValidator(_deadline),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-28T09:00:00Z"]}),
]
"""An instant as text: it is an attribute like the others, and looks the same however it is sent."""


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ActorDocument(_Document):
    """Who did it. Answers of a `bot` are never a first response."""

    kind: Literal["agent", "customer", "bot"]
    id: Annotated[str, StringConstraints(max_length=100)] = ""


class Attributes(_Document):
    """What is known about the ticket: shown in alerts and hand-offs, and looked at by the contract's selectors."""

    subject: Line | None = None
    description: Text | None = None
    category: Line | None = None
    channel: Line | None = None
    tags: Annotated[list[Line], Field(max_length=50)] | None = None
    requester: Line | None = None
    reference: Line | None = None
    impact: Line | None = None
    urgency: Line | None = None
    segment: Line | None = None
    site: Line | None = Field(None, description="one of the contract's `sites`, for calendars in the site's zone")
    affected_users: Annotated[WholeNumber, Field(ge=0, le=10**9)] | None = None
    customer_deadline: Deadline | None = Field(None, description="until when the customer needs it, as they say")
    links: Annotated[list[Line], Field(max_length=20)] | None = None
    handoff: Annotated[dict[Line, Text], Field(max_length=50)] | None = Field(
        None,
        description="the hand-off package: history, error logs, integration id, steps to reproduce, initial checks",
    )


class OpenTicket(Attributes):
    """A new ticket; `ticket_id` is made up when it is left out."""

    ticket_id: TicketId | None = None
    contract_id: Slug
    priority: PriorityName | None = Field(
        None, description="by the contract's matrix of impact and urgency if left out"
    )
    opened_at: Instant | None = None
    recurrence_of: TicketId | None = Field(None, description="a ticket that was about the same")
    actor: ActorDocument = ActorDocument(kind="customer")


class _Fact(_Document):
    occurred_at: Instant | None = Field(None, description="when it happened in the helpdesk; now when left out")
    actor: ActorDocument = ActorDocument(kind="agent")


class Resolution(_Document):
    """What the customer is told at the end."""

    root_cause: Text | None = None
    mitigation: Text | None = None
    prevention: Text | None = None


class AgentReplied(_Fact, Resolution):
    """An answer to the customer. With `then`, the same action also pends or resolves the ticket."""

    type: Literal["agent_replied"]
    public: bool = True
    then: Literal["pended", "resolved"] | None = None
    text: Text | None = None
    notice_id: Line | None = Field(None, description="of the notice, when it is one of Tocsin's own: never a response")


class CustomerReplied(_Fact):
    """The customer wrote; a pending ticket resumes."""

    type: Literal["customer_replied"]
    actor: ActorDocument = ActorDocument(kind="customer")
    text: Text | None = None


class AgentNoted(_Fact):
    """An internal note."""

    type: Literal["agent_noted"]
    text: Text | None = None


class CustomerNotified(_Fact):
    """The customer was formally notified, as a contract or a law demands: by which channel, with which words."""

    type: Literal["customer_notified"]
    channel: Line | None = None
    text: Text | None = None


class Pended(_Fact):
    """Waiting for the customer or for a vendor: obligations that pause for that stop counting."""

    type: Literal["pended"]
    waiting_for: Literal["customer", "vendor"] = "customer"
    reason: Text | None = None


class Resumed(_Fact):
    """No longer waiting for anybody else."""

    type: Literal["resumed"]
    reason: Text | None = None


class PriorityChanged(_Fact):
    """New targets, as the contract's `retarget` says: by default from the original start, with every pause kept."""

    type: Literal["priority_changed"]
    priority: PriorityName
    reason: Text | None = None


class AttributesChanged(_Fact, Attributes):
    """What is known about the ticket has changed."""

    type: Literal["attributes_changed"]


class ContractChanged(_Fact):
    """The ticket moves to another version of its contract; `mode` instead of the one in that version's `retarget`."""

    type: Literal["contract_changed"]
    contract_version: Annotated[WholeNumber, Field(ge=1)]
    mode: Mode | None = None
    reason: Text


class MigrateTickets(_Document):
    """Move the running tickets of a contract to one of its versions, the one in force when left out."""

    contract_version: Annotated[WholeNumber, Field(ge=1)] | None = None
    mode: Mode | None = Field(None, description="instead of that version's `retarget`")
    reason: Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
    actor: ActorDocument = ActorDocument(kind="agent")


class DueDateSet(_Fact):
    """A due date set by hand, by whom (`actor.id`) and why; null lets the contract say it again."""

    type: Literal["due_date_set"]
    metric: MetricName
    due_at: Deadline | None
    reason: Annotated[str, StringConstraints(min_length=1, max_length=10_000)]

    @model_validator(mode="after")
    def _by_somebody(self) -> DueDateSet:
        if not self.actor.id:
            raise ValueError("needs `actor.id`: a due date is set by somebody")
        return self


class Acknowledged(_Fact):
    """`actor` has it: the escalation chain stops. Without `actor.id` it is the helpdesk; a bot takes nothing."""

    type: Literal["acknowledged"]
    note: Text | None = None


class Assignee(_Document):
    """Whom a ticket is assigned to: a person, by the id that the teams know them under."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Assigned(_Fact):
    """`to` has it now; whoever had it before is told."""

    type: Literal["assigned"]
    to: Assignee
    reason: Text | None = None


class Unacknowledged(_Fact):
    """Whoever has it gives it back: their tier is alerted again, and has to acknowledge."""

    type: Literal["unacknowledged"]
    reason: Text | None = None


class Declined(_Fact):
    """`actor` will not take it: the next one is alerted at once. By somebody who was not asked, it changes nothing."""

    type: Literal["declined"]
    reason: Text | None = None

    @model_validator(mode="after")
    def _by_somebody(self) -> Declined:
        if not self.actor.id:
            raise ValueError("needs `actor.id`: it is somebody who declines")
        return self


class Snoozed(_Fact):
    """`actor` takes it and puts it off: at `until` their tier is alerted again, unless somebody acts on it before."""

    type: Literal["snoozed"]
    until: Instant
    reason: Text | None = None

    @model_validator(mode="after")
    def _by_somebody(self) -> Snoozed:
        if not self.actor.id:
            raise ValueError("needs `actor.id`: it is somebody who has it until then")
        return self


class BreachExpected(_Fact):
    """A promise to the customer will be missed: the customer is told at once, and by when it is expected instead."""

    type: Literal["breach_expected"]
    metric: MetricName | None = Field(None, description="the promise that is due first when left out")
    expected_at: Instant | None = Field(None, description="when it is expected to be kept instead")
    reason: Text | None = Field(None, description="for the log; the customer is not told")


class Escalated(_Fact):
    """Somebody asks for the next tier, for a certain one, or for somebody beside the chain; alerted at once."""

    type: Literal["escalated"]
    tier: Annotated[WholeNumber, Field(ge=1, le=9)] | None = None
    to: Annotated[NamedTarget, PlainSerializer(lambda named: str(named.target))] | None = Field(
        None, description="a team, schedule or person beside the chain: a functional escalation"
    )
    reason: Text | None = None

    @model_validator(mode="after")
    def _asks_for_one(self) -> Escalated:
        if self.tier is not None and self.to is not None:
            raise ValueError("asks for a `tier` and for somebody beside the chain; report two events")
        return self


class Resolved(_Fact, Resolution):
    """Done, as far as the agent is concerned."""

    type: Literal["resolved"]


class Reopened(_Fact):
    """Not done after all: the resolution goes on counting, the time since it was resolved is a pause."""

    type: Literal["reopened"]
    reason: Text | None = None


class Closed(_Fact):
    """The end; nothing can happen to a closed ticket but its review."""

    type: Literal["closed"]
    reason: Text | None = None


class Merged(_Fact):
    """It goes on in another ticket; here everything that still ran is cancelled."""

    type: Literal["merged"]
    into: TicketId
    reason: Text | None = None


class Deleted(_Fact):
    """The helpdesk deleted it; the log stays, what still ran is cancelled, what was late stays late."""

    type: Literal["deleted"]
    reason: Text | None = None


class ReviewFiled(_Fact):
    """The post-escalation review: what was the cause, what changes."""

    type: Literal["review_filed"]
    root_cause: Text
    improvements: Text | None = None
    knowledge_base_link: Line | None = None


Command = Annotated[
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
    | ReviewFiled,
    Field(discriminator="type"),
]

COMMAND_TYPES = frozenset(
    tag for model in get_args(get_args(Command)[0]) for tag in get_args(model.model_fields["type"].annotation)
)
"""The values of `type`."""
