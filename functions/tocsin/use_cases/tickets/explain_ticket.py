"""Explain a ticket: for each obligation, which time counted, which did not, why, and who had it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from tocsin.domain.assessment.escalation_explained import reasons
from tocsin.domain.assessment.views import obligation_view
from tocsin.domain.tickets.explanation import Stretch, explain, seconds_by_holder
from tocsin.domain.tickets.obligation import Obligation
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import format_instant
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.oncall import Teams
from tocsin.ports.tickets import TicketLog
from tocsin.use_cases.tickets.ticket_context import read_context


def explain_ticket(
    key: TicketKey,
    at: datetime | None = None,
    known_at: datetime | None = None,
    *,
    log: TicketLog,
    contracts: Contracts,
    teams: Teams,
    clock: Clock,
) -> dict[str, Any]:
    """Every obligation there was with its stretches of time, and why the ticket was escalated or not.

    `backed_by` has, of those who had the ticket meanwhile, the contracts that back their time. `at` and `known_at` as
    in `read_ticket`. Raises NotFound.
    """
    now = at or known_at or clock.now()
    context = read_context(key, log=log, contracts=contracts, teams=teams).as_of(at, known_at)
    ticket = context.assess(now).ticket
    explained = [_explained(obligation, ticket, now) for obligation in ticket.obligations() if obligation.countdown]
    return {
        "ticket_id": key.ticket_id,
        "at": format_instant(now),
        "obligations": explained,
        "escalation": reasons(ticket),
    }


def _explained(obligation: Obligation, ticket: Ticket, now: datetime) -> dict[str, Any]:
    stretches = explain(obligation, now, ticket.holders)
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
        "intervals": [
            {
                "from": format_instant(stretch.start),
                "to": format_instant(stretch.end),
                "seconds": stretch.length.total_seconds(),
                "kind": stretch.kind,
                "cause": stretch.cause,
                "holder": stretch.holder,
                "late": stretch.late,
            }
            for stretch in stretches
        ],
    }


def _seconds(stretches: Iterable[Stretch]) -> float:
    return sum((stretch.length for stretch in stretches), timedelta()).total_seconds()
