"""What one reported event costs, and a page of events, on tickets with short and with long logs.

Calls are those of all functions until the engine is idle again; seconds are of the local engine with its HTTP API in
this process, medians of a few reports.
"""

from __future__ import annotations

import logging
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from infra.local.engine import Engine
from tests.benchmarks.bench_tickets import TIMER_SIDE, cost_of
from tests.scenarios.conftest import FRIDAY
from tests.scenarios.desk import Desk

SHOWN = ("log_reads", "other_queries", "gets", "transactions", "writes", "write_units", "read_units", "transitions")
PUT_AT_ONCE = 90
"""Events in one transaction, which takes 100 actions."""


def lengthen(desk: Desk, events: int) -> None:
    """Add notes to the log of T-1 until it has so many events, without following each of them."""
    from tocsin.adapters.dynamodb.table import Table
    from tocsin.adapters.dynamodb.ticket_log import DynamoTicketLog
    from tocsin.domain.values.identifiers import TicketKey

    log = DynamoTicketLog(Table(desk.engine.client("dynamodb"), desk.engine.attributes["TableName"]))
    key = TicketKey("acme", "T-1")
    desk.report("agent_noted", text="A note of the usual length, which says what was tried and what came of it.")
    note: Any = log.events(key)[-1]
    while (sequence := note.sequence) < events:
        following = range(sequence + 1, min(sequence + PUT_AT_ONCE, events) + 1)
        notes = [replace(note, sequence=number) for number in following]
        found = log.head(key)
        assert found is not None
        log.append(replace(found[0], sequence=notes[-1].sequence), notes)
        note = notes[-1]
    desk.engine.settle()


def timed(engine: Engine, call: Callable[[], object], times: int = 3) -> tuple[Counter[str], float]:
    """What the last of some calls cost, and the median of their seconds."""
    cost: Counter[str] = Counter()
    seconds = []
    for _ in range(times):
        engine.advance(by=timedelta(seconds=1))
        start = time.perf_counter()
        cost = cost_of(engine, call)
        seconds.append(time.perf_counter() - start)
    return cost, statistics.median(seconds)


def measure(events: int, *, reports: bool) -> None:
    with Engine(start=FRIDAY) as engine:
        desk = Desk(engine).prepare()
        desk.open()
        desk.acknowledge("ana")
        lengthen(desk, events)
        what: dict[str, Callable[[], object]] = {
            "a page of 30 events": lambda: desk.expect(200, "GET", "/v1/tickets/T-1/events?limit=30"),
        }
        if reports:
            what |= {
                "a note, which wakes nobody": lambda: desk.report("agent_noted"),
                "escalated, which alerts a tier": lambda: desk.report("escalated", tier=2),
            }
        for name, call in what.items():
            cost, seconds = timed(engine, call)
            calls = sum(cost[name] for name in ("Api", "Authorizer", *TIMER_SIDE))
            counts = " ".join(f"{cost[each]:>13}" for each in SHOWN)
            print(f"  {events:>6} {name:<32} {counts} {calls:>12} {1000 * seconds:>8.0f}", flush=True)


def main() -> None:
    logging.disable(logging.INFO)
    print(f"  events {'reported or read':<32} {' '.join(f'{each:>13}' for each in SHOWN)} Lambda calls       ms")
    measure(30, reports=True)
    measure(1000, reports=True)
    measure(3000, reports=False)


if __name__ == "__main__":
    main()
