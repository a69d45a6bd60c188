"""What falls due, once, at which instant; and when is next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.story import ANA, REVIEW, TEAMS, Story, after, contract, team
from tocsin.domain.notices.notice import Receipt
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.codec import details_of

QUIET: dict[str, Any] = {"targets": {"P1": {"resolution": "4h"}}, "warn_at": ["50%", "30m left"], "calendar": None}

INTO: Mapping[type[Any], Mapping[str, Any]] = {ev.Merged: {"into": "T-2"}}


def quiet(known_after: float = 0, **terms: Any) -> Story:
    """A ticket that somebody has already acknowledged, with nothing owed but the resolution."""
    story = Story(terms=contract(**{**QUIET, **terms}), known_after=known_after)
    story.says(ev.Acknowledged, 0, known_at=known_after)
    return story


def test_warnings_and_the_breach_are_recorded_once_each_and_dated_when_they_fell_due() -> None:
    story = quiet()
    story.assess_until(1_000)
    story.assess(2_000)
    assert [
        (type(e), e.occurred_at, getattr(e, "threshold", None))
        for e in story.log
        if isinstance(e, ev.Warned | ev.Breached)
    ] == [
        (ev.Warned, after(120), "50%"),
        (ev.Warned, after(210), "30m left"),
        (ev.Breached, after(240), None),
    ]


def test_an_execution_that_wakes_after_the_deadline_records_the_breach_and_no_warnings() -> None:
    story = quiet()
    story.assess(0)
    assert [type(event) for event in story.assess(300).events] == [ev.Breached, ev.NoticesRecorded]


def test_of_two_things_due_the_earlier_is_recorded_first() -> None:
    story = Story()
    story.assess(0)
    story.assess(200)
    due = [event.occurred_at for event in story.log if isinstance(event, ev.Warned | ev.Breached)]
    assert due == sorted(due)


def test_the_next_timer_is_the_earliest_and_names_the_wait() -> None:
    story = Story(terms=contract(taken_by=["acknowledgement"]))
    timer = story.assess(0).timer
    assert timer is not None
    assert (timer.wait, timer.at) == ("response_warning", after(11.25))
    story.says(ev.AgentReplied, 1)
    timer = story.assess(1).timer
    assert timer is not None
    assert (timer.wait, timer.at) == ("tier_acknowledgement", after(15))


@pytest.mark.parametrize(
    ("metric", "warning", "deadline"),
    [
        ("first_response", "response_warning", "response_deadline"),
        ("resolution", "resolution_warning", "resolution_deadline"),
        ("periodic_update", "customer_update", "customer_update"),
    ],
)
def test_each_metric_has_its_waits(metric: str, warning: str, deadline: str) -> None:
    story = quiet(targets={"P1": {metric: "1h"}}, warn_at=["50%"])
    first = story.assess(0).timer
    second = story.assess(30).timer
    assert [(t.wait, t.at) for t in (first, second) if t] == [(warning, after(30)), (deadline, after(60))]


def test_while_paused_there_is_no_timer_and_nothing_falls_due() -> None:
    story = quiet()
    story.says(ev.Pended, 60)
    assert story.assess(60).timer is None
    assert story.assess(100_000).events == []
    story.says(ev.Resumed, 100_000)
    timer = story.assess(100_000).timer
    assert timer is not None
    assert timer.at == after(100_060)


def test_a_warning_that_was_due_before_a_pause_is_recorded_although_we_learn_of_both_late() -> None:
    story = quiet()
    story.says(ev.Pended, 130)
    [warning] = [event for event in story.assess(140).events if isinstance(event, ev.Warned)]
    assert (warning.occurred_at, warning.due_at) == (after(120), None)


def test_a_deadline_that_a_late_event_took_back_is_breached_when_it_comes_again() -> None:
    """The customer was waited for, and we learned of it after the deadline: the real one may not pass in silence."""
    story = quiet()
    story.assess(0)
    story.assess(240)
    story.says(ev.Pended, 200, known_at=250)
    story.says(ev.Resumed, 300)
    assert story.due_at("resolution") == after(340)
    story.assess_until(1_000)
    assert [event.occurred_at for event in story.recorded(ev.Breached)] == [after(240), after(340)]
    assert story.told("breach") == ["frontline", "ana"] * 2
    assert len({notice.notice_id for notice in story.notices()}) == len(story.notices())


def test_a_new_priority_that_is_late_at_once_is_breached_on_arrival_and_not_warned_about() -> None:
    story = quiet(targets={"P1": {"resolution": "4h"}, "P0": {"resolution": "1h"}})
    story.assess(0)
    story.says(ev.PriorityChanged, 90, priority="P0")
    [breach] = [event for event in story.assess(90).events if isinstance(event, ev.Breached)]
    assert (breach.occurred_at, breach.on_arrival) == (after(60), True)


def test_a_new_priority_is_warned_about_anew() -> None:
    story = quiet(targets={"P1": {"resolution": "4h"}, "P0": {"resolution": "8h"}}, warn_at=["50%"])
    story.assess(0)
    story.assess(120)
    story.says(ev.PriorityChanged, 130, priority="P0")
    story.assess_until(300)
    assert [event.occurred_at for event in story.recorded(ev.Warned)] == [after(120), after(240)]


@pytest.mark.parametrize(("known_after", "event_type"), [(130, ev.Warned), (240, ev.Breached), (1_000, ev.Breached)])
def test_what_fell_due_before_we_knew_of_the_ticket_is_marked(known_after: float, event_type: type[Any]) -> None:
    story = quiet(known_after, warn_at=["50%"])
    [event] = [event for event in story.assess(known_after).events if isinstance(event, ev.Warned | ev.Breached)]
    assert (type(event), event.on_arrival) == (event_type, True)


def test_what_falls_due_after_we_learned_of_the_ticket_is_not_marked() -> None:
    story = quiet(100, warn_at=["50%"])
    story.assess_until(300)
    assert [event.on_arrival for event in story.log if isinstance(event, ev.Warned | ev.Breached)] == [False] * 2


def test_a_ticket_settles_once_when_nothing_is_left_to_run() -> None:
    story = quiet()
    story.assess(0)
    story.says(ev.Resolved, 10)
    assert [type(event) for event in story.assess(10).events] == [ev.NoticesRecorded, ev.Settled]
    assert details_of(story.recorded(ev.Settled)[0]) == {
        "obligations": [
            {
                "metric": "resolution",
                "obligation_id": "resolution#1",
                "state": "met",
                "due_at": "2026-03-30T12:00:00Z",
                "met_by": 4,
                "used_seconds": 600.0,
            }
        ],
        "priority": "P1",
        "resolved_at": "2026-03-30T08:10:00Z",
        "withdrawn": False,
    }
    assert story.assess(20).events == []
    assert story.assess(20).timer is None


def test_a_ticket_that_owes_a_review_settles_when_it_is_filed() -> None:
    story = Story(terms=contract(review={**REVIEW, "from_tier": 1}))
    story.assess(0)
    story.says(ev.Resolved, 10)
    story.assess(10)
    assert not story.ticket().settled
    timer = story.look(10).timer
    assert timer is not None
    assert timer.wait == "review"
    story.says(ev.ReviewFiled, 60, root_cause="x")
    story.assess(60)
    assert story.ticket().settled


def test_a_reopened_ticket_settles_again_with_a_verdict_of_its_own() -> None:
    story = quiet()
    story.says(ev.Resolved, 10)
    story.assess(10)
    story.says(ev.Reopened, 300)
    story.says(ev.Resolved, 600)
    story.assess(600)
    states = [event.obligations[0].state for event in story.recorded(ev.Settled)]
    assert states == ["met", "met_late"]


def test_a_verdict_that_a_late_event_changes_is_recorded_anew_since_reports_take_the_last() -> None:
    story = quiet(targets={"P1": {"first_response": "15m", "warn_at": []}})
    story.assess(0)
    story.says(ev.Resolved, 20)
    story.assess(20)
    story.says(ev.AgentReplied, 10, known_at=30)
    story.assess(30)
    states = [event.obligations[0].state for event in story.recorded(ev.Settled)]
    assert states == ["met_late", "met"]
    assert story.look(40).events == []


def used(story: Story, settlement: int = -1) -> dict[str, float | None]:
    verdicts = story.recorded(ev.Settled)[settlement].obligations
    return {verdict.obligation_id: verdict.used_seconds for verdict in verdicts if verdict.metric in OWED}


OWED = ("first_response", "resolution")


def test_a_verdict_tells_the_open_time_without_pauses_and_closed_hours() -> None:
    story = Story("P2")  # In Berlin it is ten: two hours until lunch, four after it.
    story.assess(0)
    story.says(ev.AgentReplied, 30)
    story.says(ev.Pended, 60)
    story.says(ev.Resumed, 90)
    story.says(ev.Resolved, 24 * 60)
    story.assess(24 * 60)
    # Until ten the next day: six hours of Monday but the half hour of waiting, and one of Tuesday.
    assert used(story) == {"first_response#1": 1_800.0, "resolution#1": 6.5 * 3_600}


def test_a_reopened_ticket_used_up_what_it_did_before_and_after() -> None:
    story = quiet()
    story.says(ev.Resolved, 10)
    story.assess(10)
    story.says(ev.Reopened, 300)
    story.says(ev.Resolved, 320)
    story.assess(320)
    assert (used(story, 0), used(story)) == ({"resolution#1": 600.0}, {"resolution#1": 1_800.0})


def test_what_is_promised_in_business_days_used_up_no_seconds() -> None:
    story = Story("P2", terms=contract(targets={"P2": {"first_response": "1h", "resolution": "3bd"}}))
    story.says(ev.Resolved, 30)
    story.assess(30)
    assert used(story) == {"first_response#1": 1_800.0, "resolution#1": None}


@pytest.mark.parametrize("ended", [ev.Merged, ev.Deleted])
def test_a_settled_ticket_that_is_withdrawn_settles_again_and_what_is_closed_does_not(ended: type[Any]) -> None:
    story = quiet()
    story.says(ev.Resolved, 10)
    story.assess(10)
    story.says(ended, 20, **INTO.get(ended, {}))
    story.assess(20)
    assert [event.withdrawn for event in story.recorded(ev.Settled)] == [False, True]
    closed = quiet()
    closed.says(ev.Resolved, 10)
    closed.assess(10)
    closed.says(ev.Closed, 20)
    closed.assess(20)
    assert len(closed.recorded(ev.Settled)) == 1


def test_a_settled_ticket_of_which_we_learn_that_it_was_resolved_earlier_or_had_another_priority_settles_again() -> (
    None
):
    story = Story("P2", terms=contract(targets={"default": {"first_response": "1h"}}))
    story.says(ev.AgentReplied, 5)
    story.says(ev.Resolved, 30)
    story.assess(30)
    story.says(ev.Resolved, 20, known_at=40)
    story.assess(40)
    story.says(ev.PriorityChanged, 10, known_at=50, priority="P3")
    story.assess(50)
    assert [(e.priority, e.resolved_at) for e in story.recorded(ev.Settled)] == [
        ("P2", after(30)),
        ("P2", after(20)),
        ("P3", after(20)),
    ]
    assert story.look(60).events == []


def test_reopening_and_resolving_before_anybody_looks_tells_nobody_to_come() -> None:
    story = quiet()
    story.says(ev.Resolved, 10)
    story.says(ev.Reopened, 20)
    story.says(ev.Resolved, 30)
    assert [type(event) for event in story.assess(30).events] == [ev.NoticesRecorded, ev.Settled]


def test_events_of_the_future_do_not_fall_due_yet() -> None:
    """Two machines' clocks differ by a little: the one that assesses may be behind the one that recorded."""
    story = Story()
    story.says(ev.Escalated, 0.01, tier=2)
    assessment = story.look(0)
    assert [type(event) for event in assessment.events] == [ev.NoticesRecorded]
    assert assessment.timer is not None
    assert assessment.timer.at == after(0.01)


