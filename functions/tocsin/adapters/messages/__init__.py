"""Notices in words: one template a kind, three parts each (subject, SMS, mail), in `templates`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from tocsin.domain.assessment.acknowledgement import claims_for
from tocsin.domain.assessment.views import obligation_view
from tocsin.domain.calendars.business_hours import load_zone
from tocsin.domain.notices.message import Message
from tocsin.domain.notices.notice import AboutDeadline, Notice, NoticeKind
from tocsin.domain.notices.topics import topic_of
from tocsin.domain.tickets.attributes import ATTRIBUTES
from tocsin.domain.tickets.codec import written
from tocsin.domain.tickets.texts import TEXT_NAMES, Texts
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.instants import format_instant, parse_instant
from tocsin.ports.notices import Links

TEMPLATES = Path(__file__).parent / "templates"
LONGEST_TEXT, MOST_ENTRIES = 1_500, 20
DATA_VERSION = 1
"""Of the JSON that HTTPS endpoints and queues receive; fields are added, never changed."""


@cache
def template_environment() -> Environment:
    """Templates are plain text but for `.html`, which escapes; a name that does not exist is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"], default_for_string=False),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["local"] = local_time
    environment.filters["instant"] = format_instant
    return environment


def local_time(value: datetime | str | None, timezone: str) -> str:
    """An instant as people on the phone say it, and as machines log it."""
    if not value:
        return "not while paused"
    instant = value if isinstance(value, datetime) else parse_instant(value)
    return f"{instant.astimezone(load_zone(timezone)):%a %d %b %H:%M %Z} ({format_instant(instant)})"


def shortened(value: Any) -> Any:
    """Texts and lists of a length with which a message stays below the 256 KB that SNS takes
    (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html, 2026-11); whole they are in the helpdesk.
    """
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else f"{value[: LONGEST_TEXT - 1]}…"
    if isinstance(value, dict):
        return {shortened(name): shortened(each) for name, each in list(value.items())[:MOST_ENTRIES]}
    if isinstance(value, list):
        return [shortened(each) for each in value[:MOST_ENTRIES]]
    return value


def in_words(kind: str, context: Mapping[str, Any]) -> Iterator[str]:
    """Subject, SMS and mail of a kind of message."""
    return (part.render(context).strip() for part in _parts(kind))


@cache
def _parts(kind: str) -> list[Template]:
    # Split before rendering: whatever people have written stays in the part it belongs to.
    source = (TEMPLATES / f"{kind}.txt").read_text()
    return [template_environment().from_string(part) for part in source.split("\n---\n")]


class TemplateMessages:
    """`Messages` from templates."""

    def __init__(self, links: Links) -> None:
        self._links = links

    def render(self, notice: Notice, ticket: Ticket, texts: Texts, now: datetime) -> Message:
        """See `Messages.render`."""
        link = self._links.sign(claims_for(notice, ticket.key, now)) if notice.kind is NoticeKind.TIER_ALERT else None
        contract = ticket.contract
        context = {
            "notice": notice,
            "about": notice.about,
            "metric": contract.metric(notice.about.metric).label if isinstance(notice.about, AboutDeadline) else None,
            "ticket": ticket,
            "contract": contract,
            "attributes": {name: shortened(ticket.attributes.get(name)) for name in ATTRIBUTES}
            | {name: shortened(texts.get(name)) for name in TEXT_NAMES},
            "obligations": [obligation_view(obligation, now, contract.timezone) for obligation in ticket.promised()],
            "labels": {metric.name: metric.label for metric in ticket.rulebook.metrics},
            "next_alert": ticket.next_step(),
            "link": link,
            "zone": ticket.contract.timezone,
            "now": now,
        }
        subject, sms, email = in_words(notice.kind, context)
        return Message(
            topic=topic_of(ticket.key.helpdesk_id, contract.contract_id, notice.audience, notice.recipient),
            subject=subject,
            sms=sms,
            email=email,
            data=_data(notice, ticket, context),
            attributes={
                "helpdesk": ticket.key.helpdesk_id,
                "contract": contract.contract_id,
                "ticket_id": ticket.key.ticket_id,
                "priority": ticket.priority,
                "kind": notice.kind.value,
                "tier": str(notice.tier or ""),
                "recipient": notice.recipient,
                "notice_id": notice.notice_id,
            },
        )


def _data(notice: Notice, ticket: Ticket, context: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "version": DATA_VERSION,
        "notice_id": notice.notice_id,
        "kind": notice.kind,
        "recipient": notice.recipient,
        "helpdesk_id": ticket.key.helpdesk_id,
        "ticket_id": ticket.key.ticket_id,
        "contract_id": ticket.contract.contract_id,
        "priority": ticket.priority,
        "status": ticket.status,
        "tier": notice.tier,
        "about": written(notice.about),
        "attributes": {name: value for name, value in context["attributes"].items() if value},
        "obligations": context["obligations"],
        "acknowledge_url": context["link"],
        "sent_at": format_instant(context["now"]),
    }
