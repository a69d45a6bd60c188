"""The watchdog: finds what nobody acted on, is patient with what it has just found, and is stopped by nothing."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.unit.fakes import LATEST
from tests.unit.use_cases.world import KEY, World
from tocsin.domain.tickets.records import Parked
from tocsin.domain.values.identifiers import TicketKey
from tocsin.use_cases.tickets.sweep import sweep


def rescued(world: World, **options: Any) -> list[tuple[str, str]]:
    until = options.pop("until", LATEST)
    swept = sweep(executions=world.executions, until=until, **world.store, **options)
    return [(key.ticket_id, how) for key, how in swept.rescued]


def swept(world: World) -> list[str]:
    return [ticket_id for ticket_id, _ in rescued(world)]


def test_in_health_nothing_is_rescued(world: World) -> None:
    world.open()
    world.run()
    world.clock.advance(minutes=5)
    assert swept(world) == []
    assert world.executions.started == []


def test_a_ticket_that_nobody_has_started_is_started_after_the_grace_without_a_trace_in_its_log(world: World) -> None:
    world.open()
    world.clock.advance(seconds=60)
    assert swept(world) == []
    world.clock.advance(seconds=1)
    assert rescued(world) == [("T-1", "started")]
    assert world.executions.started == [(KEY, 1)]
    assert world.types() == ["opened"]


def test_one_that_is_started_again_and_again_and_does_not_act_gets_another_execution(world: World) -> None:
    world.open()
    world.clock.advance(minutes=9)
    assert rescued(world) == [("T-1", "started")]
    world.clock.advance(minutes=1)
    assert rescued(world) == [("T-1", "re-armed")]
    assert world.events[-1].generation == 2
    assert world.log.heads[KEY].generation == 2
    assert world.executions.started == [(KEY, 1), (KEY, 2)]


def test_a_start_that_failed_is_tried_again_by_the_next_call(world: World) -> None:
    world.open()
    world.run()
    world.clock.advance(minutes=20)
    start = world.executions.start

    def refuse(key: TicketKey, generation: int) -> None:
        raise ConnectionError(key)

    world.executions.start = refuse  # type: ignore[method-assign]
    [(key, error)] = sweep(executions=world.executions, until=LATEST, **world.store).failed
    assert (key, type(error)) == (KEY, ConnectionError)
    world.executions.start = start  # type: ignore[method-assign]
    world.clock.advance(minutes=1, seconds=1)
    assert rescued(world) == [("T-1", "started")]
    assert world.executions.started == [(KEY, 2)]
    assert world.types().count("rearmed") == 1


def test_one_that_was_re_armed_is_left_alone_for_a_while_once_it_acts_and_then_re_armed_again(world: World) -> None:
    world.open()
    world.run()
    world.clock.advance(minutes=20)
    assert rescued(world) == [("T-1", "re-armed")]
    world.assess(generation=2)  # Its notices are recorded, and nobody sends them.
    world.clock.advance(minutes=9)
    assert rescued(world) == []
    world.clock.advance(minutes=1)
    assert rescued(world) == [("T-1", "re-armed")]
    assert world.context().ticket().generation == 3


def test_an_event_that_may_still_wait_in_the_stream_wakes_the_execution_that_sleeps(world: World) -> None:
    world.open()
    world.run()
    world.log.parked[KEY] = Parked("token", world.clock.now())
    world.report("resolved")
    world.clock.advance(minutes=2)
    assert rescued(world) == [("T-1", "woken")]
    assert (world.executions.woken, world.types()[-1]) == (["token"], "resolved")
    world.clock.advance(minutes=1)
    assert rescued(world) == [("T-1", "re-armed")]


def test_many_are_looked_at_side_by_side_and_each_once(world: World) -> None:
    ids = [f"T-{number}" for number in range(40)]
    for ticket_id in ids:
        world.open(ticket_id)
    world.clock.advance(minutes=5)
    together, barrier = list[str](), threading.Barrier(4, timeout=5)
    start = world.executions.start

    def meet_the_others(key: TicketKey, generation: int) -> None:
        barrier.wait()
        together.append(key.ticket_id)
        start(key, generation)

    world.executions.start = meet_the_others  # type: ignore[method-assign]
    with ThreadPoolExecutor(4) as pool:
        assert [ticket_id for ticket_id, _ in rescued(world, side_by_side=pool.map)] == ids
    assert sorted(together) == sorted(ids)


def test_when_time_is_up_the_rest_is_for_the_next_call(world: World) -> None:
    for number in range(5):
        world.open(f"T-{number}")
    world.clock.advance(minutes=5)
    start = world.executions.start

    def slow(key: TicketKey, generation: int) -> None:
        world.clock.advance(seconds=10)
        start(key, generation)

    world.executions.start = slow  # type: ignore[method-assign]
    until = world.clock.now() + timedelta(seconds=15)
    assert rescued(world, until=until) == [("T-0", "started"), ("T-1", "started")]
    assert len(rescued(world)) == 5


def test_one_that_somebody_has_just_written_to_is_not_lost(world: World) -> None:
    world.open()
    world.clock.advance(minutes=5)
    world.report("agent_noted")
    world.clock.advance(seconds=30)
    assert swept(world) == []


def test_one_that_somebody_acts_on_in_the_same_moment_is_not_rescued(world: World) -> None:
    world.open()
    world.clock.advance(minutes=11)
    world.log.interruptions.append(world.assess)
    assert swept(world) == []


def test_a_timer_that_did_not_fire_is_found(world: World) -> None:
    world.open()
    world.run()
    world.clock.advance(minutes=20)
    assert rescued(world) == [("T-1", "re-armed")]
    assert world.executions.started == [(KEY, 2)]


def test_an_index_that_is_behind_the_log_rescues_nobody(world: World) -> None:
    world.open()
    world.run()
    world.log.heads[KEY] = replace(world.log.heads[KEY], acts_at=world.clock.now())
    world.clock.advance(minutes=5)
    assert swept(world) == []


def test_notices_that_nobody_sent_are_found(world: World) -> None:
    world.open()
    world.assess()
    world.clock.advance(minutes=2)
    assert swept(world) == ["T-1"]


def test_a_settled_ticket_is_left_in_peace(world: World) -> None:
    world.open()
    world.run()
    world.report("closed")
    world.run()
    world.clock.advance(days=100)
    assert swept(world) == []


def test_a_ticket_that_cannot_even_be_read_keeps_none_of_the_others_from_being_rescued(world: World) -> None:
    for ticket_id in ("T-1", "T-2", "T-3"):
        world.open(ticket_id)
    broken: list[Any] = world.log.logs[TicketKey("acme", "T-1")]
    broken[0] = replace(broken[0], contract_version=99)
    world.clock.advance(minutes=5)
    with contextlib.suppress(Exception):  # To be loud about the broken one is right, once the others are safe.
        swept(world)
    assert {key.ticket_id for key, _ in world.executions.started} == {"T-2", "T-3"}
