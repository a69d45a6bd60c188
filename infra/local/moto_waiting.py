"""Moto's Step Functions interpreter in virtual time: where it waits, where it asks for now, what it starts.

Stock moto starts real threads, waits on real events and reads the wall clock, in a known list of modules. Each
of them gets virtual stand-ins of the standard modules it imported. moto is pinned exactly, so the list holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from moto.stepfunctions.parser import models as parser_models
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEventException
from moto.stepfunctions.parser.asl.component.common.retry import jitter_strategy_decl, retrier_decl
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import TimeoutSeconds
from moto.stepfunctions.parser.asl.component.program import program
from moto.stepfunctions.parser.asl.component.state import state
from moto.stepfunctions.parser.asl.component.state.exec import execute_state
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration import inline_iteration_component, job
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor import map_run_record
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel import branch_worker, branches_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service_callback
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task import StateTask
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.timestamp import Timestamp
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.asl.eval import count_down_latch, environment
from moto.stepfunctions.parser.asl.eval.callback import callback
from moto.stepfunctions.parser.asl.eval.event import event_manager
from moto.stepfunctions.parser.backend import execution, execution_worker

from infra.local.moto_patches import Patches
from infra.local.virtual_clock import FOREVER_SECONDS, VirtualClock
from infra.local.virtual_threading import VirtualThread, virtual_datetime, virtual_threading, virtual_time

_USE_THREADING = (
    program,
    execute_state,
    inline_iteration_component,
    job,
    map_run_record,
    branch_worker,
    branches_decl,
    state_task_service_callback,
    count_down_latch,
    environment,
)
_USE_TIME = (retrier_decl, state_task_service_callback)
_ASK_FOR_NOW = (parser_models, state, map_run_record, branches_decl, event_manager, execution)

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def run_interpreter_in_virtual_time(patches: Patches, clock: VirtualClock, random: Random) -> None:
    """Every wait, timeout, heartbeat and retry of the interpreter takes virtual time; jitter is drawn from `random`."""
    threading = virtual_threading(clock)
    for module in _USE_THREADING:
        patches.replace(module, "threading", threading)
    for module in _USE_TIME:
        patches.replace(module, "time", virtual_time(clock))
    for module in _ASK_FOR_NOW:
        patches.replace(module, "datetime", virtual_datetime(clock))
    patches.replace(callback, "Event", threading.Event)
    patches.replace(execution_worker, "Thread", threading.Thread)
    patches.replace(jitter_strategy_decl, "random", random)
    _wait_to_the_instant(patches, clock)
    _cancel_what_is_left_behind(patches, clock)
    _spare_threads(patches, clock)


def _wait_to_the_instant(patches: Patches, clock: VirtualClock) -> None:
    # moto rounds a Wait down to whole seconds, twice, and so ends it early when now has a fraction.
    # AWS never ends a Wait before its instant.
    def wait_interval(_self: Any, env: Any, wait_seconds: float) -> None:
        due_at = clock.now() + timedelta(seconds=wait_seconds)
        while env.is_running() and clock.now() < due_at:
            env.program_state_event.wait((due_at - clock.now()).total_seconds())

    # moto refuses time offsets, which AWS takes.
    def seconds_until_timestamp(self: Any, env: Any) -> float:
        self.string.eval(env=env)
        text = env.stack.pop()
        if not isinstance(text, str) or _RFC_3339.fullmatch(text) is None:
            raise FailureEventException(self._create_failure_event(env, text))
        return (datetime.fromisoformat(text).astimezone(UTC) - clock.now()).total_seconds()

    patches.replace(WaitFunction, "_wait_interval", wait_interval)
    patches.replace(Timestamp, "_get_wait_seconds", seconds_until_timestamp)


def _cancel_what_is_left_behind(patches: Patches, clock: VirtualClock) -> None:
    # When a branch fails, or a task or the whole machine times out, moto goes on and leaves the other branches and the
    # work that was too slow running. AWS cancels them.
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

    patches.wrap(execute_state.ExecutionState, "_evaluate_with_timeout", cancelling)
    patches.wrap(program.Program, "eval", cancelling)


def _spare_threads(patches: Patches, clock: VirtualClock) -> None:
    # moto gives each state and each branch a thread of its own only to time it out. Where nothing can time out, the
    # same work runs in the thread that would wait for it: three threads for a ticket that waits instead of eight.
    inline = _InlineWork()

    class StateThread(VirtualThread):
        def start(self) -> None:
            if inline.claim():
                self.run()
            else:
                super().start()

    def marking(evaluate: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        def evaluate_marked(self: Any, env: Any) -> None:
            inline.next = not _can_time_out(self)
            evaluate(self, env)

        return evaluate_marked

    def evaluating_inline(evaluate: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        def evaluate_program(self: Any, env: Any) -> None:
            if self.timeout_seconds is not None:
                evaluate(self, env)
                return
            env.next_state_name = self.start_at.start_at_name
            super(program.Program, self).eval(env)

        return evaluate_program

    patches.replace(execute_state, "Thread", lambda **arguments: StateThread(clock, **arguments))
    patches.wrap(execute_state.ExecutionState, "_evaluate_with_timeout", marking)
    patches.wrap(program.Program, "eval", evaluating_inline)


class _InlineWork:
    """Says of the next thread that a state starts whether its work may run in the thread that starts it."""

    def __init__(self) -> None:
        self.next = False

    def claim(self) -> bool:
        claimed, self.next = self.next, False
        return claimed


def _can_time_out(a_state: Any) -> bool:
    takes_no_time = isinstance(a_state, StateTask) and getattr(a_state.resource, "condition", "activity") is None
    timeout = a_state.timeout
    unlimited = isinstance(timeout, TimeoutSeconds) and timeout.timeout_seconds >= FOREVER_SECONDS
    return not (takes_no_time or unlimited)
