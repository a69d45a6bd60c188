"""Turns by ticket: whoever has taken none for the longest time is next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.unit.story import team
from tocsin.domain.oncall.team import Team

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
PEOPLE = ["ana", "ben", "caro", "dora"]


def turning(**took: datetime) -> Team:
    return team(*PEOPLE, on_call={"round_robin": ["ben", "ana", "caro"]}).taking_turns(took)


def test_at_first_it_is_the_order_in_which_they_are_listed() -> None:
    assert turning().duty_at(NOW) == (["ben"], "round_robin")
    assert turning().on_call_at(NOW, ["ben"]) == ["ana"]
    assert turning().on_call_at(NOW, ["ben", "ana", "caro"]) == []


def test_who_has_taken_a_ticket_goes_to_the_end() -> None:
    assert turning(ben=NOW).on_call_at(NOW) == ["ana"]
    assert turning(ben=NOW, ana=NOW, caro=NOW - timedelta(hours=1)).on_call_at(NOW) == ["caro"]


def test_who_takes_a_ticket_without_being_in_the_order_moves_nobody() -> None:
    assert turning(dora=NOW).on_call_at(NOW) == ["ben"]
    assert [turning().takes_turns(each) for each in ("ben", "dora")] == [True, False]


@given(st.lists(st.sampled_from(["ana", "ben", "caro"]), max_size=30), st.sets(st.sampled_from(PEOPLE)))
def test_turns_are_those_of_a_queue_to_whose_end_everybody_goes_who_takes_a_ticket(
    takers: list[str], without: set[str]
) -> None:
    queue, took = ["ben", "ana", "caro"], dict[str, datetime]()
    for number, taker in enumerate(takers):
        queue.remove(taker)
        queue.append(taker)
        took[taker] = NOW + timedelta(seconds=number)
    assert turning(**took).on_call_at(NOW, without) == [each for each in queue if each not in without][:1]


@pytest.mark.parametrize(
    ("on_call", "found"),
    [
        ({"round_robin": []}, "at least 1 item"),
        ({"round_robin": ["ana", "ana"]}, "names somebody twice: ana"),
        ({"round_robin": ["zoe"]}, "schedules somebody who is not a member: zoe"),
        ({"round_robin": ["ana"], "schedule": "emea"}, "Extra inputs"),
        ({"turns": ["ana"]}, "Field required"),
    ],
)
def test_what_cannot_be_meant_is_refused(on_call: dict[str, object], found: str) -> None:
    with pytest.raises(ValidationError, match=found):
        team("ana", on_call=on_call)
