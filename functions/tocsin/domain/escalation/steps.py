"""The steps of an escalation chain: by which tiers it goes, whom it alerts next, who took the ticket, who asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tocsin.domain.calendars.calendar import BusinessCalendar
from tocsin.domain.contracts.policy import Policy, Tier
from tocsin.domain.contracts.waits import Wait
from tocsin.domain.escalation.reasons import AlertReason, Unanswered


class Course(NamedTuple):
    """The tiers of a ticket: its policy, when each is alerted and has to acknowledge, and whether it is for it."""

    policy: Policy
    hours_of: Callable[[Tier], BusinessCalendar]
    is_for: Callable[[Tier], bool]

    def hours(self, number: int) -> BusinessCalendar:
        """When a tier is alerted and has to acknowledge."""
        return self.hours_of(self.policy.tier(number))

    def open_from(self, first: int, at: datetime) -> tuple[datetime, int]:
        """When a tier can be alerted, and which: closed ones are passed over unless they are to be waited for.

        Where none is open the one that opens first.
        """
        openings = []
        for number in range(min(first, self.policy.last), self.policy.last + 1):
            tier = self.policy.tier(number)
            if not self.is_for(tier):
                continue
            openings.append((self.hours_of(tier).next_opening(at), number))
            if openings[-1][0] <= at:
                return openings[-1]
            if tier.when_closed == "wait":
                break
        return min(openings)


class NextAlert(NamedTuple):
    """What the chain does next unless somebody acknowledges: alert a tier, or the same one again."""

    at: datetime
    tier: int
    attempt: int
    reason: AlertReason
    unanswered: Unanswered | None = None
    """What the customer waits for, where that is the reason."""
    because: str | None = None
    """What the contract's trigger found, where that is the reason."""

    @property
    def wait(self) -> Wait:
        """What it shows as until then."""
        return self.reason.wait


class FollowUp(NamedTuple):
    """Somebody who has not acknowledged is told by further channels, so many seconds after an alert."""

    at: datetime
    member: str
    after: int
    alert: int
    """The sequence number of the alert's event."""

    @property
    def wait(self) -> Wait:
        """What it shows as until then."""
        return Wait.TIER_ACKNOWLEDGEMENT


class Exhaustion(NamedTuple):
    """What the chain does next where there is nobody left to alert: it gives up, loudly."""

    at: datetime
    attempts: int
    unresolved: bool = False
    """Whether somebody has it, but it was not resolved in time, twice."""
    declined: bool = False
    """Whether everybody of the last tier has declined."""

    @property
    def wait(self) -> Wait:
        """What it shows as until then."""
        return Wait.TIER_ACKNOWLEDGEMENT


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
    because: str | None = None
    """What the contract's trigger found, where that is the reason."""
