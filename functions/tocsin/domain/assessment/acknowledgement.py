"""The signed link in an alert: what it was signed for, and what it offers to whoever follows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, TypedDict, final

from tocsin.domain.assessment.who_hears import Roster
from tocsin.domain.notices.notice import Notice
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import format_instant

VALID_FOR = timedelta(hours=72)
"""Long enough for a weekend; after that the helpdesk is the place to acknowledge."""


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
