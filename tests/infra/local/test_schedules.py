"""Schedules fire at their instants, or not at all if nobody wants them."""

from __future__ import annotations

from datetime import timedelta

from tests.infra.local import stub_helpdesk
from tests.infra.local.stub_engine import START, stub_engine, stub_topology


def test_the_sweeper_is_called_every_minute() -> None:
    with stub_engine(schedules=True) as engine:
        assert engine.next_due_at() == START + timedelta(minutes=1)
        engine.advance(seconds=59)
        assert engine.lambda_calls["Sweeper"] == 0
        engine.advance(seconds=1)
        assert engine.lambda_calls["Sweeper"] == 1
        engine.advance(hours=1)
        assert engine.lambda_calls["Sweeper"] == 61


def test_without_schedules_a_year_passes_in_nothing() -> None:
    with stub_engine() as engine:
        engine.advance(days=365)
        assert engine.lambda_calls["Sweeper"] == 0


def test_a_long_jump_can_be_made_with_few_calls_and_the_next_minute_is_kept_again() -> None:
    with stub_engine(schedules=True, calls_per_jump=10) as engine:
        engine.advance(days=30)
        assert 10 <= engine.lambda_calls["Sweeper"] <= 11
        engine.advance(minutes=5)
        assert 15 <= engine.lambda_calls["Sweeper"] <= 16
        assert engine.next_due_at() == engine.clock.now() + timedelta(minutes=1)


def test_a_schedule_goes_on_after_a_call_that_failed() -> None:
    with stub_engine(stub_topology(Sweeper=f"{__name__}.fail"), schedules=True) as engine:
        engine.advance(minutes=3)
        assert engine.lambda_calls["Sweeper"] == 3
        assert [fault.message for fault in engine.faults] == ["out of order"] * 3


def fail(_event: object, _context: object) -> None:
    message = "out of order"
    raise OSError(message)


def test_a_scheduled_function_sees_the_virtual_time() -> None:
    with stub_engine() as engine:
        engine.advance(days=2)
        assert engine.invoke("Sweeper", {})["at"] == stub_helpdesk.instant(START + timedelta(days=2))
