"""One measurement: running, paused, out of hours, met, met late, breached, cancelled."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.story import OPENED_AT, Story, after, contract, event, promised
from tocsin.domain.contracts.metrics import FIRST_RESPONSE, RESOLUTION
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor
from tocsin.domain.tickets.obligation import Obligation


def opened(minutes: float = 0) -> Any:
    return event(1, ev.Opened, after(minutes), after(minutes), Actor("customer"))


def resolution(priority: str = "P1") -> Obligation:
    return Obligation(RESOLUTION, promised(contract(), priority, "resolution"), opened())


def test_it_runs_is_due_and_is_breached_from_the_very_instant_it_is_due() -> None:
    obligation = resolution()
    assert obligation.due_at() == after(240)
    assert [obligation.state(after(minutes)) for minutes in (0, 239.99, 240, 10_000)] == [
        "running",
        "running",
        "breached",
        "breached",
    ]


@pytest.mark.parametrize(("minutes", "state"), [(239, "met"), (240, "met"), (240 + 1 / 60_000_000, "met_late")])
def test_it_is_met_in_time_up_to_the_instant_it_is_due(minutes: float, state: str) -> None:
    obligation = resolution()
    obligation.end(after(minutes), met_by=2)
    assert obligation.state(after(9_999)) == state


def test_a_pause_moves_the_deadline_and_an_open_one_takes_it_away() -> None:
    obligation = resolution()
    obligation.pause(after(60))
    assert obligation.due_at() is None
    assert obligation.state(after(9_999)) == "paused"
    obligation.pause(after(70))
    obligation.resume(after(90))
    assert obligation.due_at() == after(270)
    obligation.resume(after(200))
    assert obligation.due_at() == after(270), "resuming what runs changes nothing"


def test_a_pause_after_the_target_is_used_up_saves_nothing() -> None:
    obligation = resolution()
    obligation.pause(after(240))
    assert obligation.due_at() == after(240)
    assert obligation.state(after(241)) == "breached"


def test_paused_and_out_of_hours_are_different_things() -> None:
    evening = datetime(2026, 3, 30, 20, 0, tzinfo=UTC)
    obligation = resolution("P2")
    assert obligation.state(evening) == "out_of_hours"
    obligation.pause(after(10))
    assert obligation.state(evening) == "paused"


def test_what_ends_while_paused_ends_the_pause_too() -> None:
    obligation = resolution()
    obligation.pause(after(100))
    obligation.end(after(300), met_by=3)
    assert obligation.due_at() == after(440)
    assert obligation.state(after(9_999)) == "met"


@pytest.mark.parametrize(("minutes", "state"), [(239, "cancelled"), (240, "breached"), (241, "breached")])
def test_cancelling_what_is_late_does_not_undo_the_breach(minutes: float, state: str) -> None:
    obligation = resolution()
    obligation.end(after(minutes), met_by=None)
    assert obligation.state(after(10_001)) == state


def test_a_revived_one_goes_on_with_the_time_between_as_a_pause() -> None:
    obligation = resolution()
    obligation.end(after(200), met_by=2)
    obligation.revive(event(9, ev.Reopened, after(1_000), after(1_000), Actor("agent")))
    assert obligation.running
    assert obligation.met_by is None
    assert obligation.due_at() == after(1_040)


def test_reviving_what_never_ended_changes_nothing() -> None:
    obligation = resolution()
    obligation.revive(event(9, ev.Reopened, after(100), after(100), Actor("agent")))
    assert obligation.due_at() == after(240)


def test_a_new_promise_counts_from_the_original_start_keeps_the_pauses_and_has_a_new_name() -> None:
    terms = contract(targets={"P1": {"resolution": "4h"}, "P2": {"resolution": "8h"}}, calendar=None)
    obligation = Obligation(RESOLUTION, promised(terms, "P2", "resolution"), opened())
    obligation.pause(after(30))
    obligation.resume(after(60))
    change = event(7, ev.PriorityChanged, after(90), after(95), Actor("agent"), {"priority": "P1"})
    obligation.retarget(promised(terms, "P1", "resolution"), "retroactive", change)
    assert obligation.obligation_id == "resolution#1.7"
    assert obligation.due_at() == after(270)
    assert obligation.known_at == after(95)


def test_the_same_promise_again_changes_not_even_the_name() -> None:
    terms = contract()
    obligation = resolution()
    obligation.retarget(
        promised(terms, "P1", "resolution"),
        "retroactive",
        event(7, ev.PriorityChanged, after(9), after(9), Actor("agent"), {"priority": "P1"}),
    )
    assert obligation.obligation_id == "resolution#1"


def test_where_nothing_is_promised_nothing_is_due_but_the_pauses_are_kept() -> None:
    obligation = Obligation(FIRST_RESPONSE, None, opened())
    obligation.pause(after(10))
    obligation.resume(after(20))
    assert obligation.due_at() is None
    assert obligation.state(after(9_999)) == "running"
    change = event(4, ev.PriorityChanged, after(30), after(30), Actor("agent"), {"priority": "P1"})
    obligation.retarget(promised(contract(), "P1", "first_response"), "retroactive", change)
    assert obligation.due_at() == after(25)


def test_a_ticket_s_obligations_are_named_for_the_events_that_began_them() -> None:
    story = Story()
    story.says(ev.AgentReplied, 5)
    story.says(ev.AgentReplied, 10)
    assert {o.obligation_id for o in story.ticket().current.values()} >= {
        "first_response#1",
        "resolution#1",
        "periodic_update#3",
    }
    assert story.obligation("periodic_update").started_at == after(10)
    assert story.obligation("resolution").started_at == OPENED_AT
