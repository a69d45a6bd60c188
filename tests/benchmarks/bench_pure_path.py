"""Whole lives of typical tickets through the pure path: fold, decide, go on; no store, no state machine.

A typical ticket is opened, its first tier is alerted and acknowledges, the customer is answered, waits, answers, and
the ticket is resolved; each notice gets its receipt. A contract can be tried on past tickets at this speed.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.scenarios.desk import CONTRACT, TEAMS
from tocsin.domain.assessment.assessment import decide
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.notices.notice import Receipt
from tocsin.domain.oncall.team import Team
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor
from tocsin.domain.tickets.fold import fold, follow
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.identifiers import TicketKey

SAMPLE, WHOLE = 5_000, 100_000
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ANA, KEY = Actor("agent", "ana"), TicketKey("acme", "T-1")
LIFE: tuple[tuple[type[Any], float], ...] = (
    (ev.Acknowledged, 4),
    (ev.AgentReplied, 20),
    (ev.Pended, 21),
    (ev.CustomerReplied, 95),
    (ev.Resolved, 160),
)


def lived(contract: Contract, teams: dict[str, Team], number: int) -> Ticket:
    """The ticket at the end of such a life, which begins so many minutes later."""
    begins = START + timedelta(minutes=number % 400)
    pinned: dict[str, Any] = {"contract_id": contract.contract_id, "contract_version": 1, "priority": "P2"}
    ticket = fold(KEY, {1: contract}, [ev.Opened(**envelope(1, begins, Actor("customer")), **pinned)])
    told(ticket, teams, begins)
    for kind, minute in LIFE:
        at = begins + timedelta(minutes=minute)
        ticket = follow(ticket, kind(**envelope(ticket.sequence + 1, at, ANA)))
        told(ticket, teams, at)
    return ticket


def told(ticket: Ticket, teams: dict[str, Team], now: datetime) -> None:
    decide(ticket, teams.get, now)
    if ticket.unsent:
        receipts = tuple(Receipt(notice_id, "m") for notice_id in ticket.unsent)
        follow(ticket, ev.NoticesSent(**envelope(ticket.sequence + 1, now, ev.TOCSIN), receipts=receipts))


def envelope(sequence: int, at: datetime, actor: Actor) -> dict[str, Any]:
    return {"sequence": sequence, "occurred_at": at, "recorded_at": at, "actor": actor}


def main() -> None:
    contract = Contract.model_validate({"contract_id": "acme-gold", **CONTRACT})
    teams = {team_id: Team.model_validate(team) for team_id, team in TEAMS.items()}
    events = lived(contract, teams, 0).sequence
    began = time.process_time()
    for number in range(SAMPLE):
        lived(contract, teams, number)
    each = (time.process_time() - began) / SAMPLE
    print(f"  {SAMPLE} tickets of {events} events: {each * 1e6:.0f} µs each, {each * WHOLE:.1f} s for {WHOLE:,}")
