"""The signed link in an alert: what it was signed for, and what it offers to whoever follows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, TypedDict, assert_never, final, get_args

from tocsin.domain.assessment.colleagues import Colleague, colleagues
from tocsin.domain.assessment.expected_breaches import Promised, still_promised
from tocsin.domain.assessment.link_actions import ActionName
from tocsin.domain.assessment.roster import Roster
from tocsin.domain.assessment.snoozing import latest_snooze
from tocsin.domain.notices.notice import Notice
from tocsin.domain.tickets.events import Acknowledged, Declined, Escalated, Snoozed
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import format_instant

VALID_FOR = timedelta(hours=72)
"""Long enough for a weekend; after that the helpdesk is the place to acknowledge."""


ACTIONS: tuple[ActionName, ...] = get_args(ActionName)


@final
class TicketClaims(TypedDict):
    """What the link of a notice was signed for: its ticket and tier, whom it is bound to, until when it is valid."""

    helpdesk: str
    ticket: str
    member: str
    tier: int | None
    notice: str
    until: str


@final
class DigestClaims(TypedDict):
    """What the link of a digest was signed for: each offer by the subject of its notice and its own link."""

    helpdesk: str
    member: str
    offers: list[tuple[str, str]]
    until: str


Claims = TicketClaims | DigestClaims


def claims_for(notice: Notice, key: TicketKey, now: datetime) -> TicketClaims:
    """The claims of the link in a notice."""
    return {
        "helpdesk": key.helpdesk_id,
        "ticket": key.ticket_id,
        "member": notice.recipient,
        "tier": notice.tier,
        "notice": notice.notice_id,
        "until": format_instant(now + VALID_FOR),
    }


def claims_for_digest(helpdesk_id: str, recipient: str, offers: list[tuple[str, str]], now: datetime) -> DigestClaims:
    """The claims of the link in a digest."""
    return {"helpdesk": helpdesk_id, "member": recipient, "offers": offers, "until": format_instant(now + VALID_FOR)}


class LinkedOffer(NamedTuple):
    """One of the offers of a digest."""

    subject: str
    link: str


@dataclass(frozen=True, slots=True)
class Digest:
    """The offers of a message about several tickets."""

    offers: list[LinkedOffer]


@dataclass(frozen=True, slots=True)
class Offer:
    """To whom, for which ticket, and whether somebody has already taken it."""

    ticket: Ticket
    roster: Roster
    now: datetime
    member_id: str
    tier: int | None
    taken_by: str | None
    taken_at: datetime | None
    done: ActionName | None = None
    """What has just been done by it; None where it was only looked at, or nothing changed."""

    @property
    def to_go(self) -> int:
        """How many others have to acknowledge after this person has; 0 where they have not, or it is enough."""
        chain = self.ticket.chain
        return chain.needed - len(chain.confirmed) if self.member_id in chain.confirmed and not self.taken_by else 0

    @property
    def passed_on(self) -> Literal["decline", "escalate"] | None:
        """By what they have passed it on, where they have neither taken it nor been asked again since."""
        chain, own = self.ticket.chain, [e for e in self.ticket.log if e.actor.id == self.member_id]
        last = next((e for e in reversed(own) if isinstance(e, Acknowledged | Snoozed | Declined | Escalated)), None)
        if chain.acknowledged or (chain.asks(self.member_id) and not chain.requested):
            return None
        if isinstance(last, Declined):
            return "decline"
        return "escalate" if isinstance(last, Escalated) else None

    @property
    def next_tier(self) -> int | None:
        """The tier to which it can be escalated; None where the last one has it."""
        following = (self.ticket.chain.turn or 0) + 1
        return following if following <= self.ticket.policy.last else None

    @property
    def colleagues(self) -> list[Colleague]:
        """To whom they can hand it over."""
        everybody = colleagues(self.ticket, self.roster, self.now)
        return [each for each in everybody if each.member_id != self.member_id]

    @property
    def snooze_until(self) -> datetime | None:
        """Until when they may put it off; None where the contract does not allow it."""
        return latest_snooze(self.ticket, self.now)

    @property
    def may_be_missed(self) -> list[Promised]:
        """The promises of which the customer can still be told that they will be missed, the one due first first."""
        promised = still_promised(self.ticket, self.now)
        return [each for each in promised if each.name not in self.ticket.breach_told_at]

    @property
    def possible(self) -> list[ActionName]:
        """What would change something, in the order in which it is offered."""
        return [action for action in ACTIONS if self.why_not(action) is None]

    def why_not(self, action: ActionName) -> str | None:
        """Why that would change nothing, in words; None where it would."""
        taken = self.ticket.chain.acknowledged
        if self.ticket.over:
            return f"The ticket is {self.ticket.status}; nothing is left to do by this link."
        if taken and taken.by != self.member_id:
            return "Somebody else has the ticket by now."
        match action:
            case "acknowledge":
                return self._why_not_acknowledge()
            case "hand_over":
                return self._why_not_hand_over()
            case "escalate":
                return self._why_not_escalate()
            case "will_be_missed":
                return None if self.may_be_missed else "The customer has no promise left of which they were not told."
            case "snooze":
                return None if self.snooze_until else "The contract does not allow a ticket to be snoozed."
            case "decline":
                if taken or self.ticket.chain.asks(self.member_id):
                    return None
                return "It is not your turn to take the ticket, so there is nothing for you to decline."
            case _:
                assert_never(action)

    def _why_not_acknowledge(self) -> str | None:
        if self.to_go:
            return "You have acknowledged already; others have to as well."
        has_it = self.ticket.chain.acknowledged and not self.ticket.chain.snoozed_until
        return "You have the ticket already." if has_it else None

    def _why_not_hand_over(self) -> str | None:
        if not self.ticket.contract.takes("assignment", "agent"):
            return "By the contract nobody has a ticket for being assigned it."
        return None if self.colleagues else "There is nobody else in the teams of the contract."

    def _why_not_escalate(self) -> str | None:
        if self.passed_on == "escalate":
            return "You have escalated it already."
        return None if self.next_tier else "There is no tier after the one that has it."
