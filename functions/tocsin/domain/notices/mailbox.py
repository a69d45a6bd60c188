"""A mailbox per topic: whoever is told of many tickets at once gets one message per minute that names them all.

The first message of a minute goes out at once. What comes within the minute after it waits, and when the minute is
over goes out as one. SNS suspends a mail subscription above 10 messages a second, and deletes it after 48 hours
(https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html, 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tocsin.domain.notices.message import Message
from tocsin.domain.notices.notice import Audience, Notice, NoticeKind

WINDOW = timedelta(minutes=1)
"""How long a topic is left alone after a message."""

MOST_ABOUT_ONE_TICKET = 5
"""So many messages within a window go out at once if all of them are about one ticket: an alert and the breach beside
it are no storm. What is more waits as well."""

RECEIPT_AFTER = timedelta(seconds=10)
"""Whoever finds the first notice waiting sends for all; the others look that much later whether it has been done."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Until when a topic is left alone, and whether this notice is the first that waits for it."""

    closes_at: datetime
    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A notice that waits in a mailbox, in the words that it had when it came.

    `link` acknowledges, where the notice has one. `data` is for programs: what the message would carry, without the
    ticket's attributes and obligations, so that hundreds fit into one message.
    """

    notice_id: str
    ticket_id: str
    kind: NoticeKind
    audience: Audience
    posted_at: datetime
    subject: str
    email: str
    link: str | None
    data: Mapping[str, Any]

    @property
    def rank(self) -> tuple[bool, datetime, str]:
        """Orders a digest: alerts first, then as they came."""
        return self.kind is not NoticeKind.TIER_ALERT, self.posted_at, self.ticket_id


LEFT_OUT = frozenset({"attributes", "obligations", "sent_at", "version"})


def entry_of(notice: Notice, message: Message, ticket_id: str, now: datetime) -> Entry:
    """A notice with its message as it waits in a mailbox."""
    return Entry(
        notice_id=notice.notice_id,
        ticket_id=ticket_id,
        kind=notice.kind,
        audience=notice.audience,
        posted_at=now,
        subject=message.subject,
        email=message.email,
        link=message.data.get("acknowledge_url"),
        data={name: value for name, value in message.data.items() if name not in LEFT_OUT},
    )
