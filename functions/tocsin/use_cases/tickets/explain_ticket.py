"""Explain a ticket: for each obligation, which time counted, which did not, why, and who had it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from tocsin.domain.assessment.escalation_explained import reasons
from tocsin.domain.assessment.views import obligation_view
from tocsin.domain.tickets.explanation import Stretch, explain, seconds_by_holder
from tocsin.domain.tickets.obligation import Obligation
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.faults import Fault, Invalid, bad_cursor
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import format_instant
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.oncall import Teams
from tocsin.ports.tickets import TicketLog
from tocsin.use_cases.tickets.ticket_context import read_context

PAGE_BYTES = 512 * 1024
"""About what a page holds: Lambda answers at most 6 MB (AWS documentation, "Lambda quotas", 2026-11)."""

FARTHEST_AHEAD = timedelta(days=366)
"""How far in the future a ticket is explained, even where its deadline lies beyond: every window is worked out."""

_CURSOR = re.compile(r"(\d{1,9})\.(\d{1,9})", re.ASCII)


def explain_ticket(
    key: TicketKey,
    at: datetime | None = None,
    known_at: datetime | None = None,
    cursor: str | None = None,
    *,
    log: TicketLog,
    contracts: Contracts,
    teams: Teams,
    clock: Clock,
) -> dict[str, Any]:
    """Every obligation there was with its stretches of time, and why the ticket was escalated or not; a page of it.

    `backed_by` has, of those who had the ticket meanwhile, the contracts that back their time. `at` and `known_at` as
    in `read_ticket`. An obligation whose stretches fill more than a page is on each of them, with all of its totals.
    Raises NotFound, Invalid for a bad cursor and for an instant more than a year ahead.
    """
    today = clock.now()
    now = at or known_at or today
    if now > today + FARTHEST_AHEAD:
        raise Invalid(
            [Fault("at" if at else "known_at", f"lies more than a year ahead; it is {format_instant(today)}")]
        )
    context = read_context(key, log=log, contracts=contracts, teams=teams).as_of(at, known_at)
    ticket = context.assess(now).ticket
    explained, following = _page(ticket, now, today + FARTHEST_AHEAD, *_place(cursor))
    return {
        "ticket_id": key.ticket_id,
        "at": format_instant(now),
        "obligations": explained,
        "escalation": reasons(ticket),
        "next_cursor": following,
    }


def _place(cursor: str | None) -> tuple[int, int]:
    """The obligation and, of its stretches, the one that a page begins with."""
    found = _CURSOR.fullmatch("0.0" if cursor is None else cursor)
    if found is None:
        raise bad_cursor()
    return int(found[1]), int(found[2])


def _page(
    ticket: Ticket, now: datetime, until: datetime, first: int, start: int
) -> tuple[list[dict[str, Any]], str | None]:
    """As many obligations and stretches as there is room for, and the cursor to the rest."""
    obligations = [obligation for obligation in ticket.obligations() if obligation.countdown]
    page: list[dict[str, Any]] = []
    room = PAGE_BYTES
    for number, obligation in enumerate(obligations[first:], first):
        stretches = explain(obligation, now, ticket.holders, until)
        explained = _explained(obligation, stretches, ticket, now)
        room -= len(json.dumps(explained))
        if room < 0 and page:
            return page, f"{number}.0"
        page.append(explained)
        for place, stretch in enumerate(stretches[start:], start):
            interval = _interval(stretch)
            room -= len(json.dumps(interval))
            if room < 0 and explained["intervals"]:
                return page, f"{number}.{place}"
            explained["intervals"].append(interval)
        start = 0
    return page, None


def _explained(obligation: Obligation, stretches: Sequence[Stretch], ticket: Ticket, now: datetime) -> dict[str, Any]:
    """The obligation with the totals of its stretches, to which those of the page are added."""
    promise, by_holder = obligation.promise, seconds_by_holder(stretches)
    backed_by = ticket.contract.backed_by
    return {
        **obligation_view(obligation, now, ticket.contract.timezone),
        "timezone": promise.calendar.timezone if promise else None,
        "seconds": {kind: _seconds(s for s in stretches if s.kind == kind) for kind in ("counted", "paused", "closed")},
        "seconds_by_holder": by_holder,
        "late_seconds": _seconds(s for s in stretches if s.late),
        "late_seconds_by_holder": seconds_by_holder(s for s in stretches if s.late),
        "backed_by": {holder: contract for holder, contract in backed_by.items() if holder in by_holder},
        "intervals": [],
    }


def _interval(stretch: Stretch) -> dict[str, Any]:
    """The fields of an `IntervalView`."""
    return {
        "from": format_instant(stretch.start),
        "to": format_instant(stretch.end),
        "seconds": stretch.length.total_seconds(),
        "kind": stretch.kind,
        "cause": stretch.cause,
        "holder": stretch.holder,
        "late": stretch.late,
    }


def _seconds(stretches: Iterable[Stretch]) -> float:
    return sum((stretch.length for stretch in stretches), timedelta()).total_seconds()
