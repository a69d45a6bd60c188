"""The local engine: whole tickets a second with 1, 100 and 1,000 open at once, and every notice exactly once."""

from __future__ import annotations

import json
import logging
import statistics
import time
from collections import Counter
from datetime import timedelta

from infra.local.engine import Engine
from tests.scenarios.conftest import FRIDAY
from tests.scenarios.desk import Desk

FEW, ROUNDS = 10, 3

NOTICES = {
    ("customer_receipt", "customer"): 1,
    ("tier_alert", "frontline"): 1,
    ("tier_alert", "ana"): 1,
    ("handover", "frontline"): 2,
    ("handover", "ana"): 2,
    ("customer_update", "customer"): 1,
    ("customer_resolution", "customer"): 1,
}
"""What a ticket has to send, and how often, that is answered at once, and that the second tier takes and resolves."""


def live(desk: Desk, tickets: int) -> None:
    """Open all, answer all, let the first tier be silent, acknowledge all, resolve all."""
    names = [f"T-{number}" for number in range(tickets)]
    for name in names:
        desk.open(name)
    for name in names:
        desk.report("agent_replied", name)
    desk.engine.advance(by=timedelta(minutes=20))
    for name in names:
        desk.acknowledge("ben", name)
    for name in names:
        desk.report("resolved", name)


def check(desk: Desk, tickets: int) -> None:
    """Every ticket settled, every notice sent once: a benchmark of something wrong would be worth nothing."""
    statuses = Counter(execution.status for execution in desk.engine.executions())
    assert statuses == {"SUCCEEDED": tickets}, statuses
    told: dict[str, Counter[tuple[str, str | None]]] = {}
    for alert in desk.engine.alerts():
        data = json.loads(alert.message["default"])
        for notice in data.get("notices", [data]):
            told.setdefault(notice["ticket_id"], Counter())[notice["kind"], notice["recipient"]] += 1
    assert len(told) == tickets
    assert all(each == NOTICES for each in told.values())


def tickets_per_second(tickets: int, *, short_way: bool) -> tuple[float, Engine]:
    with Engine(start=FRIDAY, short_way=short_way) as engine:
        desk = Desk(engine).prepare()
        start = time.perf_counter()
        live(desk, tickets)
        rate = tickets / (time.perf_counter() - start)
        engine.run_until_idle()
        check(desk, tickets)
        return rate, engine


def main() -> None:
    logging.disable(logging.INFO)
    # Few at once: moto's own queries sort the whole table, and the ratio would only grow with it.
    ratios = []
    for _ in range(ROUNDS):
        short, http = (tickets_per_second(FEW, short_way=way)[0] for way in (True, False))
        ratios.append(short / http)
    print(
        f"  the short way is {statistics.median(ratios):.1f} times as fast as the way through HTTP with {FEW} at once"
    )
    print("  open at once   tickets per second   ratio to one at a time   notices   transitions")
    first = None
    for tickets in (1, 100, 1000):
        rate, engine = tickets_per_second(tickets, short_way=True)
        first = first or rate
        notices = len(engine.alerts())
        print(f"  {tickets:>12} {rate:>20.2f} {rate / first:>24.2f} {notices:>9} {engine.transitions:>13}", flush=True)


if __name__ == "__main__":
    main()
