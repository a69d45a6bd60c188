"""What is owed and when: business hours, pauses, meeting and missing, warned and breached exactly once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from infra.local.engine import Engine
from tests.scenarios.desk import CONTRACT, Desk


def monday(hour: int, minute: int = 0) -> datetime:
    """30 March 2026 in Berlin, the first Monday of summer time."""
    return datetime(2026, 3, 30, hour - 2, minute, tzinfo=UTC)


def test_a_friday_afternoon_ticket_is_due_on_monday_by_the_new_offset(desk: Desk) -> None:
    desk.engine.advance(minutes=10)
    desk.open(priority="P2")
    assert desk.obligation("first_response")["due_at"] == "2026-03-30T07:50:00Z"


def test_outside_office_hours_nothing_counts_and_the_state_says_so(desk: Desk) -> None:
    desk.open(priority="P2")
    assert desk.obligation("resolution")["state"] == "running"
    desk.engine.advance(hours=2)
    assert desk.obligation("resolution")["state"] == "out_of_hours"


def test_waiting_for_the_customer_moves_the_resolution_by_the_open_hours_that_passed(desk: Desk) -> None:
    desk.engine.advance_to(monday(9))
    desk.open(priority="P2")
    desk.engine.advance(hours=1)
    desk.report("pended")
    paused = desk.obligation("resolution")
    assert (paused["state"], paused["due_at"]) == ("paused", None)
    desk.engine.advance_to(monday(15))
    desk.report("resumed")
    # Nine to ten on Monday are used; from three o'clock on two hours more, then five on Tuesday.
    assert desk.obligation("resolution")["due_at"] == "2026-03-31T13:00:00Z"


def test_an_answer_of_the_customer_ends_the_waiting(desk: Desk) -> None:
    desk.open()
    desk.report("pended")
    desk.engine.advance(hours=1)
    ticket = desk.report("customer_replied")["ticket"]
    assert ticket["status"] == "open"
    assert desk.obligation("resolution")["due_at"] == "2026-03-27T20:40:00Z"


def test_waiting_for_the_customer_stops_neither_first_response_nor_updates(desk: Desk) -> None:
    before = {each["metric"]: each["due_at"] for each in desk.open()["obligations"]}
    desk.report("pended")
    after = {each["metric"]: each["due_at"] for each in desk.ticket()["obligations"]}
    assert after == {**before, "resolution": None}


def test_who_answers_and_pends_in_one_event_has_answered(desk: Desk) -> None:
    desk.open()
    ticket = desk.report("agent_replied", then="pended")["ticket"]
    states = {each["metric"]: each["state"] for each in ticket["obligations"]}
    assert states == {"first_response": "met", "resolution": "paused", "periodic_update": "running"}


def test_only_a_public_answer_of_a_human_is_a_first_response(desk: Desk) -> None:
    desk.open()
    desk.report("agent_noted")
    desk.report("agent_replied", public=False)
    desk.report("agent_replied", actor={"kind": "bot", "id": "greeter"})
    assert desk.obligation("first_response")["state"] == "running"
    answer = desk.report("agent_replied")
    assert desk.obligation("first_response")["met_by"] == answer["sequence"]


def test_a_deadline_is_warned_about_once_and_breached_once(desk: Desk) -> None:
    desk.open()
    desk.acknowledge("ana")
    desk.engine.advance(minutes=11, seconds=15)
    assert desk.told("warning") == [("warning", "frontline"), ("warning", "ana")]
    desk.engine.advance(minutes=3, seconds=44)
    assert desk.told("breach") == []
    desk.engine.advance(seconds=1)
    assert desk.told("breach") == [("breach", "frontline"), ("breach", "ana")]
    assert desk.told("customer_breach") == [("customer_breach", "customer")]
    desk.engine.advance(hours=1)
    desk.report("agent_replied")
    assert desk.types().count("warned") == desk.types().count("breached") == 1
    assert desk.obligation("first_response")["state"] == "met_late"


def test_meeting_a_target_at_the_very_instant_it_is_due_is_in_time(desk: Desk) -> None:
    desk.open()
    desk.engine.advance(minutes=14)
    desk.engine.advance(minutes=5)
    desk.report("agent_replied", occurred_at="2026-03-27T15:55:00Z")
    assert desk.obligation("first_response")["state"] == "met"


def test_an_answer_that_we_learn_of_late_counts_from_when_it_was_given(desk: Desk) -> None:
    desk.open()
    desk.engine.advance(minutes=30)
    assert desk.obligation("first_response")["state"] == "breached"
    desk.report("agent_replied", occurred_at="2026-03-27T15:50:00Z")
    assert desk.obligation("first_response")["state"] == "met"
    assert desk.obligation("periodic_update")["due_at"] == "2026-03-27T17:50:00Z"


def test_each_answer_starts_the_next_promise_of_an_update(desk: Desk) -> None:
    desk.open()
    desk.engine.advance(minutes=10)
    desk.report("agent_replied")
    assert desk.obligation("periodic_update")["due_at"] == "2026-03-27T17:50:00Z"
    desk.engine.advance(minutes=90)
    assert desk.told("customer_update_due") == [("customer_update_due", "frontline"), ("customer_update_due", "ana")]
    desk.report("agent_replied")
    desk.engine.advance(minutes=85)
    assert len(desk.told("customer_update_due")) == 2


def test_a_new_priority_counts_from_the_original_start_and_keeps_the_pauses(desk: Desk) -> None:
    desk.engine.advance_to(monday(9))
    desk.open(priority="P2")
    desk.report("pended")
    desk.engine.advance(hours=1)
    desk.report("resumed")
    ticket = desk.report("priority_changed", priority="P1")["ticket"]
    due = {each["metric"]: each["due_at"] for each in ticket["obligations"]}
    assert due == {
        "first_response": "2026-03-30T07:15:00Z",
        "resolution": "2026-03-30T12:00:00Z",
        "periodic_update": "2026-03-30T09:00:00Z",
    }


def test_what_was_late_before_we_knew_is_told_in_one_notice(desk: Desk) -> None:
    desk.open(opened_at="2026-03-27T10:00:00Z")
    assert desk.told("late_on_arrival") == [("late_on_arrival", "frontline"), ("late_on_arrival", "ana")]
    assert desk.told("breach") == desk.told("warning") == desk.told("customer_breach") == []
    assert desk.types().count("breached") == 3


def test_a_resolution_in_time_settles_the_ticket_and_ends_its_execution(desk: Desk) -> None:
    desk.open()
    desk.report("agent_replied")
    desk.engine.advance(hours=2)
    desk.report("resolved", root_cause="certificate rotated")
    assert desk.types()[-1] == "settled"
    [message] = desk.alerts("customer_resolution")
    assert "certificate rotated" in message.body
    assert [each.status for each in desk.engine.executions()] == ["SUCCEEDED"]
    desk.engine.advance(days=30)
    assert desk.types()[-1] == "settled"


def test_a_reopened_ticket_goes_on_where_it_stopped(desk: Desk) -> None:
    desk.open()
    desk.report("agent_replied")
    desk.engine.advance(hours=1)
    desk.report("resolved")
    desk.engine.advance(hours=10)
    ticket = desk.report("reopened")["ticket"]
    due = {each["metric"]: each["due_at"] for each in ticket["obligations"]}
    assert due["resolution"] == "2026-03-28T05:40:00Z"
    assert [each.status for each in desk.engine.executions()] == ["SUCCEEDED", "RUNNING"]
    desk.engine.advance(hours=3)
    assert desk.types().count("breached") == 2, "resolution and periodic update"


def test_what_is_learned_after_the_end_may_change_the_verdict_and_the_log_keeps_both(desk: Desk) -> None:
    desk.open()
    desk.engine.advance(minutes=30)
    desk.report("resolved")
    desk.engine.advance(hours=1)
    desk.report("agent_replied", occurred_at="2026-03-27T15:50:00Z")
    assert desk.obligation("first_response")["state"] == "met"
    verdicts = [event["details"]["obligations"] for event in desk.log() if event["type"] == "settled"]
    states = [{each["metric"]: each["state"] for each in verdict}["first_response"] for verdict in verdicts]
    assert states == ["met_late", "met"]
    assert {each.status for each in desk.engine.executions()} == {"SUCCEEDED"}


def test_every_second_of_a_ticket_is_explained(engine: Engine) -> None:
    """Thursday before Easter to the Tuesday after it: lunch, nights, two holidays and a wait for the customer."""
    engine.advance_to(datetime(2026, 4, 2, 13, 0, tzinfo=UTC))
    desk = Desk(engine).prepare()
    desk.open(priority="P2")
    engine.advance(hours=1)
    pended = desk.report("pended")["sequence"]
    engine.advance_to(datetime(2026, 4, 7, 7, 30, tzinfo=UTC))
    desk.report("resumed")
    explained = desk.expect(200, "GET", "/v1/tickets/T-1/explain")["obligations"]
    [resolution] = [each for each in explained if each["metric"] == "resolution"]
    told = [(each["kind"], each["cause"], each["holder"], each["seconds"] / 3600) for each in resolution["intervals"]]
    night, closed = "outside opening hours", "closed hours"
    assert told == [
        ("counted", "opening hours", "tier 1", 0.25),
        ("counted", "opening hours", "tier 2", 0.5),
        ("counted", "opening hours", "tier 3", 0.25),
        ("paused", f"event {pended}", "customer", 1),
        ("closed", night, closed, 7),
        ("closed", "Karfreitag", closed, 24),
        ("closed", night, closed, 48),
        ("closed", "Ostermontag", closed, 24),
        ("closed", night, closed, 9),
        ("paused", f"event {pended}", "customer", 0.5),
        ("counted", "opening hours", "tier 3", 2.5),
        ("closed", night, closed, 1),
        ("counted", "opening hours", "tier 3", 4),
        ("closed", night, closed, 16),
        ("counted", "opening hours", "tier 3", 0.5),
    ]
    assert resolution["seconds"]["counted"] == 8 * 3600
    assert resolution["intervals"][-1]["to"] == resolution["due_at"]


def review_contract() -> dict[str, Any]:
    review = {"team": "management", "from_tier": 2, "due_within": "3bd", "remind_within": "2bd"}
    return {**CONTRACT, "review": review}


def test_a_ticket_that_reached_the_second_tier_owes_a_review(engine: Engine) -> None:
    desk = Desk(engine).prepare(review_contract())
    desk.open()
    desk.engine.advance(minutes=20)
    desk.acknowledge("ben")
    desk.report("resolved")
    assert desk.obligation("review")["due_at"] == "2026-04-01T15:00:00Z"
    assert desk.states() == ("AwaitChange", "WaitForReview")
    desk.engine.advance(days=4)
    assert desk.told("review_due") == [("review_due", "management"), ("review_due", "dora")]
    desk.engine.advance(days=1)
    assert desk.told("review_due")[2:] == [("review_due", "management"), ("review_due", "dora")]
    assert desk.ticket()["settled"] is False
    desk.report("review_filed", root_cause="nobody owned the rotation")
    assert desk.obligation("review")["state"] == "met_late"
    assert desk.ticket()["settled"] is True


def test_a_ticket_that_the_first_tier_solved_owes_no_review(engine: Engine) -> None:
    desk = Desk(engine).prepare(review_contract())
    desk.open()
    desk.acknowledge("ana")
    desk.report("resolved")
    assert desk.ticket()["settled"] is True
    assert desk.call("POST", "/v1/tickets/T-1/events", {"type": "review_filed", "root_cause": "none"}).status == 409
