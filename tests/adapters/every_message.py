"""Every kind of notice and every reason of an alert, rendered; as one text to be read aloud:

python -m tests.adapters.every_message > messages.txt
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tests.unit.story import REVIEW, Story, after, contract, team
from tocsin.adapters.messages import TemplateMessages
from tocsin.domain.assessment.acknowledgement import Claims
from tocsin.domain.escalation.reasons import AlertReason
from tocsin.domain.notices.message import Message
from tocsin.domain.notices.notice import AboutAlert, AboutNotReached, AboutTicket, Notice, NoticeKind
from tocsin.domain.oncall.team import Team
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor
from tocsin.domain.tickets.fold import fold
from tocsin.domain.tickets.texts import TEXT_NAMES, Texts
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.reaching import NotReached

TEAMS: Mapping[str, Team] = {
    "frontline": team("ana", name="First Line"),
    "engineering": team("ben", name="Platform Engineers"),
    "management": team("dora", name="Duty Leads"),
}
RESOLVED: Mapping[str, Any] = {"root_cause": "A full disk.", "mitigation": "Space.", "prevention": "An alarm."}
EXAMPLE: Mapping[str, Any] = {
    "subject": "Nightly sync can't finish",
    "description": "Since midnight nothing arrives.",
    "requester": "jane@example.com",
    "reference": "https://helpdesk.example/tickets/1",
    "handoff": {"error logs": "see the run of 00:10", "steps to reproduce": "press Sync now"},
}


class ShortLinks:
    """Links as long as they get: a host of 70 characters, a token of 16."""

    def sign(self, claims: Claims) -> str:
        return f"https://{'h' * 62}.example/a/0123456789abcdef"

    def read(self, token: str) -> Claims | None:
        return None


@dataclass(frozen=True)
class Told:
    """A notice, the ticket and the instant at which it is rendered, and what is said."""

    notice: Notice
    ticket: Ticket
    at: datetime
    message: Message


def stories(terms: Any, attributes: Mapping[str, Any], priority: str = "P1") -> Iterator[Story]:
    """Lives of tickets in which every kind of notice occurs."""

    def begin(known_after: float = 0) -> Story:
        return Story(priority, terms=terms, teams=TEAMS, known_after=known_after, **attributes)

    silent = begin()
    silent.assess_until(300)
    yield silent
    taken = begin()
    taken.assess_until(20)
    taken.says(ev.Acknowledged, 21, actor=Actor("agent", "ben"))
    taken.assess_until(100)
    taken.says(ev.Resolved, 110, **RESOLVED)
    taken.assess_until(14 * 1440)
    yield taken
    declined = begin()
    declined.assess(0)
    for minute, name in enumerate(("ana", "ben", "dora"), start=1):
        declined.says(ev.Declined, minute, actor=Actor("agent", name))
        declined.assess(minute)
    yield declined
    delayed = begin()
    delayed.assess(0)
    delayed.says(
        ev.BreachExpected,
        1,
        actor=Actor("agent", "dora"),
        metric="resolution",
        obligation_id="resolution#1",
        due_at=after(240),
        expected_at=after(300),
    )
    delayed.assess(1)
    yield delayed
    reopened = begin()
    for event_type, minute in ((ev.Resolved, 10), (ev.Reopened, 20), (ev.Escalated, 30)):
        reopened.says(event_type, minute)
        reopened.assess(minute)
    yield reopened
    late = begin(known_after=600)
    late.assess(600)
    yield late
    paused = begin()
    paused.says(ev.Pended, 200)
    paused.assess(210)
    yield paused
    mistaken = begin()
    mistaken.assess_until(20)
    mistaken.says(ev.AgentReplied, 10, known_at=30)
    mistaken.assess(30)
    yield mistaken
    given = begin()
    given.assess(0)
    given.says(ev.Assigned, 1, actor=Actor("agent", "dora"), to=ev.Assignee("ana"))
    given.assess(1)
    given.says(ev.Resolved, 3, **RESOLVED)
    given.assess(3)
    given.says(ev.CustomerReplied, 4, actor=Actor("customer"))
    given.assess(4)
    given.says(ev.Merged, 5, into="T-2")
    given.assess(5)
    yield given
    breach = begin()
    breach.says(ev.AttributesChanged, 1, category="data breach")
    breach.assess(1)
    yield breach


def texts_in(attributes: Mapping[str, Any]) -> Texts:
    return {name: text for name, text in {**attributes, **RESOLVED}.items() if name in TEXT_NAMES}


def every_message(
    attributes: Mapping[str, Any] = EXAMPLE,
    *,
    links: Any = None,
    ticket_id: str = "T-1",
    priority: str = "P1",
    **changes: Any,
) -> list[Told]:
    """What is said when it is owed: every notice of these stories, and an alert for each reason there is."""
    trigger = {"type": "matches", "when": {"category": "data breach"}, "to": {"team": "management"}}
    calendar = {"timezone": "Europe/Berlin"}
    terms = contract(**{"review": REVIEW, "calendar": calendar, "triggers": [trigger], **changes})
    messages = TemplateMessages(links or ShortLinks())
    told, reasons = [], set(AlertReason)
    for story in stories(terms, attributes, priority):
        for record in story.recorded(ev.NoticesRecorded):
            key, at = TicketKey("acme", ticket_id), record.recorded_at
            ticket = fold(key, story.versions, story.log[: record.sequence])
            for notice in _with_every_reason(record.notices, reasons):
                message = messages.render(notice, ticket, texts_in(attributes), TEAMS.get, at)
                told.append(Told(notice, ticket, at, message))
    return told


def _with_every_reason(notices: tuple[Notice, ...], missing: set[AlertReason]) -> Iterator[Notice]:
    """The notices, and with the first alert of a later tier the reasons that these stories do not have."""
    for notice in notices:
        yield notice
        if notice.kind is NoticeKind.ASSIGNMENT:  # A contract may have no other priority from which it could rise.
            yield replace(notice, kind=NoticeKind.PRIORITY_RAISED, about=AboutTicket())
            for why in NotReached:
                yield replace(notice, kind=NoticeKind.TIER_NOT_REACHED, about=AboutNotReached(1, why))
        if isinstance(notice.about, AboutAlert) and notice.about.reason is AlertReason.NOT_ACKNOWLEDGED:
            for reason in sorted(missing):
                yield replace(notice, about=AboutAlert(1, reason))
            missing.clear()


def read_aloud() -> str:
    """All of it, each text once."""
    seen, parts = set[tuple[str, str]](), []
    for each in every_message():
        message = each.message
        if (message.subject, message.email) not in seen:
            seen.add((message.subject, message.email))
            whom = f"{each.notice.kind} to {each.notice.recipient}, {each.at:%a %d %b %H:%M} UTC"
            parts.append(f"{'=' * 100}\n{whom}\nSubject: {message.subject}\nSMS: {message.sms}\n\n{message.email}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(read_aloud())
