"""An explanation is bounded: it comes in pages that Lambda can answer, and its totals are exact on each of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.unit.story import DOCUMENT, OPENED_AT
from tests.unit.use_cases.world import KEY, World
from tocsin.domain.values.faults import Invalid
from tocsin.domain.values.instants import format_instant
from tocsin.use_cases.tickets.explain_ticket import FARTHEST_AHEAD, explain_ticket

# Twenty-four openings a day, each for a minute: the most that one day may have.
MINUTES = [f"{hour:02}:00-{hour:02}:01" for hour in range(24)]
LARGEST: dict[str, Any] = {
    **DOCUMENT,
    "calendar": {"timezone": "Europe/Berlin", "weekly": {"daily": MINUTES}, "holidays": {"country": "DE"}},
    "targets": {"P1": {"first_response": "1h", "resolution": "140h"}},
}


def pages(world: World, at: datetime | None = None) -> Iterator[dict[str, Any]]:
    cursor = None
    while True:
        page = explain_ticket(KEY, at, cursor=cursor, **world.store)
        yield page
        if (cursor := page["next_cursor"]) is None:
            return


def seconds_between(interval: dict[str, Any]) -> float:
    return (datetime.fromisoformat(interval["to"]) - datetime.fromisoformat(interval["from"])).total_seconds()


def test_a_ticket_of_an_ordinary_life_has_one_page(world: World) -> None:
    world.open()
    [page] = pages(world, OPENED_AT + timedelta(days=14))
    assert page["obligations"][0]["intervals"]


def test_the_largest_explanation_comes_in_pages_below_a_megabyte_and_adds_up_to_the_second(world: World) -> None:
    world.put(LARGEST)
    world.open()
    at = OPENED_AT + FARTHEST_AHEAD
    intervals: dict[str, list[dict[str, Any]]] = {}
    totals: dict[str, set[str]] = {}
    number = 0
    for page in pages(world, at):
        number += 1
        assert len(json.dumps(page).encode()) < 1_000_000
        for each in page["obligations"]:
            intervals.setdefault(each["obligation_id"], []).extend(each["intervals"])
            totals.setdefault(each["obligation_id"], set()).add(json.dumps(each["seconds"]))
    assert number > 5
    for name, found in intervals.items():
        assert all(before["to"] == after["from"] for before, after in pairwise(found))
        [seconds] = [json.loads(total) for total in totals[name]]
        for kind in ("counted", "paused", "closed"):
            assert sum(seconds_between(each) for each in found if each["kind"] == kind) == seconds[kind]
    resolution = next(found for name, found in intervals.items() if name.startswith("resolution"))
    counted = sum(each["seconds"] for each in resolution if each["kind"] == "counted" and not each["late"])
    assert counted == 140 * 3600


def test_where_the_deadline_lies_years_ahead_the_explanation_ends_after_one(world: World) -> None:
    world.put({**LARGEST, "targets": {"P1": {"resolution": "1000h"}}})
    world.open()
    *_, last = (each for page in pages(world) for each in page["obligations"] if each["metric"] == "resolution")
    assert last["due_at"] > last["intervals"][-1]["to"] == format_instant(OPENED_AT + FARTHEST_AHEAD)


def test_the_escalation_is_on_every_page(world: World) -> None:
    world.put(LARGEST)
    world.open()
    first, second, *_ = pages(world, OPENED_AT + timedelta(days=100))
    assert first["escalation"] == second["escalation"]


@pytest.mark.parametrize("instant", ["at", "known_at"])
def test_what_lies_more_than_a_year_ahead_is_refused(world: World, instant: str) -> None:
    world.open()
    when: dict[str, Any] = {instant: OPENED_AT + FARTHEST_AHEAD}
    assert explain_ticket(KEY, **when, **world.store)["obligations"]
    when[instant] += timedelta(seconds=1)
    with pytest.raises(Invalid) as caught:
        explain_ticket(KEY, **when, **world.store)
    assert [fault.path for fault in caught.value.faults] == [instant]


@pytest.mark.parametrize("cursor", ["", "x", "1", "1.", "-1.0", "1.1.1", "٣.1", "9" * 20 + ".1"])
def test_what_is_no_cursor_of_an_explanation_is_refused(world: World, cursor: str) -> None:
    world.open()
    with pytest.raises(Invalid):
        explain_ticket(KEY, cursor=cursor, **world.store)


def test_a_cursor_beyond_the_end_is_an_empty_page(world: World) -> None:
    world.open()
    page = explain_ticket(KEY, cursor="99.0", **world.store)
    assert (page["obligations"], page["next_cursor"]) == ([], None)
