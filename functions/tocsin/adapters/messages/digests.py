"""Notices about many tickets in one message, which names them all and carries as much of each as fits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from tocsin.adapters.messages import DATA_VERSION, in_words
from tocsin.adapters.messages.plain_text import sms_text
from tocsin.domain.assessment.acknowledgement import claims_for_digest
from tocsin.domain.notices.mailbox import Entry
from tocsin.domain.notices.message import Message
from tocsin.domain.notices.notice import Audience, NoticeKind
from tocsin.domain.values.instants import format_instant
from tocsin.domain.values.wording import counted
from tocsin.ports.notices import Links

KIND = "digest"

LONGEST_LIST, LONGEST_TEXTS = 150_000, 60_000
"""Bytes of the list of notices in its two forms, and of the texts in full: together below the 256 KB that SNS takes
(https://docs.aws.amazon.com/sns/latest/api/API_Publish.html, 2026-11), however JSON writes them."""


class TemplateDigests:
    """`Digests` from a template."""

    def __init__(self, links: Links) -> None:
        self._links = links

    def render(self, topic: str, entries: Sequence[Entry], now: datetime) -> list[tuple[Message, list[Entry]]]:
        """See `Digests.render`."""
        return [(self._message(topic, some, now), some) for some in _parts(entries)]

    def _message(self, topic: str, entries: list[Entry], now: datetime) -> Message:
        helpdesk_id, recipient = entries[0].data["helpdesk_id"], entries[0].data["recipient"]
        link = self._link(helpdesk_id, recipient, entries, now)
        context = {
            "heading": _heading(entries),
            "entries": entries,
            "whole": list(_whole(entries)),
            "to_customer": entries[0].audience is Audience.CUSTOMER,
        }
        subject, sms, email = in_words(KIND, context)
        digest_id = hashlib.sha256("\x1f".join(entry.notice_id for entry in entries).encode()).hexdigest()[:32]
        return Message(
            topic=topic,
            subject=" ".join(subject.split()),
            sms=sms_text(sms, link),
            email=email,
            data={
                "version": DATA_VERSION,
                "notice_id": digest_id,
                "kind": KIND,
                "recipient": recipient,
                "helpdesk_id": helpdesk_id,
                "acknowledge_url": link,
                "sent_at": format_instant(now),
                "notices": [dict(entry.data) for entry in entries],
            },
            attributes=_attributes(entries, helpdesk_id, recipient, digest_id),
        )

    def _link(self, helpdesk_id: str, recipient: str, entries: list[Entry], now: datetime) -> str | None:
        """To a page with the links of all, for a short message; None where none of them has one."""
        offered = [(entry.subject, entry.link) for entry in entries if entry.link]
        return self._links.sign(claims_for_digest(helpdesk_id, recipient, offered, now)) if offered else None


def _parts(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """The entries in order, in as few parts as fit into a message each."""
    part: list[Entry] = []
    size = 0
    for entry in entries:
        length = _length(entry)
        if part and size + length > LONGEST_LIST:
            yield part
            part, size = [], 0
        part.append(entry)
        size += length
    yield part


def _length(entry: Entry) -> int:
    """Bytes in the list for people and in that for programs; as JSON within JSON, where a quote takes three."""
    return len(json.dumps(json.dumps(entry.data))) + len(json.dumps(entry.subject)) + len(entry.link or "") + 8


def _whole(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Those of which the whole text fits."""
    room = LONGEST_TEXTS
    for entry in entries:
        room -= len(json.dumps(entry.email)) + len(json.dumps(entry.subject)) + 80
        if room < 0:
            return
        yield entry


def _heading(entries: list[Entry]) -> str:
    tickets = len({entry.ticket_id for entry in entries})
    if all(entry.kind is NoticeKind.TIER_ALERT for entry in entries) and tickets > 1:
        return f"{tickets} tickets need you"
    return f"{counted(len(entries), 'message')} about {counted(tickets, 'ticket')}"


def _attributes(
    entries: list[Entry], helpdesk_id: str, recipient: str, digest_id: str
) -> Mapping[str, str | tuple[str, ...]]:
    """With every value that one of them has, so that whoever filters by one receives the digest as well."""

    def of(name: str) -> tuple[str, ...]:
        return tuple(sorted({str(entry.data[name]) for entry in entries if entry.data.get(name) is not None}))

    return {
        "helpdesk": helpdesk_id,
        "contract": of("contract_id"),
        "ticket_id": of("ticket_id"),
        "priority": of("priority"),
        "kind": (KIND, *of("kind")),
        "tier": of("tier"),
        "recipient": recipient,
        "notice_id": digest_id,
    }
