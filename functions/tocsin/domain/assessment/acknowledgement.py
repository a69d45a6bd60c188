"""The signed link in an alert: what it says, and what it offers to whoever follows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from tocsin.domain.assessment.who_hears import Roster
from tocsin.domain.notices.notice import Notice
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import format_instant

VALID_FOR = timedelta(hours=72)
"""Long enough for a weekend; after that the helpdesk is the place to acknowledge."""


def claims_for(notice: Notice, key: TicketKey, now: datetime) -> dict[str, Any]:
    """The claims to be signed: ticket, tier, whom the link is bound to, and until when it is valid."""
    return {
        "helpdesk": key.helpdesk_id,
        "ticket": key.ticket_id,
        "member": notice.recipient,
        "tier": notice.tier,
        "notice": notice.notice_id,
        "until": format_instant(now + VALID_FOR),
    }


def claims_for_digest(
    helpdesk_id: str, recipient: str, offered: Sequence[tuple[str, str]], now: datetime
) -> dict[str, Any]:
    """The claims of a link to a page of links: each offer by the subject of its notice and its own link."""
    return {
        "helpdesk": helpdesk_id,
        "member": recipient,
        "offers": [list(each) for each in offered],
        "until": format_instant(now + VALID_FOR),
    }


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
    tier: int
    taken_by: str | None
    taken_at: datetime | None
