"""Start or wake: whom an event concerns, and whom it does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.use_cases.world import KEY, World
from tocsin.domain.tickets.records import Parked
from tocsin.domain.values.faults import NotFound
from tocsin.domain.values.instants import rounded_up_to_second
from tocsin.use_cases.tickets.follow_event import follow_event


def follow(world: World, event_type: str) -> None:
    reads = world.log.reads
    follow_event(KEY, event_type, log=world.log, executions=world.executions)
    assert world.log.reads == reads, "the head says it all"


def sleeping(world: World, **fields: Any) -> World:
    """A ticket whose execution has done everything and sleeps to its timer."""
    world.open(**fields)
    world.run()
    world.acknowledge()
    step = world.run()
    world.park((step.until - world.clock.now()).total_seconds() / 60)
    return world


def test_a_new_ticket_gets_its_execution_and_the_same_one_again(world: World) -> None:
    world.open()
    follow(world, "opened")
    follow(world, "opened")
    assert world.executions.started == [(KEY, 1)] * 2
    assert world.executions.woken == []


@pytest.mark.parametrize("event_type", ["agent_noted", "attributes_changed", "customer_replied", "resumed"])
def test_an_event_that_brings_nothing_forward_wakes_nobody(world: World, event_type: str) -> None:
    sleeping(world).report(event_type)
    follow(world, event_type)
    assert world.executions.woken == []
    assert world.executions.started == []


def test_a_deadline_that_moves_back_wakes_nobody(world: World) -> None:
    sleeping(world).report("agent_replied")
    follow(world, "agent_replied")
    assert world.executions.woken == []


def test_a_deadline_that_comes_forward_wakes_the_execution(world: World) -> None:
    sleeping(world, priority="P3").report("priority_changed", priority="P1")
    follow(world, "priority_changed")
    assert world.executions.woken == ["token"]


@pytest.mark.parametrize(("event_type", "fields"), [("resolved", {}), ("closed", {}), ("escalated", {"tier": 2})])
def test_something_to_do_now_wakes_the_execution(world: World, event_type: str, fields: dict[str, Any]) -> None:
    sleeping(world).report(event_type, **fields)
    follow(world, event_type)
    assert world.executions.woken == ["token"]


def test_an_execution_that_is_not_parked_cannot_be_woken_and_sees_the_event_anyway(world: World) -> None:
    world.open()
    world.report("resolved")
    follow(world, "resolved")
    assert world.executions.woken == []


def test_a_revived_ticket_gets_the_execution_of_its_next_generation(world: World) -> None:
    world.open()
    world.run()
    world.report("resolved")
    world.run()
    world.report("reopened")
    follow(world, "reopened")
    assert world.executions.started == [(KEY, 2)]


def test_reopening_a_ticket_whose_execution_still_waits_for_the_review_wakes_that_one(world: World) -> None:
    sleeping(world).report("resolved")
    world.report("reopened")
    follow(world, "reopened")
    assert world.executions.started == [(KEY, 1)]
    assert world.executions.woken == ["token"]


def settled(world: World) -> World:
    """A ticket whose execution has ended: resolved after twenty minutes of silence, in which a tier was alerted."""
    world.open()
    world.run()
    world.clock.advance(minutes=20)
    world.report("resolved")
    world.run()
    assert world.context().ticket().settled
    return world


def test_something_learned_late_that_leaves_something_to_do_revives_a_settled_ticket(world: World) -> None:
    settled(world).report("agent_replied", occurred_at="2026-03-30T08:10:00Z")
    assert world.context().assess(world.clock.now()).something_to_do, "the breach that was recorded was none"
    follow(world, "agent_replied")
    assert world.executions.started == [(KEY, 2)]


def test_something_learned_late_that_changes_nothing_starts_no_execution(world: World) -> None:
    settled(world).report("agent_noted", occurred_at="2026-03-30T08:10:00Z")
    assert not world.context().assess(world.clock.now()).something_to_do
    follow(world, "agent_noted")
    assert world.executions.started == []


def test_the_execution_of_a_revived_ticket_is_started_once_however_many_facts_come_late(world: World) -> None:
    settled(world)
    for minute in (8, 10):
        world.report("agent_replied", occurred_at=f"2026-03-30T08:{minute:02}:00Z")
        follow(world, "agent_replied")
    assert set(world.executions.started) == {(KEY, 2)}


def test_a_wait_to_the_next_whole_second_is_not_later_than_the_timer_within_it(world: World) -> None:
    world.clock.advance(seconds=0.4)
    world.open()
    world.run()
    world.acknowledge()
    step = world.run()
    assert step.until.microsecond
    world.log.parked[KEY] = Parked("token", rounded_up_to_second(step.until))
    world.report("agent_noted")
    follow(world, "agent_noted")
    assert world.executions.woken == []


def test_an_event_of_a_ticket_that_does_not_exist_is_an_error(world: World) -> None:
    with pytest.raises(NotFound):
        follow(world, "resolved")


@pytest.mark.parametrize("event_type", ["continued", "rearmed"])
def test_the_next_generation_is_started_from_the_stream(world: World, event_type: str) -> None:
    world.open()
    world.run()
    world.assess(rounds=1_000)
    follow(world, event_type)
    assert world.executions.started == [(KEY, 2)]
