"""Notices in words: one template a kind, three parts each (subject, SMS, mail), in `templates`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from tocsin.adapters.messages.plain_text import sms_text
from tocsin.adapters.messages.situation import Situation, local_time, short_time
from tocsin.domain.assessment.acknowledgement import claims_for
from tocsin.domain.assessment.roster import Roster
from tocsin.domain.assessment.views import obligation_view
from tocsin.domain.notices.message import Message
from tocsin.domain.notices.notice import (
    About,
    AboutDeadline,
    AboutExpectedBreach,
    AboutHolder,
    Audience,
    Notice,
    NoticeKind,
)
from tocsin.domain.notices.topics import topic_of
from tocsin.domain.tickets.attributes import ATTRIBUTES
from tocsin.domain.tickets.codec import written
from tocsin.domain.tickets.texts import RESOLUTION_TEXTS, TEXT_NAMES, Texts
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.channels import Way
from tocsin.domain.values.instants import format_instant, short_duration
from tocsin.domain.values.wording import duration_words, ordinal, sentence_case
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
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "local": local_time,
        "ordinal": ordinal,
        "sentence": sentence_case,
        "brief": brief,
        "duration": duration_words,
        "short_duration": short_duration,
    }
    return environment


def brief(name: str, longest: int) -> str:
    """A ticket's id or a priority for a short message: of a long one its beginning and its end."""
    half = longest // 2 - 1
    return name if len(name) <= longest else f"{name[:half]}..{name[-half:]}"


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
    return (_tidy(part.render(context)) for part in _parts(kind))


def _tidy(text: str) -> str:
    """What a template leaves out leaves no gap."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" +\n", "\n", text)).strip()


@cache
def _parts(kind: str) -> list[Template]:
    # Split before rendering: whatever people have written stays in the part it belongs to.
    source = (TEMPLATES / f"{kind}.txt").read_text()
    return [template_environment().from_string(part) for part in source.split("\n---\n")]


class TemplateMessages:
    """`Messages` from templates."""

    def __init__(self, links: Links) -> None:
        self._links = links

    def render(self, notice: Notice, ticket: Ticket, texts: Texts, roster: Roster, now: datetime) -> Message:
        """See `Messages.render`."""
        context = self._context(notice, ticket, texts, Situation(ticket, roster, now))
        subject, sms, email = in_words(notice.kind, context)
        contract, way = ticket.contract, notice.way or Way.AT_ONCE
        return Message(
            topic=topic_of(ticket.key.helpdesk_id, contract.contract_id, notice.audience, notice.recipient, way),
            subject=" ".join(subject.split()),
            sms=sms_text(sms, context["link"]),
            email=email,
            data=_data(notice, context),
            attributes={
                "helpdesk": ticket.key.helpdesk_id,
                "contract": contract.contract_id,
                "ticket_id": ticket.key.ticket_id,
                "priority": ticket.priority,
                "kind": notice.kind.value,
                "tier": "" if notice.audience is Audience.CUSTOMER else str(notice.tier or ""),
                "recipient": notice.recipient,
                "notice_id": notice.notice_id,
            },
        )

    def _context(self, notice: Notice, ticket: Ticket, texts: Texts, situation: Situation) -> dict[str, Any]:
        """What the templates may name: see the dictionary."""
        contract, now = ticket.contract, situation.now
        about = notice.about
        metric = contract.metric(about.metric) if isinstance(about, AboutDeadline | AboutExpectedBreach) else None
        return {
            "notice": notice,
            "about": about,
            "metric": metric.label if metric else None,
            "customer_hears": metric is not None and metric.customer_hears_of_breach,
            "ticket": ticket,
            "contract": contract,
            "attributes": {name: shortened(ticket.attributes.get(name)) for name in ATTRIBUTES}
            | {name: shortened(texts.get(name)) for name in TEXT_NAMES},
            "situation": situation,
            "acknowledge_by": situation.acknowledge_by(notice.tier),
            "link": self._link(notice, ticket, now),
            "zone": situation.zone,
            "now": now,
            "short": partial(short_time, timezone=situation.zone, now=now),
        }

    def _link(self, notice: Notice, ticket: Ticket, now: datetime) -> str | None:
        """To the page, for whoever has it in their name: a member, and the team that an alert asks."""
        if notice.audience is Audience.MEMBER or notice.kind is NoticeKind.TIER_ALERT:
            return self._links.sign(claims_for(notice, ticket.key, now))
        return None


TOLD_TO_THE_CUSTOMER = ("subject", *sorted(RESOLUTION_TEXTS))
"""Of what is known about a ticket; the rest is for our own people."""


def _data(notice: Notice, context: Mapping[str, Any]) -> dict[str, Any]:
    """What programs read: JSON of version `DATA_VERSION`. `context` is that of the templates."""
    ticket: Ticket = context["ticket"]
    to_customer = notice.audience is Audience.CUSTOMER
    known = {name: value for name, value in context["attributes"].items() if value}
    situation: Situation = context["situation"]
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
        "tier": None if to_customer else notice.tier,
        "about": _about_for_customer(notice.about, situation) if to_customer else written(notice.about),
        "attributes": {name: known[name] for name in TOLD_TO_THE_CUSTOMER if name in known} if to_customer else known,
        "obligations": _promised(situation) if to_customer else _owed(situation),
        "acknowledge_url": context["link"],
        "sent_at": format_instant(context["now"]),
    }


def _owed(situation: Situation) -> list[dict[str, Any]]:
    """As the API shows them: the fields of an `ObligationView`."""
    return [obligation_view(each, situation.now, situation.zone) for each in situation.ticket.promised()]


def _promised(situation: Situation) -> list[dict[str, Any]]:
    """Without who works on it, and what is between them."""
    return [{"metric": each.name, "due_at": each.due_at and format_instant(each.due_at)} for each in situation.promised]


def _about_for_customer(about: About, situation: Situation) -> dict[str, Any]:
    """A team by its name; whatever else a notice is about has no names in it."""
    if isinstance(about, AboutHolder):
        return {"team": situation.told_team(about.team)}
    return dict(written(about))
