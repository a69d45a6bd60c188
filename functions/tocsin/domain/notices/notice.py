"""Notices: who is told what, and about what.

To add a kind: a value of `NoticeKind` with what it is about; who hears of it in `tocsin.domain.assessment.who_hears`;
its words in `tocsin/adapters/messages/templates`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from tocsin.domain.escalation.reasons import AlertReason, Unanswered
from tocsin.domain.values.channels import Way
from tocsin.domain.values.reaching import NotReached


@dataclass(frozen=True, slots=True)
class AboutTicket:
    """The ticket as it stands, and nothing else."""


@dataclass(frozen=True, slots=True)
class AboutAlert:
    """A tier's turn: for the how-manieth time, and why; with what is `unanswered`, where that is the reason."""

    attempt: int
    reason: AlertReason
    unanswered: Unanswered | None = None
    because: str | None = None
    """What the contract's trigger found, where that is the reason."""
    instead_of: tuple[str, ...] | None = None
    """Who is on call and has been paged often enough in this night."""


@dataclass(frozen=True, slots=True)
class AboutTrigger:
    """Why somebody beside the chain is alerted: what a trigger of the contract found, or what somebody wrote."""

    because: str


@dataclass(frozen=True, slots=True)
class AboutEscalation:
    """The team that the ticket went on to."""

    to_team: str


@dataclass(frozen=True, slots=True)
class AboutExhaustion:
    """A chain that is used up: nobody acknowledged, or else it was not resolved in time; `to_owner` of the chain.

    `declined`: everybody of the last tier had declined.
    """

    unresolved: bool = False
    to_owner: bool = False
    declined: bool = False


@dataclass(frozen=True, slots=True)
class AboutNotReached:
    """A tier whose alert reached nobody, and why."""

    tier: int
    why: NotReached


@dataclass(frozen=True, slots=True)
class AboutHolder:
    """Who took the ticket, and for which team."""

    team: str
    by: str


@dataclass(frozen=True, slots=True)
class AboutDeadline:
    """An obligation by its name then, and its deadline; `threshold` of a warning, `overdue` of a review."""

    obligation_id: str
    metric: str
    due_at: datetime | None
    threshold: str | None = None


@dataclass(frozen=True, slots=True)
class AboutExpectedBreach:
    """An obligation by its name then, its deadline that will be missed, and when it is expected to be kept instead."""

    obligation_id: str
    metric: str
    due_at: datetime
    expected_at: datetime | None = None


About = (
    AboutTicket
    | AboutAlert
    | AboutTrigger
    | AboutEscalation
    | AboutExhaustion
    | AboutNotReached
    | AboutHolder
    | AboutDeadline
    | AboutExpectedBreach
)


class Audience(StrEnum):
    """Whom a notice is for, each with an SNS topic."""

    TEAM = "team"
    MEMBER = "member"
    CUSTOMER = "customer"


class NoticeKind(StrEnum):
    """What is told; with each, the type of what it is about."""

    about: type[About]

    def __new__(cls, value: str, about: type[About]) -> Self:
        """A member is its value; what hangs on it is beside it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.about = about
        return member

    TIER_ALERT = "tier_alert", AboutAlert
    ESCALATION = "escalation", AboutEscalation
    FUNCTIONAL_ESCALATION = "functional_escalation", AboutTrigger
    HANDOVER = "handover", AboutHolder
    ASSIGNMENT = "assignment", AboutHolder
    ESCALATION_EXHAUSTED = "escalation_exhausted", AboutExhaustion
    TIER_NOT_REACHED = "tier_not_reached", AboutNotReached
    PRIORITY_RAISED = "priority_raised", AboutTicket
    WITHDRAWN = "withdrawn", AboutTicket
    REPLY_RECEIVED = "reply_received", AboutTicket
    WARNING = "warning", AboutDeadline
    BREACH = "breach", AboutDeadline
    BREACH_EXPECTED = "breach_expected", AboutExpectedBreach
    CUSTOMER_UPDATE_DUE = "customer_update_due", AboutDeadline
    LATE_ON_ARRIVAL = "late_on_arrival", AboutTicket
    REVIEW_DUE = "review_due", AboutDeadline
    CORRECTION = "correction", AboutDeadline
    CUSTOMER_RECEIPT = "customer_receipt", AboutTicket
    CUSTOMER_UPDATE = "customer_update", AboutHolder
    CUSTOMER_BREACH_EXPECTED = "customer_breach_expected", AboutExpectedBreach
    CUSTOMER_BREACH = "customer_breach", AboutDeadline
    CUSTOMER_CORRECTION = "customer_correction", AboutDeadline
    CUSTOMER_RESOLUTION = "customer_resolution", AboutTicket

    @property
    def is_important(self) -> bool:
        """Whether it asks somebody to act now, so that it also goes to channels that are for nothing else."""
        return self in IMPORTANT

    @classmethod
    def of(cls, value: str) -> NoticeKind:
        """The member with that value; KeyError for none."""
        return {member.value: member for member in cls}[value]


ALERTS = (
    NoticeKind.TIER_ALERT,
    NoticeKind.FUNCTIONAL_ESCALATION,
    NoticeKind.ESCALATION_EXHAUSTED,
    NoticeKind.ASSIGNMENT,
)
"""What makes somebody look after a ticket; they hear of it when somebody else has it."""

IMPORTANT = frozenset([*ALERTS, NoticeKind.TIER_NOT_REACHED])
"""What asks somebody to act now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to tell somebody because of an event.

    `notice_id` is derived from what it is about and whom it is for, so that however often a ticket is assessed, by
    however many executions, the same notice is recorded once and carries the same id when it is sent again.
    """

    notice_id: str
    kind: NoticeKind
    audience: Audience
    recipient: str
    because: int
    """The sequence number of the event."""
    tier: int | None
    about: About
    way: Way | None = None
    """Which of a person's channels it is for; None for those that are for everything."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """SNS has taken a notice, under that MessageId."""

    notice_id: str
    message_id: str
    digest_of: int | None = None
    """How many notices the message told, where it was a digest; None too in what was recorded before this was."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A notice that could not be delivered, and the name of the error; it is tried again."""

    notice_id: str
    error: str


@dataclass(frozen=True, slots=True)
class Queued:
    """A notice that waits in its recipient's mailbox until then."""

    notice_id: str
    until: datetime
