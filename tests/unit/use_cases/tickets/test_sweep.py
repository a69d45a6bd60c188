"""The watchdog: finds what nobody acted on, is patient with what it has just found, and is stopped by nothing."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

from tests.unit.use_cases.world import KEY, World
from tocsin.domain.values.identifiers import TicketKey
from tocsin.use_cases.tickets.sweep import sweep


def swept(world: World) -> list[str]:
    return [key.ticket_id for key in sweep(**world.store).rescued]


def test_in_health_nothing_is_rescued(world: World) -> None:
    world.open()
    world.run()
    world.clock.advance(minutes=5)
    assert swept(world) == []


def test_a_ticket_that_nobody_acted_on_is_rescued_after_the_grace(world: World) -> None:
    world.open()
    world.clock.advance(seconds=60)
    assert swept(world) == []
    world.clock.advance(seconds=1)
    assert swept(world) == ["T-1"]
    assert world.events[-1].generation == 2
    assert world.log.heads[KEY].generation == 2


def test_one_that_was_rescued_is_left_alone_for_a_while_and_then_rescued_again(world: World) -> None:
    world.open()
    world.clock.advance(minutes=2)
    assert swept(world) == ["T-1"]
    world.clock.advance(minutes=9)
    assert swept(world) == []
    world.clock.advance(minutes=1)
    assert swept(world) == ["T-1"]
    assert world.context().ticket().generation == 3


def test_one_that_somebody_has_just_written_to_is_not_lost(world: World) -> None:
    world.open()
    world.clock.advance(minutes=5)
    world.report("agent_noted")
    world.clock.advance(seconds=30)
    assert swept(world) == []


def test_one_that_somebody_acts_on_in_the_same_moment_is_not_rescued(world: World) -> None:
    world.open()
    world.clock.advance(minutes=5)
    world.log.interruptions.append(world.assess)
    assert swept(world) == []


def test_a_timer_that_did_not_fire_is_found(world: World) -> None:
    world.open()
    world.run()
    world.clock.advance(minutes=20)
    assert swept(world) == ["T-1"]


def test_an_index_that_is_behind_the_log_rescues_nobody(world: World) -> None:
    world.open()
    world.run()
    world.log.heads[KEY] = replace(world.log.heads[KEY], next_due_at=world.clock.now())
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
    rearmed = {key.ticket_id for key, log in world.log.logs.items() if log[-1].type == "rearmed"}
    assert rearmed == {"T-2", "T-3"}