def test_an_alert_records_who_was_on_call_at_that_instant_and_whether_that_reaches_anybody() -> None:
    story = Story(teams={**TEAMS, "engineering": team()})
    story.assess(0)
    story.assess(15)
    assert [(e.team, e.members, e.reached) for e in story.recorded(ev.TierAlerted)] == [
        ("frontline", ("ana",), True),
        ("engineering", (), False),
        ("management", ("dora",), True),
    ]


def test_something_to_do_is_due_now_and_a_timer_when_it_is() -> None:
    story = Story()
    assessment = story.look(0)
    assert assessment.something_to_do
    assert assessment.acts_at(after(0)) == after(0)
    story.assess(0)
    receipts = tuple(Receipt(notice.notice_id, "m") for notice in story.notices())
    story.says(ev.NoticesSent, 1, actor=ANA, receipts=receipts)
    assert story.look(1).acts_at(after(1)) == after(11.25)


def test_a_settled_ticket_is_never_due_again() -> None:
    story = quiet()
    story.says(ev.Closed, 10)
    story.assess(10)
    receipts = tuple(Receipt(notice.notice_id, "m") for notice in story.notices())
    story.says(ev.NoticesSent, 11, receipts=receipts)
    assert story.look(100_000).acts_at(after(100_000)) is None
