"""Read the ledger of notices: of one ticket, or of all tickets what has not been handed over."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from tocsin.domain.reports.notice_ledger import LedgerEntry, NoticeState, ledger
from tocsin.domain.tickets.codec import written
from tocsin.domain.values.faults import Fault, Invalid, NotFound, bad_cursor
from tocsin.domain.values.identifiers import TICKET_ID, TicketKey
from tocsin.domain.values.instants import format_instant
from tocsin.domain.values.page import Page
from tocsin.domain.values.wording import enumerated
from tocsin.ports.clock import Clock
from tocsin.ports.tickets import TicketLog

NOT_FINAL = tuple(state for state in NoticeState if state is not NoticeState.HANDED_OVER)
"""What the due-index leads to: a ticket with such a notice has something to do now, or when its mailbox is emptied."""

MOST_TICKETS = 50
"""Whose logs are read for a page."""

AHEAD = timedelta(weeks=2)
"""Whatever waits in a mailbox is looked at again before that: quiet hours last no longer."""

_CURSOR = re.compile(rf"(\d{{1,9}})\.({TICKET_ID[1:-1]})", re.ASCII)


def read_notices(key: TicketKey, limit: int, cursor: str | None, *, log: TicketLog) -> Page:
    """Every notice of a ticket in the order of recording. Raises NotFound, Invalid for a bad cursor."""
    if cursor is not None and not re.fullmatch(r"\d{1,9}", cursor, re.ASCII):
        raise bad_cursor()
    events = log.events(key)
    if not events:
        raise NotFound(f"There is no ticket {key.ticket_id!r}.")
    entries, start = ledger(events), int(cursor or 0)
    end = start + limit
    return Page([_view(key, entry) for entry in entries[start:end]], str(end) if entries[end:] else None)


def list_notices(
    helpdesk_id: str, state: NoticeState | None, limit: int, cursor: str | None, *, log: TicketLog, clock: Clock
) -> Page:
    """The notices in a state that is not final, or in any such state, of all tickets in the order of their ids.

    A page looks at a bounded number of tickets: it may be short, or empty, and still have a next one. Raises Invalid
    for a bad cursor, and for what has been handed over: nothing leads from a helpdesk to the tickets of which that is
    all there is to say.
    """
    if state is not None and state not in NOT_FINAL:
        raise Invalid([Fault("state", _not_listed(state))])
    states = NOT_FINAL if state is None else (state,)
    first, start = _place(cursor)
    due = log.overdue(clock.now() + AHEAD)
    keys = sorted(key for key in due if key.helpdesk_id == helpdesk_id and key.ticket_id >= first)
    found: list[dict[str, Any]] = []
    for key in keys[:MOST_TICKETS]:
        skipped = start if key.ticket_id == first else 0
        for number, entry in _in_states(states, ledger(log.events(key)), skipped):
            if len(found) == limit:
                return Page(found, f"{number}.{key.ticket_id}")
            found.append(_view(key, entry))
    rest = keys[MOST_TICKETS:]
    return Page(found, f"0.{rest[0].ticket_id}" if rest else None)


def _in_states(
    states: Collection[NoticeState], entries: Sequence[LedgerEntry], start: int
) -> list[tuple[int, LedgerEntry]]:
    """The entries in these states from one on, each with its place, which no later event changes."""
    return [(number, entry) for number, entry in enumerate(entries[start:], start) if entry.state in states]


def _not_listed(state: NoticeState) -> str:
    listed = enumerated([each.value for each in NOT_FINAL], "or")
    return (
        f"{state} is final, and only what is not can be listed for all tickets: {listed}; "
        "what was handed over is listed ticket by ticket, by GET /v1/tickets/{ticket_id}/notices"
    )


def _place(cursor: str | None) -> tuple[str, int]:
    """The ticket that a page begins with and, of its notices, which one."""
    if cursor is None:
        return "", 0
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise bad_cursor()
    return found[2], int(found[1])


def _view(key: TicketKey, entry: LedgerEntry) -> dict[str, Any]:
    """The fields of a `NoticeView`."""
    notice, receipt = entry.notice, entry.receipt
    instants = {
        "recorded_at": entry.recorded_at,
        "queued_at": entry.queued_at,
        "queued_until": entry.queued_until,
        "failed_at": entry.failed_at,
        "handed_over_at": entry.handed_over_at,
    }
    return {
        "ticket_id": key.ticket_id,
        "notice_id": notice.notice_id,
        "kind": notice.kind,
        "audience": notice.audience,
        "recipient": notice.recipient,
        "tier": notice.tier,
        "because": notice.because,
        "about": written(notice.about),
        "state": entry.state,
        **{name: at and format_instant(at) for name, at in instants.items()},
        "error": entry.error,
        "message_id": receipt and receipt.message_id,
        "digest_of": receipt and receipt.digest_of,
        "repeated_as": [*entry.repeated_as],
    }
