"""Many who append to one ticket at once: each lost race is run again after a pause, and nobody waits for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from infra.local.virtual_clock import VirtualClock
from infra.topology import TOCSIN
from tests.unit.fakes import FakeClock
from tocsin.domain.values.faults import Busy, RequestRepeated, SequenceConflict
from tocsin.use_cases.tickets.retrying import PATIENCE, PAUSES, retrying

START = datetime(2026, 3, 30, 8, tzinfo=UTC)
REFUSAL = "Come again."


def losing(races: int, error: type[Exception] = SequenceConflict) -> Callable[[], str]:
    """Loses so many races, then wins."""
    ahead = [error()] * races

    def decide() -> str:
        if ahead:
            raise ahead.pop()
        return "won"

    return decide


@pytest.mark.parametrize("error", [SequenceConflict, RequestRepeated])
def test_a_lost_race_is_run_again_after_a_pause(error: type[Exception]) -> None:
    clock = FakeClock(START)
    assert retrying(losing(3, error), clock=clock, refusal=REFUSAL) == "won"
    assert clock.now() == START + timedelta(milliseconds=50 + 100 + 200)


def test_who_wins_at_once_waits_for_nothing() -> None:
    clock = FakeClock(START)
    assert retrying(losing(0), clock=clock, refusal=REFUSAL) == "won"
    assert clock.now() == START


def test_the_last_attempt_may_win_and_one_more_lost_race_is_refused() -> None:
    assert retrying(losing(len(PAUSES) - 1), clock=FakeClock(START), refusal=REFUSAL) == "won"
    with pytest.raises(Busy, match="Come again"):
        retrying(losing(len(PAUSES)), clock=FakeClock(START), refusal=REFUSAL)


def test_attempts_that_take_long_are_fewer() -> None:
    clock, attempts = FakeClock(START), 0

    def slow() -> None:
        nonlocal attempts
        attempts += 1
        clock.advance(seconds=5)
        raise SequenceConflict

    with pytest.raises(Busy):
        retrying(slow, clock=clock, refusal=REFUSAL)
    assert attempts == 2


def test_any_other_error_is_raised_at_once() -> None:
    clock = FakeClock(START)
    with pytest.raises(ValueError, match="odd"):
        retrying(lambda: int("odd"), clock=clock, refusal=REFUSAL)
    assert clock.now() == START


@pytest.mark.parametrize("name", ["Api", "Assess", "Notify"])
def test_the_patience_leaves_every_function_that_appends_time_for_its_last_attempt(name: str) -> None:
    assert sum(PAUSES, timedelta()) <= PATIENCE
    assert TOCSIN.function(name).timeout > 2 * PATIENCE


class SharedClock:
    """The virtual clock as handlers see it; pauses are drawn by lot, as on AWS."""

    def __init__(self, clock: VirtualClock, seed: int) -> None:
        self._clock, self._random = clock, Random(seed)

    def now(self) -> datetime:
        return self._clock.now()

    def pause(self, at_most: timedelta) -> None:
        self._clock.park(self._random.uniform(0, at_most.total_seconds()))


@pytest.mark.parametrize("seed", range(20))
def test_twenty_who_write_to_one_ticket_at_once_are_all_served_within_seconds(seed: int) -> None:
    clock = VirtualClock(START)
    log: list[int] = []
    refused: list[int] = []

    def decide(writer: int) -> None:
        seen = len(log)
        clock.park(0.040)  # Reading, folding and writing take so long.
        if len(log) != seen:
            raise SequenceConflict
        log.append(writer)

    def write(writer: int) -> None:
        try:
            retrying(lambda: decide(writer), clock=SharedClock(clock, seed * 100 + writer), refusal=REFUSAL)
        except Busy:
            refused.append(writer)

    for writer in range(20):
        clock.spawn(lambda writer=writer: write(writer))  # type: ignore[misc]
    clock.run_ready()
    while clock.next_due_at() is not None:
        clock.fire_next()
        clock.run_ready()
    assert refused == []
    assert sorted(log) == list(range(20))
    assert clock.now() - START < PATIENCE
