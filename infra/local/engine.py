"""The whole system in this process, under virtual time: what tests, the demonstration and the server drive."""

from __future__ import annotations

import contextlib
import json as json_codec
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from types import TracebackType
from typing import Any, Self
from unittest import mock
from uuid import UUID

from infra.local.deployment import ACCOUNT, REGION, Deployment
from infra.local.gateway import Gateway
from infra.local.gateway_events import Request, Response
from infra.local.lambda_runtime import FunctionFault, LambdaRuntime, give_handlers_virtual_time, start_cold
from infra.local.moto.backends import executions_of, table_of
from infra.local.moto.executions import Executions
from infra.local.moto.mocked import moto_under_virtual_time
from infra.local.moto.patches import Patch
from infra.local.moto.sns import Alert
from infra.local.schedules import Schedules
from infra.local.sns_limits import overdriven
from infra.local.stream import Record, Stream
from infra.local.virtual_clock import VirtualClock
from infra.topology import ROOT, TOCSIN, Topology

_AWS_VARIABLES = {
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_FOREIGN_VARIABLES = ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE")


@dataclass(frozen=True)
class ExecutionInfo:
    """An execution of the state machine; `states` are those it is in now, `transitions` counts those it entered."""

    name: str
    arn: str
    status: str
    started_at: datetime
    input: Any
    states: tuple[str, ...]
    transitions: int


class SnsLimitError(Exception):
    """Somebody was sent more at once than SNS delivers."""


class Engine:
    """Deploys a topology to moto and runs it. A context manager; one at a time in a process.

    `schedules=True` also fires the topology's schedules; months of them take minutes, unless `calls_per_jump` bounds
    how many there are in one call of `advance` or `advance_to`. `system_clock` is the dotted name of the class whose
    `now` the handlers ask; None when they ask nobody. `seed` fixes whatever is drawn by lot. `short_way=False` sends
    every call to AWS through moto's HTTP, which comes out the same and takes several times as long. `twice=True` calls
    every function twice, and delivers every record of the stream again a moment later, as AWS may.

    Raises SnsLimitError at its end if a subscription was driven over SNS's published limits, whatever a test looked at.
    """

    def __init__(
        self,
        start: datetime,
        topology: Topology = TOCSIN,
        *,
        schedules: bool = False,
        calls_per_jump: int | None = None,
        name: str = "tocsin",
        api_url: str = "http://127.0.0.1:8000",
        system_clock: str | None = "tocsin.adapters.clock.SystemClock",
        seed: int = 0,
        short_way: bool = True,
        twice: bool = False,
    ) -> None:
        self.topology = topology
        self.twice = twice
        self.clock = VirtualClock(start)
        self._seed = seed
        self._random = Random(seed)  # noqa: S311 - names and jitter, so that a run can be repeated
        self._fires_schedules = schedules
        self._short_way_of = ACCOUNT if short_way else None
        self._system_clock = system_clock
        self._alerts: list[Alert] = []
        self._executions = Executions(self.clock, self._new_id)
        self._runtime = LambdaRuntime(
            self.clock, self._new_id, caller_in_executions=topology.state_machine.name, twice=twice
        )
        self._deployment = Deployment(topology, name, api_url, self._random)
        self._schedules = Schedules(self.clock, self._runtime.invoke, calls_per_jump)
        self._gateway = Gateway(topology, self.clock, self._first_answer, self._new_id, (REGION, ACCOUNT))
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as opened:
            _isolate_from_other_accounts(opened)
            start_cold(opened, ROOT / "functions")
            if self._system_clock is not None:
                give_handlers_virtual_time(opened, self.clock, self._system_clock)
            moto = moto_under_virtual_time(
                self.clock, self._runtime, self._executions, self._alerts, self._seed, self._short_way_of
            )
            self.patches: list[Patch] = opened.enter_context(moto).made
            self._deployment.create(self._runtime.deploy)
            self._stream = self._open_stream()
            if self._fires_schedules:
                self._schedules.start(self.topology.schedules)
            self._open = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)
        if error is None and (limits := list(overdriven(self._alerts))):
            raise SnsLimitError("; ".join(limits))

    # Time.

    def settle(self) -> None:
        """Does everything that is due now, until nothing is left but waiting: executions, stream, schedules."""
        while True:
            self.clock.run_ready()
            if self._stream.deliver_batch():
                continue
            due_at = self.clock.next_due_at()
            if due_at is None or due_at > self.clock.now():
                return
            self.clock.fire_next()

    def advance_to(self, instant: datetime) -> None:
        """Lets time pass until `instant`, doing at each instant what falls due. ValueError when that is past."""
        self._schedules.begin_jump(instant - self.clock.now())
        self.settle()
        while (due_at := self.clock.next_due_at()) is not None and due_at <= instant:
            self.clock.fire_next()
            self.settle()
        self.clock.move_to(instant)
        self._schedules.end_jump()

    def advance(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0, by: timedelta | None = None
    ) -> None:
        """Lets that much time pass. ValueError when it is negative."""
        elapsed = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds) + (by or timedelta())
        self.advance_to(self.clock.now() + elapsed)

    def run_until_idle(self, limit: timedelta = timedelta(days=3660)) -> None:
        """Lets time pass until nothing is due any more, or until `limit` from now; schedules never end."""
        last = self.clock.now() + limit
        self.settle()
        while (due_at := self.clock.next_due_at()) is not None and due_at <= last:
            self.advance_to(due_at)

    def next_due_at(self) -> datetime | None:
        """When the next thing falls due: a wait, a retry, a schedule; None when nothing will."""
        return self.clock.next_due_at()

    # What people do with the system.

    def request(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        body: bytes | str = b"",
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Asks the API, and settles. `path` is percent-encoded and may carry a query; `json` becomes the body."""
        sent = dict(headers or {})
        content = body.encode("utf-8") if isinstance(body, str) else body
        if json is not None:
            content = json_codec.dumps(json).encode("utf-8")
            sent.setdefault("Content-Type", "application/json")
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        bare_path, _, query = path.partition("?")
        return self.call_gateway(Request(method, bare_path, query, tuple(sent.items()), content))

    def call_gateway(self, request: Request) -> Response:
        """Sends a request as API Gateway would receive it, and settles."""
        response = self._gateway.call(request)
        self.settle()
        return response

    def invoke(self, function: str, event: object) -> Any:
        """Calls a function of the topology, settles, and answers what it answered. Raises FunctionFailedError."""
        answer = self._runtime.invoke(function, event)
        self.settle()
        return answer

    def stop_execution(self, arn: str) -> None:
        """Stops an execution, as an operator may, and settles."""
        self.client("stepfunctions").stop_execution(executionArn=arn)
        self.settle()

    def client(self, service: str) -> Any:
        """A boto client of the deployed account. Call `settle` after you changed something."""
        return self._deployment.client(service)

    # What is to be seen.

    def alerts(self) -> list[Alert]:
        """Everything published to SNS, the oldest first."""
        return list(self._alerts)

    def changes(self, first: int = 0) -> list[Record]:
        """What was written to the table, as records of its stream, from the `first` on, counted from 0."""
        return self._stream.written(first)

    def executions(self) -> list[ExecutionInfo]:
        """Every execution there was, the oldest first."""
        arn = self._deployment.attributes[f"{self.topology.state_machine.name}StateMachineArn"]
        return [self._describe(execution) for execution in executions_of(ACCOUNT, REGION, arn)]

    @property
    def attributes(self) -> dict[str, str]:
        """What the placeholders of the topology resolve to."""
        return dict(self._deployment.attributes)

    @property
    def transitions(self) -> int:
        """How many states were entered, by all executions together."""
        return self._executions.transitions

    @property
    def lambda_calls(self) -> Counter[str]:
        """How often each function was called."""
        return Counter(self._runtime.calls)

    @property
    def api_calls(self) -> set[tuple[str, str]]:
        """(function or state machine, IAM action) of every AWS operation that was called."""
        return set(self._runtime.api_calls)

    @property
    def faults(self) -> list[FunctionFault]:
        """Every invocation that ended in an exception, handled later or not."""
        return list(self._runtime.faults)

    @property
    def failed_records(self) -> list[Record]:
        """Records of the stream that were given up: what AWS would put into the on-failure queue."""
        return list(self._stream.failed)

    def _describe(self, execution: Any) -> ExecutionInfo:
        run = self._executions.run_of(execution.execution_arn)
        return ExecutionInfo(
            name=execution.name,
            arn=execution.execution_arn,
            status=str(getattr(execution.status, "value", execution.status)),
            started_at=execution.start_date,
            input=execution.input_data,
            states=tuple(run.current_states()),
            transitions=run.transitions,
        )

    def _open_stream(self) -> Stream:
        table = table_of(ACCOUNT, REGION, self._deployment.attributes["TableName"])
        stream_arn = f"{table.table_arn}/stream/{table.latest_stream_label}"
        return Stream(self.topology.stream, self.clock, table, stream_arn, self._runtime.invoke, again=self.twice)

    def _first_answer(self, function: str, event: object) -> Any:
        """Whoever sends a request twice is interested in what the first has done: the second finds it done."""
        return self._runtime.answers(function, event)[0]

    def _new_id(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)


def _isolate_from_other_accounts(opened: contextlib.ExitStack) -> None:
    """Nothing here reaches a real account, whatever the shell of the person who runs it is set up for."""
    opened.enter_context(mock.patch.dict(os.environ, _AWS_VARIABLES))
    for name in _FOREIGN_VARIABLES:
        os.environ.pop(name, None)
