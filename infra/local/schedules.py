"""Calls functions again and again, as EventBridge schedules do."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from infra.local.lambda_runtime import FunctionFailedError
from infra.local.virtual_clock import VirtualClock
from infra.topology import Schedule


class Schedules:
    """Fires each schedule `every` so much virtual time, first after that long. A failed call is not repeated.

    With `calls_per_jump`, time that is made to jump far calls each schedule only about so many times, evenly
    spread: somebody who skips a month with the server does not wait for 43,200 sweeps that find nothing.
    """

    def __init__(self, clock: VirtualClock, invoke: Callable[[str, Any], Any], calls_per_jump: int | None) -> None:
        self._clock = clock
        self._invoke = invoke
        self._calls_per_jump = calls_per_jump
        self._jump = timedelta()
        self._next_call: dict[Schedule, datetime] = {}

    def start(self, schedules: Iterable[Schedule]) -> None:
        """From now on, fires these."""
        for schedule in schedules:
            self._plan(schedule)

    def begin_jump(self, length: timedelta) -> None:
        """Time is about to move by `length` at one go."""
        self._jump = length

    def end_jump(self) -> None:
        """Time has arrived; from here on no call is left out."""
        self._jump = timedelta()
        for schedule, planned_at in self._next_call.items():
            if planned_at > self._clock.now() + schedule.every:
                self._plan(schedule)

    def _plan(self, schedule: Schedule) -> None:
        spread = self._jump / self._calls_per_jump if self._calls_per_jump else timedelta()
        due_at = self._clock.now() + max(schedule.every, spread)
        self._next_call[schedule] = due_at
        self._clock.call_at(due_at, lambda: self._call(schedule, due_at))

    def _call(self, schedule: Schedule, planned_at: datetime) -> None:
        if self._next_call[schedule] != planned_at:
            return
        # Before the call: a schedule goes on whatever becomes of it.
        self._plan(schedule)
        with contextlib.suppress(FunctionFailedError):
            self._invoke(schedule.function, {})
