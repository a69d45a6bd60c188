"""Moto's Step Functions interpreter in virtual time: where it waits, where it asks for now, what it starts.

Stock moto starts real threads, waits on real events and reads the wall clock. Every module of its interpreter gets
virtual stand-ins of the standard modules that it imported.
"""

from __future__ import annotations

import datetime as dt
import re
import threading as real_threading
import time as real_time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEventException
from moto.stepfunctions.parser.asl.component.common.retry import jitter_strategy_decl
from moto.stepfunctions.parser.asl.component.program import program
from moto.stepfunctions.parser.asl.component.state.exec import execute_state
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.timestamp import Timestamp
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction

from infra.local.moto.patches import Patches
from infra.local.moto.stand_ins import virtual_datetime, virtual_threading, virtual_time
from infra.local.virtual_clock import VirtualClock

_INTERPRETER = "moto.stepfunctions.parser"
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def run_interpreter_in_virtual_time(patches: Patches, clock: VirtualClock, random: Random) -> None:
    """Every wait, timeout, heartbeat and retry of the interpreter takes virtual time; jitter is drawn from `random`."""
    threading, time, datetimes = virtual_threading(clock), virtual_time(clock), virtual_datetime(clock)
    waits = patches.because(
        "The interpreter starts real threads, waits on real events and sleeps real seconds.",
        "its modules that import threading or time, and what they use of them",
    )
    waits.replace_everywhere(_INTERPRETER, "threading", real_threading, threading)
    waits.replace_everywhere(_INTERPRETER, "Thread", real_threading.Thread, threading.Thread)
    waits.replace_everywhere(_INTERPRETER, "Event", real_threading.Event, threading.Event)
    waits.replace_everywhere(_INTERPRETER, "time", real_time, time)
    now = patches.because(
        "The interpreter reads the wall clock.", "its modules that import datetime, and what they use of it"
    )
    now.replace_everywhere(_INTERPRETER, "datetime", dt, datetimes)
    lots = patches.because("Retries with jitter draw from a generator that nobody seeded.", "jitter_strategy_decl.py")
    lots.replace(jitter_strategy_decl, "random", random)
    _wait_to_the_instant(patches, clock)
    _cancel_what_is_left_behind(patches, clock)


def _wait_to_the_instant(patches: Patches, clock: VirtualClock) -> None:
    def wait_interval(_self: Any, env: Any, wait_seconds: float) -> None:
        due_at = clock.now() + timedelta(seconds=wait_seconds)
        while env.is_running() and clock.now() < due_at:
            env.program_state_event.wait((due_at - clock.now()).total_seconds())

    def seconds_until_timestamp(self: Any, env: Any) -> float:
        self.string.eval(env=env)
        text = env.stack.pop()
        if not isinstance(text, str) or _RFC_3339.fullmatch(text) is None:
            raise FailureEventException(self._create_failure_event(env, text))
        return (datetime.fromisoformat(text).astimezone(UTC) - clock.now()).total_seconds()

    fractions = patches.because(
        "A Wait is rounded down to whole seconds, twice, and so ends early when now has a fraction. AWS never ends a "
        "Wait before its instant.",
        "wait_function.py, and the time that Wait states end at",
    )
    fractions.replace(WaitFunction, "_wait_interval", wait_interval)
    offsets = patches.because("A timestamp with an offset is refused, which AWS takes.", "wait_function/timestamp.py")
    offsets.replace(Timestamp, "_get_wait_seconds", seconds_until_timestamp)


def _cancel_what_is_left_behind(patches: Patches, clock: VirtualClock) -> None:
    def cancelling(evaluate: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        def evaluate_and_cancel(self: Any, env: Any) -> None:
            actor = clock.current_actor()
            started_before = dict(actor.children) if actor else {}
            try:
                evaluate(self, env)
            finally:
                for child in [child for child in (actor.children if actor else ()) if child not in started_before]:
                    clock.kill(child)

        return evaluate_and_cancel

    left_behind = patches.because(
        "When a branch fails, or a task or the whole machine times out, the other branches and the work that was too "
        "slow go on. AWS cancels them.",
        "execute_state.py, program.py: what becomes of threads that nobody waits for",
    )
    left_behind.wrap(execute_state.ExecutionState, "_evaluate_with_timeout", cancelling)
    left_behind.wrap(program.Program, "eval", cancelling)
