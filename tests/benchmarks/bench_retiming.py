"""Re-timing open tickets after a calendar edit: fold, retarget and decide for each, as a ratio to one warm deadline.

Each ticket has lived what an open one usually has: its first tier was alerted and took it, the customer was told, got
an answer, was asked something and replied. Then its contract moves to a version with another holiday. What DynamoDB
takes to read and write is not in it.
"""

from __future__ import annotations

import statistics
import timeit
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

from tests.scenarios.desk import CONTRACT, TEAMS
from tests.unit.story import event
from tocsin.domain.assessment.assessment import assess
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.notices.notice import Receipt
from tocsin.domain.oncall.team import Team
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor
from tocsin.domain.values.identifiers import TicketKey

TICKETS = 10_000
ROUNDS = 7
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ANA, KEY = Actor("agent", "ana"), TicketKey("acme", "T-1")
LIFE: tuple[tuple[type[Any], int], ...] = (
    (ev.Acknowledged, 5),
    (ev.AgentReplied, 20),
    (ev.Pended, 21),
    (ev.CustomerReplied, 80),
)


def log_of(contracts: Mapping[int, Contract], teams: Mapping[str, Team]) -> list[Any]:
    """The log of such a ticket, Tocsin's own events included."""
    pinned = {"contract_id": "acme-gold", "contract_version": 1, "priority": "P2"}
    log: list[Any] = [event(1, ev.Opened, START, START, Actor("customer"), pinned)]
    for event_type, minute in ((None, 0), *LIFE, (None, 81)):
        now = START + timedelta(minutes=minute)
        if event_type:
            log.append(event(len(log) + 1, event_type, now, now, ANA))
        assessed = assess(KEY, contracts, log, teams.get, now)
        log += assessed.events
        if unsent := assessed.ticket.unsent:
            receipts = tuple(Receipt(notice_id, notice_id) for notice_id in unsent)
            log.append(event(len(log) + 1, ev.NoticesSent, now, now, ev.TOCSIN, {"receipts": receipts}))
    return log


def main() -> None:
    holidays = {**CONTRACT["calendar"]["holidays"], "dates": {"2026-03-02": "The office moves"}}
    edited = {**CONTRACT, "calendar": {**CONTRACT["calendar"], "holidays": holidays}}
    versions = [Contract.model_validate({"contract_id": "acme-gold", **document}) for document in (CONTRACT, edited)]
    contracts = dict(enumerate(versions, 1))
    teams = {team_id: Team.model_validate(team) for team_id, team in TEAMS.items()}
    before = log_of(contracts, teams)
    now = before[-1].occurred_at + timedelta(minutes=1)
    log = [*before, event(len(before) + 1, ev.ContractChanged, now, now, ANA, {"contract_version": 2})]
    due = [assess(KEY, contracts, each, teams.get, now).ticket.current["resolution"].due_at() for each in (before, log)]
    if due[0] == due[1]:
        raise SystemExit("the edit moved no deadline, so nothing was re-timed")
    keys = [TicketKey("acme", f"T-{number}") for number in range(TICKETS)]
    calendar, target, ratios = versions[0].calendar_named(None), timedelta(hours=8), []
    for _ in range(ROUNDS):
        deadline = timeit.timeit(lambda: calendar.deadline(START, target), number=20_000) / 20_000
        began = perf_counter()
        for key in keys:
            assess(key, contracts, log, teams.get, now)
        ratios.append((perf_counter() - began) / TICKETS / deadline)
    ratio, low, high = statistics.median(ratios), min(ratios), max(ratios)
    print(f"  {TICKETS:,} tickets of {len(log)} events, due {due[0]:%a %H:%M} and then {due[1]:%a %H:%M}:", end="")
    print(f" {ratio:.0f} warm deadlines a ticket (from {low:.0f} to {high:.0f})")


if __name__ == "__main__":
    main()
