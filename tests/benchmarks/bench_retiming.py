"""Re-timing open tickets after a calendar edit: fold, retarget and decide for each, as a ratio to one warm deadline.

Every ticket has a life of a dozen events behind it when its contract moves to a version with another holiday. What
DynamoDB takes to read and write is not in it.
"""

from __future__ import annotations

import statistics
import timeit
from datetime import timedelta
from time import perf_counter

from tests.benchmarks.bench_assessment import START, history
from tests.scenarios.desk import CONTRACT
from tocsin.domain import events as ev
from tocsin.domain.assessment import assess
from tocsin.domain.contract import Contract
from tocsin.domain.events import Actor, Event
from tocsin.domain.identifiers import TicketKey

TICKETS = 10_000
EVENTS = 12
ROUNDS = 5


def main() -> None:
    holidays = {**CONTRACT["calendar"]["holidays"], "dates": {"2026-03-03": "The office moves"}}
    edited = {**CONTRACT, "calendar": {**CONTRACT["calendar"], "holidays": holidays}}
    versions = [Contract.model_validate({"contract_id": "acme-gold", **document}) for document in (CONTRACT, edited)]
    contracts = dict(enumerate(versions, 1))
    log = history(EVENTS)
    now = log[-1].occurred_at + timedelta(minutes=1)
    log.append(Event(EVENTS + 1, ev.CONTRACT_CHANGED, now, now, Actor("agent", "ana"), {"contract_version": 2}))
    calendar, target = versions[0].calendar_named(None), timedelta(hours=8)
    before, after = (assess(TicketKey("acme", "T"), contracts, each, lambda _: None, now) for each in (log[:-1], log))
    if before.ticket.current["resolution"].due_at() == after.ticket.current["resolution"].due_at():
        raise SystemExit("the edit moved no deadline, so nothing was re-timed")
    ratios = []
    for _ in range(ROUNDS):
        deadline = timeit.timeit(lambda: calendar.deadline(START, target), number=20_000) / 20_000
        began = perf_counter()
        for number in range(TICKETS):
            assess(TicketKey("acme", f"T-{number}"), contracts, log, lambda _: None, now)
        ratios.append((perf_counter() - began) / TICKETS / deadline)
    ratio, low, high = statistics.median(ratios), min(ratios), max(ratios)
    print(
        f"  {TICKETS:,} tickets of {EVENTS} events: {ratio:.0f} warm deadlines a ticket (from {low:.0f} to {high:.0f})"
    )


if __name__ == "__main__":
    main()
