"""Reporting what happened: what fits the ticket, what is refused, and who wins a race."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.story import DOCUMENT, REVIEW
from tests.unit.use_cases.world import KEY, World
from tocsin.domain.values.faults import Busy, Conflict, Invalid, NotFound, PreconditionFailed
from tocsin.domain.values.identifiers import TicketKey
from tocsin.use_cases.tickets.retrying import PAUSES


def paths(caught: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [fault.path for fault in caught.value.faults]


def test_the_event_is_appended_and_the_ticket_after_it_is_the_answer(world: World) -> None:
    world.open()
    world.clock.advance(minutes=5)
    answer = world.report("agent_replied", occurred_at="2026-03-30T08:04:00Z")
    assert (answer["sequence"], answer["occurred_at"], answer["recorded_at"]) == (
        2,
        "2026-03-30T08:04:00Z",
        "2026-03-30T08:05:00Z",
    )
    assert answer["ticket"]["obligations"][0]["state"] == "met"
    assert world.log.heads[KEY].sequence == 2


def test_a_ticket_of_another_helpdesk_does_not_exist(world: World) -> None:
    world.open()
    with pytest.raises(NotFound):
        world.report("agent_replied", key=TicketKey("other", "T-1"))


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"event_type": "agent_noted", "occurred_at": "2026-03-30T08:06:01Z"}, "occurred_at"),
        ({"event_type": "agent_noted", "occurred_at": "2026-03-29T08:00:00Z"}, "occurred_at"),
        ({"event_type": "priority_changed", "priority": "P9"}, "priority"),
        ({"event_type": "escalated", "tier": 4}, "tier"),
    ],
)
def test_what_does_not_fit_the_ticket_is_refused_with_its_path(world: World, fields: dict[str, Any], path: str) -> None:
    world.open()
    world.clock.advance(minutes=5)
    with pytest.raises(Invalid) as caught:
        world.report(**fields)
    assert paths(caught) == [path]
    assert world.types() == ["opened"]


def test_a_clock_that_runs_a_little_ahead_reports_what_happens_now(world: World) -> None:
    world.open()
    answer = world.report("agent_noted", occurred_at="2026-03-30T08:01:00Z")
    assert answer["occurred_at"] == "2026-03-30T08:00:00Z"


def test_a_machine_whose_clock_is_behind_the_one_that_opened_records_nothing_before_the_opening(world: World) -> None:
    world.open()
    world.clock.advance(seconds=-0.05)
    ticket = world.report("resolved")["ticket"]
    assert {o["state"] for o in ticket["obligations"]} == {"met"}


def test_a_closed_ticket_takes_nothing_but_its_review(world: World) -> None:
    world.put({**DOCUMENT, "review": {**REVIEW, "from_tier": 1}})
    world.open()
    world.run()
    world.report("resolved")
    world.report("closed")
    for event_type in ("reopened", "closed", "agent_replied", "resolved"):
        with pytest.raises(Conflict, match="closed"):
            world.report(event_type)
    assert world.report("review_filed", root_cause="x")["ticket"]["status"] == "closed"
    with pytest.raises(Conflict, match="No review is owed"):
        world.report("review_filed", root_cause="y")


def test_a_review_that_is_said_to_be_older_than_the_resolution_is_not_taken_without_effect(world: World) -> None:
    world.put({**DOCUMENT, "review": {**REVIEW, "from_tier": 1}})
    world.open()
    world.run()
    world.clock.advance(minutes=5)
    world.report("resolved")
    try:
        answer = world.report("review_filed", root_cause="x", occurred_at="2026-03-30T08:04:00Z")
    except (Conflict, Invalid):
        return
    assert {o["metric"]: o["state"] for o in answer["ticket"]["obligations"]}["review"] == "met"


def test_a_settled_ticket_still_takes_facts_and_may_be_reopened(world: World) -> None:
    world.open()
    world.run()
    world.report("resolved")
    world.run()
    world.clock.advance(minutes=1)
    for fact in ("customer_replied", "agent_noted", "resolved", "agent_replied", "acknowledged", "pended"):
        assert world.report(fact)["ticket"]["status"] == "resolved"
    assert world.report("attributes_changed", subject="Sync")["ticket"]["subject"] == "Sync"
    assert world.report("priority_changed", priority="P2")["ticket"]["priority"] == "P2"
    assert world.report("reopened")["ticket"]["status"] == "open"


def test_an_answer_that_was_given_before_the_resolution_is_taken_although_the_ticket_has_settled(world: World) -> None:
    """Shuffled deliveries converge: the resolution's webhook may overtake that of the answer before it."""
    world.open()
    world.run()
    world.clock.advance(minutes=20)
    world.report("resolved")
    world.run()
    assert world.context().ticket().settled
    answer = world.report("agent_replied", occurred_at="2026-03-30T08:10:00Z")
    assert {o["metric"]: o["state"] for o in answer["ticket"]["obligations"]}["first_response"] == "met"


def test_who_has_seen_an_older_ticket_is_told_so(world: World) -> None:
    world.open()
    with pytest.raises(PreconditionFailed, match="at sequence 1, not at 7"):
        world.report("agent_noted", if_match=7)
    assert world.report("agent_noted", if_match=1)["sequence"] == 2
    with pytest.raises(PreconditionFailed):
        world.report("agent_noted", if_match=1)


