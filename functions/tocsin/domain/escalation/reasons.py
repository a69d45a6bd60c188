"""Why a tier is alerted. To add a reason: a value here; where it arises, a line in `tocsin.domain.escalation.chain`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from tocsin.domain.contracts.waits import Wait


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The customer wrote, and nobody has answered: since when, and by when the contract promises an answer."""

    wrote_at: datetime
    due_at: datetime


class AlertReason(StrEnum):
    """Why a tier is alerted, with its sentence for people and the wait that it shows as until then."""

    sentence: str
    wait: Wait

    def __new__(cls, value: str, sentence: str, wait: Wait) -> Self:
        """A member is its value; what hangs on it is beside it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence, member.wait = sentence, wait
        return member

    OPENED = "opened", "the ticket was opened", Wait.OPENING_HOURS
    REOPENED = "reopened", "the ticket was reopened", Wait.OPENING_HOURS
    ESCALATED = "escalated", "somebody asked for this tier", Wait.OPENING_HOURS
    DE_ESCALATED = "de_escalated", "somebody sent it back to this tier", Wait.OPENING_HOURS
    TRIGGERED = "triggered", "the contract escalates it", Wait.OPENING_HOURS
    GIVEN_BACK = "given_back", "whoever had the ticket gave it back", Wait.OPENING_HOURS
    PRIORITY_RAISED = "priority_raised", "its priority rose and nobody has it", Wait.OPENING_HOURS
    TIER_CLOSED = "tier_closed", "the tier before is closed now", Wait.OPENING_HOURS
    NOT_ACKNOWLEDGED = "not_acknowledged", "nobody acknowledged in time", Wait.TIER_ACKNOWLEDGEMENT
    NOT_REACHED = "not_reached", "nobody in the tier before could be reached", Wait.OPENING_HOURS
    REPEATED = "repeated", "nobody in any tier acknowledged, so the chain begins again", Wait.TIER_ACKNOWLEDGEMENT
    DECLINED = "declined", "whoever was alerted declined", Wait.OPENING_HOURS
    SNOOZE_OVER = "snooze_over", "it was snoozed until now", Wait.TIER_ACKNOWLEDGEMENT
    NOT_RESOLVED = "not_resolved", "the tier before did not resolve it in time", Wait.OPENING_HOURS
    UNANSWERED = "unanswered", "the customer wrote and nobody answered in the contract's time", Wait.RESPONSE_DEADLINE

    @classmethod
    def of(cls, value: str) -> AlertReason:
        """The member with that value; KeyError for none."""
        return {member.value: member for member in cls}[value]
