"""Explain a ticket: for each obligation, which time counted, which did not, and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tocsin.domain.explain import Stretch, explain
from tocsin.domain.identifiers import TicketKey
from tocsin.domain.instants import format_duration, format_instant
from tocsin.domain.obligation import Obligation
from tocsin.domain.promise import Promise
from tocsin.domain.view import obligation_view
from tocsin.ports import Clock, Contracts, Teams, TicketLog
from tocsin.use_cases.dossier import open_dossier


def explain_ticket(
    key: TicketKey, *, log: TicketLog, contracts: Contracts, teams: Teams, clock: Clock
) -> dict[str, Any]:
    """Every obligation there was, each with its stretches of time. Raises NotFound."""
    now = clock.now()
    ticket = open_dossier(key, log=log, contracts=contracts, teams=teams).assess(now).ticket
    explained = [
        {**obligation_view(obligation, now), **_explained(promise, explain(obligation, now))}
        for obligation, promise in _promised([*ticket.past, *ticket.current.values()])
    ]
    return {"ticket_id": key.ticket_id, "at": format_instant(now), "obligations": explained}


def _promised(obligations: list[Obligation]) -> list[tuple[Obligation, Promise]]:
    return [(obligation, obligation.promise) for obligation in obligations if obligation.promise is not None]


def _explained(promise: Promise, stretches: list[Stretch]) -> dict[str, Any]:
    target = format_duration(promise.target) if isinstance(promise.target, timedelta) else f"{promise.target}bd"
    seconds = {
        kind: sum((stretch.length for stretch in stretches if stretch.kind == kind), timedelta()).total_seconds()
        for kind in ("counted", "paused", "closed")
    }
    return {
        "target": target,
        "timezone": promise.calendar.timezone,
        "seconds": seconds,
        "intervals": [
            {
                "from": format_instant(stretch.start),
                "to": format_instant(stretch.end),
                "seconds": stretch.length.total_seconds(),
                "kind": stretch.kind,
                "cause": stretch.cause,
            }
            for stretch in stretches
        ],
    }
