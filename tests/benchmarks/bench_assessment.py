"""Assessing a ticket: fold and decide, by the number of its events, as a ratio to one deadline.

The history is a long correspondence: answers, questions back, waiting for the customer and going on. The deadline of
such a ticket has the pauses that its history contains; without any, the same calendar's takes a fraction of it.
"""

from __future__ import annotations

import statistics
import timeit
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.scenarios.desk import CONTRACT
from tests.unit.story import event
from tocsin.domain.assessment.assessment import assess
from tocsin.domain.calendars.calendar import Interval
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor
from tocsin.domain.values.identifiers import TicketKey

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SIZES = (5, 10, 25, 50, 100, 200, 400)
ROUNDS = 15
CYCLE = (ev.AgentReplied, ev.Pended, ev.CustomerReplied, ev.AgentNoted)


def history(size: int) -> list[Any]:
    """A ticket's log after so many events, a quarter of an hour apart."""
    opened = event(1, ev.Opened, START, START, Actor("customer"), {"priority": "P2", "contract_version": 1})
    acknowledged = event(2, ev.Acknowledged, START, START, Actor("agent", "ana"))
    told = event(3, ev.NoticesRecorded, START, START, ev.TOCSIN, {"through": 10_000, "notices": ()})
    log = [opened, acknowledged, told]
    while len(log) < size:
        at = START + timedelta(minutes=15 * len(log))
        log.append(event(len(log) + 1, CYCLE[len(log) % 4], at, at, Actor("agent", "ana")))
    return log


def pauses(log: list[Any]) -> list[Interval]:
    begins = [event.occurred_at for event in log if isinstance(event, ev.Pended)]
    ends = [event.occurred_at for event in log if isinstance(event, ev.CustomerReplied)]
    return [Interval(start, min(end for end in ends if end > start)) for start in begins if start < max(ends)]


def cost(action: Callable[[], object], number: int) -> float:
    return timeit.timeit(action, number=number) / number


def main() -> None:
    contract = Contract.model_validate({"contract_id": "acme-gold", **CONTRACT})
    calendar = contract.calendar_named(None)
    key, target = TicketKey("acme", "T-1"), timedelta(hours=8)
    logs = {size: history(size) for size in SIZES}
    measured: dict[int, list[float]] = {size: [] for size in SIZES}
    plain: dict[int, list[float]] = {size: [] for size in SIZES}
    paused: dict[int, list[float]] = {size: [] for size in SIZES}
    for _ in range(ROUNDS):
        for size, log in logs.items():
            at, held = log[-1].occurred_at + timedelta(minutes=1), pauses(log) if size > 10 else []
            number = max(3, 2000 // size)
            each = cost(lambda log=log, at=at: assess(key, {1: contract}, log, lambda _: None, at), number)  # type: ignore[misc]
            deadline = cost(lambda: calendar.deadline(START, target), 2000)
            with_pauses = cost(lambda held=held: calendar.deadline(START, target, held), 500)  # type: ignore[misc]
            measured[size].append(each)
            plain[size].append(each / deadline)
            paused[size].append(each / with_pauses)
    print("  events   µs each   µs an event   deadlines   deadlines with this ticket's pauses")
    for size in SIZES:
        micro = statistics.median(measured[size]) * 1e6
        ratios = statistics.median(plain[size]), statistics.median(paused[size])
        print(f"  {size:>6} {micro:>9.1f} {micro / size:>13.2f} {ratios[0]:>11.1f} {ratios[1]:>15.1f}")


if __name__ == "__main__":
    main()
