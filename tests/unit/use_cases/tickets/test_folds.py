"""How often the log is read and folded: once by whoever decides about it."""

from __future__ import annotations

from collections.abc import Callable
from unittest import mock

import pytest

from tests.unit.use_cases.world import KEY, World
from tocsin.domain.tickets import fold as folding
from tocsin.use_cases.tickets import ticket_context
from tocsin.use_cases.tickets.follow_event import follow_event


def counted(world: World, act: Callable[[], object]) -> tuple[int, int]:
    """Folds of the log, and reads of it."""
    reads, fold = world.log.reads, mock.Mock(wraps=folding.fold)
    with mock.patch.object(ticket_context, "fold", fold), mock.patch.object(folding, "fold", fold):
        act()
    return fold.call_count, world.log.reads - reads


@pytest.fixture
def opened(world: World) -> World:
    world.open()
    world.run()
    world.acknowledge()
    world.run()
    return world


def test_a_reported_event_is_folded_once_by_the_api_once_by_each_task_and_never_by_dispatch(opened: World) -> None:
    counts = [
        counted(opened, lambda: opened.report("escalated", tier=2)),
        counted(opened, lambda: follow_event(KEY, "escalated", log=opened.log, executions=opened.executions)),
        counted(opened, opened.assess),
        counted(opened, opened.send),
    ]
    assert counts == [(1, 1), (0, 0), (1, 1), (1, 1)]


def test_what_is_learned_late_is_folded_anew_once(opened: World) -> None:
    opened.clock.advance(minutes=30)
    opened.report("agent_noted")
    before = opened.events[0].occurred_at.isoformat()
    assert counted(opened, lambda: opened.report("agent_noted", occurred_at=before)) == (2, 1)