def test_a_lost_race_against_a_condition_is_refused_and_not_retried_over_it(world: World) -> None:
    world.open()
    world.log.interruptions.append(lambda: world.report("agent_noted"))
    with pytest.raises(PreconditionFailed):
        world.report("resolved", if_match=1)
    assert world.types() == ["opened", "agent_noted"]


def test_a_lost_race_is_run_again_and_both_events_are_recorded(world: World) -> None:
    world.open()
    world.log.interruptions.append(lambda: world.report("pended"))
    answer = world.report("agent_replied")
    assert world.types() == ["opened", "pended", "agent_replied"]
    assert answer["sequence"] == 3
    assert [event.sequence for event in world.events] == [1, 2, 3]


def test_what_the_winner_did_is_looked_at_before_the_loser_is_recorded(world: World) -> None:
    world.open()
    world.log.interruptions.append(lambda: world.report("closed"))
    with pytest.raises(Conflict):
        world.report("agent_replied")


def test_who_loses_too_many_races_is_asked_to_come_again(world: World) -> None:
    world.open()

    world.log.interruptions = [lambda: world.report("agent_noted")] * len(PAUSES)
    with pytest.raises(Busy):
        world.report("resolved")
    assert world.types().count("agent_noted") == len(PAUSES)


def test_the_same_request_again_has_the_same_answer_and_one_effect(world: World) -> None:
    world.open()
    first = world.report("agent_replied", idempotency="k", text="hello")
    world.clock.advance(hours=9)
    world.run()
    world.report("resolved")
    assert world.report("agent_replied", idempotency="k", text="hello") == first
    assert world.types().count("agent_replied") == 1


def test_the_same_answer_also_after_the_ticket_has_closed_and_moved_past_the_condition(world: World) -> None:
    world.open()
    first = world.report("closed", idempotency="k", if_match=1)
    assert world.report("closed", idempotency="k", if_match=1) == first


def test_the_same_answer_also_after_the_roster_has_changed(world: World) -> None:
    first = world.open(idempotency="o")
    note = world.report("agent_noted", idempotency="k")
    world.teams.teams.clear()
    assert world.report("agent_noted", idempotency="k") == note
    assert world.open(idempotency="o") == first


def test_the_same_answer_also_where_a_tier_could_not_be_reached_then_and_can_be_now(world: World) -> None:
    teams = dict(world.teams.teams)
    world.teams.teams.clear()
    first = world.open(idempotency="o")
    assert first["tier"] == 3, "nobody could be reached in the tiers before"
    world.teams.teams |= teams
    assert world.open(idempotency="o") == first


def test_the_same_answer_also_where_what_was_known_then_has_turned_out_otherwise(world: World) -> None:
    world.open(priority="P2", opened_at="2026-03-30T07:30:00Z")
    world.run()
    world.clock.advance(minutes=7, microseconds=123_456)
    reports: list[dict[str, Any]] = [
        {"event_type": "priority_changed", "priority": "P1"},
        {"event_type": "agent_replied", "occurred_at": "2026-03-30T08:01:00Z"},
        {"event_type": "pended"},
        {"event_type": "resolved"},
        {"event_type": "reopened"},
    ]
    answers = []
    for number, fields in enumerate(reports):
        answers.append(world.report(idempotency=f"k{number}", **fields))
        world.clock.advance(minutes=43)
        world.run()
    world.put({**DOCUMENT, "targets": {"P1": {"resolution": "1m"}, "P2": {"resolution": "1m"}}})
    world.report("contract_changed", contract_version=2, reason="r")
    world.report("agent_replied", occurred_at="2026-03-30T07:31:00Z")
    world.clock.advance(days=5)
    again = [world.report(idempotency=f"k{number}", **fields) for number, fields in enumerate(reports)]
    assert [json.dumps(answer) for answer in again] == [json.dumps(answer) for answer in answers]


@pytest.mark.parametrize("other", [{"text": "bye"}, {"public": False}, {"actor": {"kind": "bot"}}])
def test_the_same_key_with_another_body_is_refused(world: World, other: dict[str, Any]) -> None:
    world.open()
    world.report("agent_replied", idempotency="k", text="hello")
    with pytest.raises(Invalid) as caught:
        world.report("agent_replied", idempotency="k", **{"text": "hello", **other})
    assert paths(caught) == ["Idempotency-Key"]


def test_the_same_key_for_another_ticket_is_refused(world: World) -> None:
    world.open()
    world.open("T-2")
    world.report("agent_noted", idempotency="k")
    with pytest.raises(Invalid):
        world.report("agent_noted", idempotency="k", key=TicketKey("acme", "T-2"))


def test_two_who_send_the_same_request_at_once_record_it_once(world: World) -> None:
    world.open()
    world.log.interruptions.append(lambda: world.report("agent_replied", idempotency="k"))
    assert world.report("agent_replied", idempotency="k")["sequence"] == 2
    assert world.types() == ["opened", "agent_replied"]
