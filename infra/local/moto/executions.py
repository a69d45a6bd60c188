"""The life of executions in moto's Step Functions interpreter as AWS has it: tokens, stopping, what they wait for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from moto.core.exceptions import AWSError
from moto.stepfunctions import models as non_executing_models
from moto.stepfunctions.parser import models as parser_models
from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.eval import states
from moto.stepfunctions.parser.asl.eval.callback.callback import (
    CallbackOutcomeFailure,
    CallbackOutcomeSuccess,
    CallbackPoolManager,
)
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager
from moto.stepfunctions.parser.asl.eval.program_state import ProgramStopped
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from infra.local.moto.patches import Patches
from infra.local.virtual_clock import Actor, Killed, VirtualClock

MOST_TRANSITIONS_AT_ONE_INSTANT = 1_000
"""An execution that enters so many states while no time passes never waits again: it is reported, not run for ever."""


class EndlessExecution(BaseException):
    """An execution goes round and round without waiting. Not an Exception: the interpreter would catch it."""


@dataclass
class Run:
    """An execution as the engine sees it."""

    arn: str
    environment: Any
    actor: Actor | None
    transitions: int = 0
    stopped_early: dict[str, Any] | None = None
    """What StopExecution was told, error and cause, if it came before the first state."""
    last_instant: datetime | None = None
    transitions_at_last_instant: int = 0

    def current_states(self) -> list[str]:
        """The names of the states it is in: several while branches run side by side, none when it has ended."""
        return sorted(set(_leaves(self.environment))) if self.environment is not None else []


@dataclass
class _TaskToken:
    endpoint: Any
    holder: Actor | None
    answered: bool = False

    def is_awaited(self) -> bool:
        return not self.answered and self.holder is not None and not self.holder.killed


class Executions:
    """Everything that runs or ran, and every task token given out."""

    def __init__(self, clock: VirtualClock, new_id: Callable[[], UUID]) -> None:
        self._clock = clock
        self._new_id = new_id
        self._tokens: dict[str, _TaskToken] = {}
        self._held: dict[Actor | None, _TaskToken] = {}
        self._runs_by_history: dict[int, Run] = {}
        self.runs: dict[str, Run] = {}
        self.transitions = 0

    def install(self, patches: Patches) -> None:
        """Puts this registry into moto."""
        _choose_the_executing_backend(patches)
        self._know_every_run(patches)
        self._end_stopped_executions(patches)
        self._guard_tokens(patches)

    # What runs.

    def run_of(self, arn: str) -> Run:
        """The run with that ARN, known from its start."""
        return self.runs.setdefault(arn, Run(arn, environment=None, actor=None))

    def _know_every_run(self, patches: Patches) -> None:
        def registering(prepare: Callable[[Any], Any]) -> Callable[[Any], Any]:
            def prepare_environment(worker: Any) -> Any:
                environment = prepare(worker)
                run = self.run_of(worker._evaluation_details.execution_details.arn)
                run.environment = environment
                self._runs_by_history[id(environment.event_manager)] = run
                return environment

            return prepare_environment

        def counting(add_event: Callable[..., int]) -> Callable[..., int]:
            def add_and_count(manager: Any, *args: Any, **kwargs: Any) -> int:
                event_type = kwargs.get("event_type") or args[1]
                if event_type.value.endswith("StateEntered"):
                    self._count(self._runs_by_history[id(manager)])
                return add_event(manager, *args, **kwargs)

            return add_and_count

        seen = patches.because(
            "Which states an execution is in, and how many it entered, is not to be asked for.",
            "ExecutionWorker, whose environment knows the state; EventManager.add_event, called once per history event",
        )
        seen.wrap(ExecutionWorker, "_get_evaluation_environment", registering)
        seen.wrap(EventManager, "add_event", counting)

    def _count(self, run: Run) -> None:
        self.transitions += 1
        run.transitions += 1
        if run.last_instant != self._clock.now():
            run.last_instant, run.transitions_at_last_instant = self._clock.now(), 0
        run.transitions_at_last_instant += 1
        if run.transitions_at_last_instant > MOST_TRANSITIONS_AT_ONE_INSTANT:
            message = (
                f"{run.arn} entered {run.transitions_at_last_instant} states at {run.last_instant} without waiting"
            )
            raise EndlessExecution(message)

    # How it ends before its time.

    def _end_stopped_executions(self, patches: Patches) -> None:
        def stop(worker: Any, **details: Any) -> None:
            run = self.run_of(worker._evaluation_details.execution_details.arn)
            if run.environment is None or run.actor is None:
                run.stopped_early = details
                return
            run.environment.set_stop(**details)
            self._clock.kill(run.actor)

        # An execution that is stopped before its actor has begun ends before its first state.
        def ending_early(evaluate: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
            def evaluate_body(self_program: Any, env: Any) -> None:
                if env.is_frame():
                    evaluate(self_program, env)
                    return
                run = self._runs_by_history[id(env.event_manager)]
                run.actor = self._clock.current_actor()
                if run.stopped_early is not None:
                    env.set_stop(**run.stopped_early)
                try:
                    evaluate(self_program, env)
                except Killed:
                    if env.is_running():  # the engine closes
                        raise
                    _write_the_end(env)

            return evaluate_body

        at_once = patches.because(
            "StopExecution has no effect while the execution waits for a task token or for branches, and fails before "
            "its thread has begun. AWS aborts it at once, whatever it waits for.",
            "ExecutionWorker.stop, Program._eval_body",
        )
        at_once.replace(ExecutionWorker, "stop", stop)
        at_once.wrap(Program, "_eval_body", ending_early)

    # Task tokens.

    def _guard_tokens(self, patches: Patches) -> None:
        def registering(add: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
            def add_and_register(pool: Any, callback_id: str) -> Any:
                endpoint = add(pool, callback_id)
                token = _TaskToken(endpoint, self._clock.current_actor())
                self._tokens[callback_id] = self._held[token.holder] = token
                return endpoint

            return add_and_register

        def closing(evaluate: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
            def evaluate_body(state: Any, env: Any) -> None:
                try:
                    evaluate(state, env)
                finally:
                    held = self._held.pop(self._clock.current_actor(), None)
                    if held is not None:
                        held.answered = True

            return evaluate_body

        patches.because("Task tokens are drawn by lot, and no run is like another.", "eval/states.py").replace(
            states, "long_uid", lambda: str(self._new_id())
        )
        once = patches.because(
            "A token is looked for in every running execution, taken twice, and taken after its task has ended. AWS "
            'takes it once, and answers TaskTimedOut ("Provided task does not exist anymore") from then on.',
            "callback.py, state_task_service_callback.py; send_task_… of parser/models.py",
        )
        once.wrap(CallbackPoolManager, "add", registering)
        once.wrap(StateTaskServiceCallback, "_eval_body", closing)
        backend = parser_models.StepFunctionsParserBackend
        once.replace(backend, "send_task_success", lambda _, task_token, outcome: self._succeed(task_token, outcome))
        once.replace(backend, "send_task_failure", lambda _, task_token, **why: self._fail(task_token, **why))
        once.replace(backend, "send_task_heartbeat", lambda _, task_token: self._beat(task_token))

    def _awaited(self, task_token: str) -> _TaskToken:
        token = self._tokens.get(task_token)
        if token is None:
            raise AWSError("Invalid Token: 'Invalid token'", "InvalidToken", 400)
        if not token.is_awaited():
            raise AWSError("Task Timed Out: 'Provided task does not exist anymore'", "TaskTimedOut", 400)
        return token

    def _succeed(self, task_token: str, output: str) -> None:
        token = self._awaited(task_token)
        try:
            json.loads(output)
        except ValueError as error:
            raise AWSError(f"Invalid Output: '{error}'", "InvalidOutput", 400) from error
        token.answered = True
        token.endpoint.notify(CallbackOutcomeSuccess(callback_id=task_token, output=output))

    def _fail(self, task_token: str, error: str | None = None, cause: str | None = None) -> None:
        token = self._awaited(task_token)
        token.answered = True
        token.endpoint.notify(CallbackOutcomeFailure(callback_id=task_token, error=error, cause=cause))

    def _beat(self, task_token: str) -> None:
        self._awaited(task_token).endpoint.notify_heartbeat()


def _leaves(environment: Any) -> Iterator[str]:
    if not environment.is_running():
        return
    frames = [frame for frame in environment._frames if frame.is_running()]
    for frame in frames:
        yield from _leaves(frame)
    if not frames and environment.next_state_name is not None:
        yield environment.next_state_name


def _write_the_end(env: Any) -> None:
    """The last event of an execution that was killed: moto writes it only when the program ends by itself."""
    stopped = isinstance(env.program_state(), ProgramStopped)
    event_type = HistoryEventType.ExecutionAborted if stopped else HistoryEventType.ExecutionTimedOut
    details: dict[str, Any] = {"executionAbortedEventDetails" if stopped else "executionTimedOutEventDetails": {}}
    env.event_manager.add_event(context=env.event_history_context, event_type=event_type, event_details=details)


def _choose_the_executing_backend(patches: Patches) -> None:
    patches.because(
        "Of the two Step Functions backends, CloudFormation creates state machines in the one that runs nothing.",
        "create_from_cloudformation_json of stepfunctions/models.py",
    ).replace(non_executing_models, "stepfunctions_backends", parser_models.stepfunctions_parser_backends)
