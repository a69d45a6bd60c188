"""The two tasks of the state machine: what goes in and what comes out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.handlers.conftest import Api, Context
from tests.unit.fakes import FakeMessages
from tests.unit.use_cases.world import LIMITS
from tocsin import wiring
from tocsin.domain.values.instants import whole_second
from tocsin.handlers.machine import assess, notify

INPUT = {"helpdesk_id": "acme", "ticket_id": "T-1", "generation": 1, "rounds": 0}
CONTEXT: Any = Context()


@pytest.fixture
def opened(api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    monkeypatch.setattr(wiring, "limits", lambda: LIMITS)
    monkeypatch.setattr(wiring, "messages", FakeMessages)
    api.world.open()
    return api


def test_the_first_round_says_when_the_execution_started_and_what_comes_next(opened: Api) -> None:
    answer = assess.handler(INPUT, CONTEXT)
    assert answer == {
        "helpdesk_id": "acme",
        "ticket_id": "T-1",
        "generation": 1,
        "rounds": 1,
        "started_at": "2026-03-30T08:00:00Z",
        "next": "send_notices",
        "sequence": 3,
        "timer": {"kind": "response_warning", "due_at": "2026-03-30T08:11:15Z"},
    }


def test_what_comes_out_goes_in_again_and_what_nobody_knows_is_dropped(opened: Api) -> None:
    first = assess.handler({**INPUT, "trouble": {"Cause": "x"}, "from_the_future": 1}, CONTEXT)
    opened.world.clock.advance(minutes=1)
    second = assess.handler(first, CONTEXT)
    assert second.keys() == first.keys()
    assert (second["rounds"], second["started_at"]) == (2, first["started_at"])


def test_sending_counts_as_seen_only_right_behind_the_assessment(opened: Api) -> None:
    state = assess.handler(INPUT, CONTEXT)
    assert notify.handler(state, CONTEXT)["sequence"] == 4
    assert notify.handler(state, CONTEXT)["sequence"] == state["sequence"], "nothing was sent, so nothing more was seen"


def test_what_somebody_else_appended_in_between_is_not_taken_for_seen(opened: Api) -> None:
    state = assess.handler(INPUT, CONTEXT)
    opened.world.report("resolved")
    assert notify.handler(state, CONTEXT)["sequence"] == state["sequence"]


def test_the_state_goes_through_sending_otherwise_unchanged(opened: Api) -> None:
    state = assess.handler(INPUT, CONTEXT)
    assert notify.handler(state, CONTEXT) == {**state, "sequence": 4}


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [(0, "2026-03-30T08:00:00Z"), (1, "2026-03-30T08:00:01Z"), (999_999, "2026-03-30T08:00:01Z")],
)
def test_a_wait_ends_at_a_whole_second_and_never_too_early(microseconds: int, text: str) -> None:
    instant = datetime(2026, 3, 30, 8, tzinfo=UTC) + timedelta(microseconds=microseconds)
    assert whole_second(instant) == text
