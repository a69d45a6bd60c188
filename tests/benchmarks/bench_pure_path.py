"""Whole lives of typical tickets through the pure path: fold, decide, go on; no store, no state machine.

A typical ticket is opened, its first tier is alerted and acknowledges, the customer is answered, waits, answers, and
the ticket is resolved; each notice gets its receipt. A contract can be tried on past tickets at this speed.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.scenarios.desk import CONTRACT, TEAMS
from tests.unit.story import event
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
    opened = event(1, ev.Opened, begins, begins, Actor("customer"), {"priority": "P2"})
    ticket = fold(KEY, {1: contract}, [opened])
    told(ticket, teams, begins)
    for kind, minute in LIFE:
        at = begins + timedelta(minutes=minute)
        ticket = follow(ticket, event(ticket.sequence + 1, kind, at, at, ANA))
        told(ticket, teams, at)
    return ticket


def told(ticket: Ticket, teams: dict[str, Team], now: datetime) -> None:
    decide(ticket, teams.get, now)
    if ticket.unsent:
        receipts = {"receipts": tuple(Receipt(notice_id, "m") for notice_id in ticket.unsent)}
        follow(ticket, event(ticket.sequence + 1, ev.NoticesSent, now, now, ev.TOCSIN, receipts))


def main() -> None:
    contract = Contract.model_validate({"contract_id": "acme-gold", **CONTRACT})
    teams = {team_id: Team.model_validate(team) for team_id, team in TEAMS.items()}
    events = lived(contract, teams, 0).sequence
    began = time.process_time()
    for number in range(SAMPLE):
        lived(contract, teams, number)
    each = (time.process_time() - began) / SAMPLE
    print(f"  {SAMPLE} tickets of {events} events: {each * 1e6:.0f} µs each, {each * WHOLE:.1f} s for {WHOLE:,}")
