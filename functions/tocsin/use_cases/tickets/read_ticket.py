"""Read tickets: one, its log, or a list by what is due next."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from tocsin.domain.assessment.views import event_view, ticket_view
from tocsin.domain.values.faults import Fault, Invalid, NotFound, bad_cursor
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import format_instant
from tocsin.domain.values.page import Page
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.oncall import Teams
from tocsin.ports.tickets import TicketLog
from tocsin.use_cases.tickets.ticket_context import read_context, texts_of

STATUSES = ("open", "pending", "resolved", "closed", "merged", "deleted")


def read_ticket(
    key: TicketKey,
    at: datetime | None = None,
    known_at: datetime | None = None,
    *,
    log: TicketLog,
    contracts: Contracts,
    teams: Teams,
    clock: Clock,
) -> dict[str, Any]:
    """The ticket as it is now, or as it was.

    `at`: as true then, by all that has been learned since. `known_at`: as known then. Both: as true at the one by what
    was known at the other. Raises NotFound, also where it did not exist yet.
    """
    context = read_context(key, log=log, contracts=contracts, teams=teams).as_of(at, known_at)
    now = at or known_at or clock.now()
    assessment = context.assess(now)
    return ticket_view(assessment, context.sequence, now, texts_of(assessment.ticket, log=log))


def read_events(key: TicketKey, limit: int, cursor: str | None, *, log: TicketLog) -> Page:
    """The log from the beginning, or from where the cursor left off. Raises NotFound, Invalid for a bad cursor."""
    if cursor is not None and not re.fullmatch(r"\d{1,18}", cursor, re.ASCII):
        raise bad_cursor()
    events, rest = log.page_of_events(key, int(cursor or 0), limit)
    if not events and log.head(key) is None:
        raise NotFound(f"There is no ticket {key.ticket_id!r}.")
    texts = log.texts(key, [event.sequence for event in events if event.texts])
    items = [event_view(event, texts.get(event.sequence, {})) for event in events]
    return Page(items, str(events[-1].sequence) if rest else None)


def list_tickets(
    helpdesk_id: str, status: str, contract_id: str | None, limit: int, cursor: str | None, *, log: TicketLog
) -> Page:
    """Tickets of a status, those due next first. Raises Invalid for an unknown status or a bad cursor."""
    if status not in STATUSES:
        raise Invalid([Fault("status", f"must be one of {', '.join(STATUSES)}")])
    try:
        heads, following = log.listed(helpdesk_id, status, contract_id, limit, cursor)
    except ValueError:
        raise bad_cursor() from None
    items = [
        {
            "ticket_id": head.key.ticket_id,
            "status": head.status,
            "priority": head.priority,
            "contract": {"contract_id": head.contract_id, "version": head.contract_version},
            "subject": head.subject,
            "opened_at": format_instant(head.opened_at),
            "sequence": head.sequence,
            "next_due_at": format_instant(head.next_due_at) if head.next_due_at else None,
        }
        for head in heads
    ]
    return Page(items, following)
