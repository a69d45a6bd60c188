"""A ticket as it was true at one instant, and as it was known at another; the same for its explanation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from tests.unit.story import DOCUMENT, after
from tests.unit.use_cases.world import KEY, World
from tocsin.domain.values.faults import NotFound
from tocsin.use_cases.tickets.explain_ticket import explain_ticket
from tocsin.use_cases.tickets.read_ticket import read_ticket

TERMS: Mapping[str, Any] = {
    **DOCUMENT,
    "warn_at": [],
    "targets": {"P1": {"first_response": "15m", "resolution": "4h", "calendar": "always"}},
}


@pytest.fixture
def late(world: World) -> World:
    """Answered after ten minutes, which is learned of after forty; resolved after an hour."""
    world.put(TERMS)
    world.open()
    for minutes in (0, 15, 20):
        world.clock.at = after(minutes)
        world.run()
        if not minutes:
            world.acknowledge()
    world.clock.at = after(40)
    world.report("agent_replied", occurred_at="2026-03-30T08:10:00Z")
    world.run()
    world.clock.at = after(60)
    world.report("resolved", root_cause="x")
    world.run()
    return world


def state(world: World, metric: str = "first_response", **when: datetime) -> str:
    ticket = read_ticket(KEY, **when, **world.store)
    return str({each["metric"]: each["state"] for each in ticket["obligations"]}[metric])


def test_as_true_then_is_by_all_that_has_been_learned_since(late: World) -> None:
    assert state(late, at=after(5)) == "running"
    assert state(late, at=after(10)) == "met"
    assert state(late, at=after(20)) == "met"


def test_as_known_then_is_without_what_was_learned_later(late: World) -> None:
    assert state(late, known_at=after(14)) == "running"
    assert state(late, known_at=after(20)) == "breached"
    assert state(late, known_at=after(39)) == "breached"
    assert state(late, known_at=after(40)) == "met"


def test_what_was_true_at_one_instant_by_what_was_known_at_another(late: World) -> None:
    assert state(late, at=after(20), known_at=after(30)) == "breached"
    assert state(late, at=after(12), known_at=after(30)) == "running"
    assert state(late, at=after(20), known_at=after(50)) == "met"


def test_an_instant_to_come_tells_what_would_become_of_it(late: World) -> None:
    assert state(late, "resolution", at=after(30), known_at=after(30)) == "running"
    assert state(late, "resolution", at=after(300), known_at=after(30)) == "breached"
    assert state(late, "resolution") == "met"


def test_status_priority_and_attributes_are_those_of_then(late: World) -> None:
    late.clock.at = after(70)
    late.report("reopened")
    late.report("attributes_changed", subject="Again")
    assert [read_ticket(KEY, at=after(m), **late.store)["status"] for m in (30, 60, 70)] == ["open", "resolved", "open"]
    assert "subject" not in read_ticket(KEY, at=after(69), **late.store)
    assert read_ticket(KEY, **late.store)["subject"] == "Again"


def test_the_sequence_is_that_of_the_last_event_that_is_seen(late: World) -> None:
    sequences = {event.type: event.sequence for event in late.events}
    # The answer was reported after what had happened later, and was known to nobody before.
    assert read_ticket(KEY, at=after(12), **late.store)["sequence"] == sequences["agent_replied"]
    assert read_ticket(KEY, known_at=after(39), **late.store)["sequence"] == sequences["agent_replied"] - 1
    assert read_ticket(KEY, **late.store)["sequence"] == late.events[-1].sequence


def test_the_breach_and_its_correction_are_both_in_the_log_and_neither_is_rewritten(late: World) -> None:
    kinds = [event.type for event in late.events if event.type in ("breached", "agent_replied", "corrected")]
    assert kinds == ["breached", "agent_replied", "corrected"]


def test_reading_the_past_records_nothing(late: World) -> None:
    before = list(late.events)
    read_ticket(KEY, at=after(20), known_at=after(20), **late.store)
    explain_ticket(KEY, at=after(20), **late.store)
    assert late.events == before


@pytest.mark.parametrize("when", [{"at": -1}, {"known_at": -1}, {"at": 5, "known_at": -1}, {"at": -1, "known_at": 5}])
def test_before_it_was_opened_there_was_no_ticket(late: World, when: dict[str, float]) -> None:
    instants: dict[str, Any] = {name: after(minutes) for name, minutes in when.items()}
    with pytest.raises(NotFound, match="There was no ticket 'T-1' then"):
        read_ticket(KEY, **instants, **late.store)
    with pytest.raises(NotFound, match="There was no ticket 'T-1' then"):
        explain_ticket(KEY, **instants, **late.store)


def test_a_ticket_that_was_reported_late_was_there_before_it_was_known(world: World) -> None:
    world.put(TERMS)
    world.open(opened_at="2026-03-30T07:00:00Z")
    assert read_ticket(KEY, at=after(-60), **world.store)["status"] == "open"
    assert state(world, at=after(-45)) == "breached"
    with pytest.raises(NotFound):
        read_ticket(KEY, known_at=after(-30), **world.store)


def test_the_version_of_the_contract_is_that_of_then(late: World) -> None:
    world = late
    world.clock.at = after(70)
    world.report("reopened")
    world.put({**TERMS, "targets": {"P1": {"first_response": "15m", "resolution": "2h", "calendar": "always"}}})
    world.clock.at = after(80)
    world.report("contract_changed", contract_version=3, reason="Amended")
    versions = [read_ticket(KEY, at=after(minutes), **world.store)["contract"]["version"] for minutes in (75, 80)]
    assert versions == [2, 3]
    targets = [
        {o["metric"]: o["target"] for o in read_ticket(KEY, at=after(minutes), **world.store)["obligations"]}
        for minutes in (75, 80)
    ]
    assert [each["resolution"] for each in targets] == ["PT4H", "PT2H"]


def test_what_only_a_later_version_measures_is_not_found_in_what_was_known_before(world: World) -> None:
    rows = {"P1": {"resolution": "4h", "hand_over": "1h", "calendar": "always"}}
    world.put(TERMS)
    world.open()
    known = {}
    for number, start in ((3, "acknowledged"), (4, "opened")):
        hand_over = {"start": [start], "stop": ["resolved"]}
        world.put({**TERMS, "targets": rows, "metrics": {"hand_over": hand_over}})
        world.clock.advance(minutes=10)
        world.report("contract_changed", contract_version=number, reason="x")
        now = world.clock.now()
        known[now] = read_ticket(KEY, **world.store)["obligations"]
        assert [each["metric"] == "hand_over" for each in known[now]].count(True) == number - 3
        world.clock.advance(minutes=10)
    for then, obligations in known.items():
        assert read_ticket(KEY, known_at=then, **world.store)["obligations"] == obligations


def test_who_was_told_may_be_read_from_what_was_known(late: World) -> None:
    assert read_ticket(KEY, known_at=after(0), **late.store)["escalation"]["acknowledged_by"] == "ana"
    assert read_ticket(KEY, at=after(60), **late.store)["settled"] is True
    assert read_ticket(KEY, at=after(59), **late.store)["settled"] is False


class TestExplained:
    def seconds(self, world: World, metric: str, **when: Any) -> dict[str, Any]:
        explained = explain_ticket(KEY, **when, **world.store)
        [found] = [each for each in explained["obligations"] if each["metric"] == metric]
        return dict(found)

    def test_as_known_then_the_answer_was_late_and_by_now_it_was_not(self, late: World) -> None:
        known = self.seconds(late, "first_response", known_at=after(20))
        assert (known["late_seconds"], known["seconds"]["counted"]) == (300, 1200)
        now = self.seconds(late, "first_response")
        assert (now["late_seconds"], now["seconds"]["counted"]) == (0, 600)

    def test_the_instant_is_that_which_was_asked_for(self, late: World) -> None:
        assert explain_ticket(KEY, at=after(5), **late.store)["at"] == "2026-03-30T08:05:00Z"
        assert explain_ticket(KEY, known_at=after(6), **late.store)["at"] == "2026-03-30T08:06:00Z"
        assert explain_ticket(KEY, at=after(5), known_at=after(6), **late.store)["at"] == "2026-03-30T08:05:00Z"
        assert explain_ticket(KEY, **late.store)["at"] == "2026-03-30T09:00:00Z"
