"""The clock: actors run one at a time, and time moves only when all of them wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from infra.local.moto.stand_ins import VirtualEvent, VirtualThread, virtual_datetime
from infra.local.virtual_clock import FOREVER_SECONDS, Actor, Killed, VirtualClock

START = datetime(2026, 3, 27, 15, 40, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[VirtualClock]:
    clock = VirtualClock(START)
    yield clock
    clock.close()


def run_until_idle(clock: VirtualClock) -> None:
    clock.run_ready()
    while clock.next_due_at() is not None:
        clock.fire_next()
        clock.run_ready()


def test_time_jumps_to_each_due_instant_in_turn(clock: VirtualClock) -> None:
    seen: list[tuple[str, datetime]] = []

    def sleeper(name: str, seconds: float) -> None:
        clock.park(seconds)
        seen.append((name, clock.now()))

    for name, seconds in (("late", 7200.0), ("early", 0.25), ("middle", 60.0)):
        VirtualThread(clock, target=sleeper, args=(name, seconds)).start()
    run_until_idle(clock)
    assert seen == [
        ("early", START + timedelta(seconds=0.25)),
        ("middle", START + timedelta(minutes=1)),
        ("late", START + timedelta(hours=2)),
    ]


def test_what_falls_due_together_runs_in_the_order_it_was_set(clock: VirtualClock) -> None:
    seen: list[int] = []
    for number in range(20):
        clock.call_at(START + timedelta(seconds=1), lambda number=number: seen.append(number))  # type: ignore[misc]
    run_until_idle(clock)
    assert seen == list(range(20))


def test_an_event_wakes_its_waiters_at_once_and_cancels_their_timers(clock: VirtualClock) -> None:
    event, outcomes = VirtualEvent(clock), []
    VirtualThread(clock, target=lambda: outcomes.append((event.wait(3600), clock.now()))).start()
    clock.run_ready()
    event.set()
    clock.run_ready()
    assert outcomes == [(True, START)]
    assert clock.next_due_at() is None


def test_waiting_for_an_event_ends_when_its_time_is_up(clock: VirtualClock) -> None:
    outcomes: list[tuple[bool, datetime]] = []
    VirtualThread(clock, target=lambda: outcomes.append((VirtualEvent(clock).wait(5), clock.now()))).start()
    run_until_idle(clock)
    assert outcomes == [(False, START + timedelta(seconds=5))]


def test_an_endless_wait_is_never_due(clock: VirtualClock) -> None:
    clock.spawn(lambda: clock.park(FOREVER_SECONDS))  # type: ignore[arg-type]
    clock.run_ready()
    assert clock.next_due_at() is None


def test_joining_waits_for_the_thread(clock: VirtualClock) -> None:
    seen: list[str] = []

    def work() -> None:
        clock.park(10)
        seen.append("child")

    def parent() -> None:
        child = VirtualThread(clock, target=work)
        child.start()
        child.join()
        assert not child.is_alive()
        seen.append("parent")

    clock.spawn(parent)
    run_until_idle(clock)
    assert seen == ["child", "parent"]


def test_killing_an_actor_unwinds_everything_it_started(clock: VirtualClock) -> None:
    unwound: list[str] = []
    actors: list[Actor] = []

    def wait_for_ever(name: str, child: str | None) -> None:
        if child is not None:
            actors.append(clock.spawn(lambda: wait_for_ever(child, None)))
        try:
            clock.park()
        except Killed:
            unwound.append(name)
            raise

    parent = clock.spawn(lambda: wait_for_ever("parent", "child"))
    clock.run_ready()
    clock.kill(parent)
    clock.run_ready()
    assert sorted(unwound) == ["child", "parent"]
    assert not clock.is_alive(parent)
    assert not clock.is_alive(actors[0])


def test_an_actor_killed_before_its_turn_never_runs(clock: VirtualClock) -> None:
    seen: list[str] = []
    clock.kill(clock.spawn(lambda: seen.append("ran")))
    clock.run_ready()
    assert seen == []


def test_work_that_another_thread_started_gets_its_turn(clock: VirtualClock) -> None:
    seen: list[str] = []

    def work() -> None:
        clock.park(1)
        seen.append("ran")

    starter = threading.Thread(target=clock.spawn, args=(work,))
    starter.start()
    starter.join()
    run_until_idle(clock)
    assert seen == ["ran"]


def test_the_driver_must_not_wait(clock: VirtualClock) -> None:
    with pytest.raises(RuntimeError, match="driver"):
        VirtualEvent(clock).wait()


def test_what_escapes_from_an_actor_is_raised_to_the_driver(clock: VirtualClock) -> None:
    def fail() -> None:
        raise LookupError

    clock.spawn(fail)
    with pytest.raises(LookupError):
        clock.run_ready()
    clock.run_ready()


def test_time_does_not_go_back(clock: VirtualClock) -> None:
    with pytest.raises(ValueError, match="back"):
        clock.move_to(START - timedelta(seconds=1))


def test_the_clock_starts_at_an_aware_instant_and_tells_utc() -> None:
    with pytest.raises(ValueError, match="aware"):
        VirtualClock(datetime(2026, 1, 1))  # noqa: DTZ001 - what must be refused
    berlin = datetime.fromisoformat("2026-03-27T16:40:00+01:00")
    assert VirtualClock(berlin).now() == START
    assert VirtualClock(berlin).now().tzinfo is UTC


def test_the_stand_in_for_datetime_tells_virtual_time(clock: VirtualClock) -> None:
    assert virtual_datetime(clock).datetime.now(UTC) == START
    assert virtual_datetime(clock).datetime.now() == START.replace(tzinfo=None)


def test_closing_ends_every_actor(clock: VirtualClock) -> None:
    actors = [clock.spawn(clock.park) for _ in range(50)]  # type: ignore[arg-type]
    clock.run_ready()
    assert all(clock.is_alive(actor) for actor in actors)
    clock.close()
    assert not any(clock.is_alive(actor) for actor in actors)
