"""Moto with everything this folder replaces in it, as one context manager."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from random import Random

import boto3
from moto import mock_aws
from moto.core.config import DefaultConfig
from moto.moto_api._internal import mock_random

from infra.local.lambda_runtime import LambdaRuntime
from infra.local.moto.calls import answer_the_short_way, have_handlers_invoked
from infra.local.moto.executions import Executions
from infra.local.moto.interpreter import reuse_clients_and_definitions, silence_the_interpreter
from infra.local.moto.patches import Patches
from infra.local.moto.queries import look_only_at_the_partition, read_and_compare_quickly
from infra.local.moto.sns import Alert, record_what_is_published
from infra.local.moto.transactions import save_only_what_a_transaction_touches
from infra.local.moto.waiting import run_interpreter_in_virtual_time
from infra.local.virtual_clock import VirtualClock


@contextlib.contextmanager
def moto_under_virtual_time(
    clock: VirtualClock,
    runtime: LambdaRuntime,
    executions: Executions,
    alerts: list[Alert],
    seed: int,
    short_way_of: str | None = None,
) -> Iterator[Patches]:
    """Mocks AWS in this process for as long as the context lasts, empty at first.

    Step Functions runs what it is given and waits on `clock`; Lambda calls `runtime`; what is published to SNS is
    appended to `alerts`. Identifiers and jitter are drawn from `seed`, so that runs can be repeated. Calls of the
    account `short_way_of` are answered without HTTP where that comes out the same, and queries in a quicker way.
    """
    # use_docker must stay True: with False, moto answers before it comes to where the runtime is called.
    config: DefaultConfig = {"stepfunctions": {"execute_state_machine": True}, "lambda": {"use_docker": True}}
    with Patches() as patches:
        patches.enter_context(mock_aws(config=config))
        patches.because(
            "A session keeps the descriptions of the services it has read; reading them again takes most of a start.",
            "boto3.DEFAULT_SESSION",
            speed=True,
        ).replace(boto3, "DEFAULT_SESSION", _session())
        mock_random.seed(seed)
        run_interpreter_in_virtual_time(patches, clock, Random(seed))  # noqa: S311 - only jitter
        silence_the_interpreter(patches)
        reuse_clients_and_definitions(patches)
        executions.install(patches)
        save_only_what_a_transaction_touches(patches)
        record_what_is_published(patches, clock, alerts)
        if short_way_of is not None:
            look_only_at_the_partition(patches)
            read_and_compare_quickly(patches)
            answer_the_short_way(patches, runtime, short_way_of)
        have_handlers_invoked(patches, runtime)
        # The last to be entered is the first to be left: no actor may outlive what it runs on.
        patches.callback(clock.close)
        yield patches


@functools.cache
def _session() -> boto3.Session:
    return boto3.Session(aws_access_key_id="local", aws_secret_access_key="local")  # noqa: S106 - opens nothing
