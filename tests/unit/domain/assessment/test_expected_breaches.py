"""A breach that is expected is told to the customer before it comes, once, and how long before is measured."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.story import ANA, CUSTOMER, Story, after, contract
from tocsin.domain.assessment.expected_breaches import expectation_faults, expected, pinned, still_promised
from tocsin.domain.assessment.views import ticket_view
from tocsin.domain.contracts.waits import Wait
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor
from tocsin.domain.values.faults import Invalid

DORA = Actor("agent", "dora")
SILENT_30 = {"unacknowledged_with_left": "30m"}


def begun(priority: str = "P1", **more: Any) -> Story:
    story = Story(priority, **more)
    story.assess(0)
    return story


def expects(story: Story, at: float, actor: Actor = DORA, metric: str = "resolution", **details: Any) -> None:
    """As it is recorded, with the deadline that it is about."""
    said = story.says(ev.BreachExpected, at, actor=actor, metric=metric, **details)
    story.log[-1] = pinned(said, Story.ticket(story), after(at))
    story.assess(at)


def forecasting(priority: str = "P1", **more: Any) -> Story:
    return begun(priority, terms=contract(forecast=SILENT_30), **more)


def forecasts(story: Story) -> list[tuple[str, float]]:
    """Of each the metric, and how many minutes after the opening."""
    found = story.recorded(ev.BreachForecast)
    return [(event.metric, (event.recorded_at - after(0)).total_seconds() / 60) for event in found]


def test_the_customer_and_whoever_is_in_charge_are_told_at_once() -> None:
    story = begun()
    expects(story, 10, expected_at=after(300))
    [told] = story.notices("customer_breach_expected")
    assert (told.about.metric, told.about.due_at, told.about.expected_at) == ("resolution", after(240), after(300))
    assert story.told("breach_expected") == ["frontline", "ana"]


def test_who_says_so_and_has_it_is_not_told_what_they_said() -> None:
    story = begun()
    story.says(ev.Acknowledged, 1)
    expects(story, 60, actor=ANA)
    assert story.told("breach_expected") == []
    assert len(story.notices("customer_breach_expected")) == 1


def test_it_is_told_once_for_a_deadline_and_again_for_another() -> None:
    story = begun()
    for at in (60, 70):
        expects(story, at)
    assert len(story.notices("customer_breach_expected")) == 1
    story.says(ev.PriorityChanged, 80, priority="P2")
    expects(story, 81)
    assert len(story.notices("customer_breach_expected")) == 2


def test_by_default_it_is_about_the_promise_that_is_due_first() -> None:
    story = begun()
    assert [each.obligation.metric.name for each in still_promised(story.ticket(), after(1))] == [
        "first_response",
        "resolution",
    ]
    expects(story, 1, metric="")
    [said] = story.recorded(ev.BreachExpected)
    assert (said.metric, said.obligation_id, said.due_at) == ("first_response", "first_response#1", after(15))


def test_the_ticket_shows_how_long_before_the_deadline_it_was_told_a_year_later_too() -> None:
    story = begun()
    expects(story, 60)
    story.says(ev.Resolved, 300)
    story.assess_until(400)
    for at in (61, 400, 400 + 365 * 1440):
        view = ticket_view(story.look(at), len(story.log), after(at))
        [shown] = [each for each in view["obligations"] if each["metric"] == "resolution"]
        assert (shown["breach_told_at"], shown["breach_told_ahead_seconds"]) == ("2026-03-30T09:00:00Z", 10_800)
        assert "breach_told_at" not in next(o for o in view["obligations"] if o["metric"] == "first_response")


def faults(story: Story, at: float, metric: str | None, expected_at: float | None = None) -> list[tuple[str, str]]:
    found = expectation_faults(story.ticket(), after(at), metric, None if expected_at is None else after(expected_at))
    return [(fault.path, fault.message) for fault in found]


def test_only_a_promise_to_the_customer_that_runs_and_is_not_late_can_be_expected_to_be_missed() -> None:
    story = begun()
    said = "the customer has no such promise that runs and is not late; there are: resolution"
    assert faults(story, 16, "first_response") == [("metric", said)]
    assert faults(story, 16, "periodic_update") == [("metric", said)]
    assert faults(story, 16, "resolution") == []
    assert [path for path, _ in faults(story, 16, "resolution", 240)] == ["expected_at"]
    assert faults(story, 16, "resolution", 241) == []
    story.says(ev.Pended, 17)
    assert expected(story.ticket(), after(18), None) is None
    story.says(ev.Resolved, 18)
    assert "there are: none" in faults(story, 19, None)[0][1]


def test_by_the_clock_the_customer_is_told_when_nobody_has_it_and_little_is_left() -> None:
    story = forecasting()
    assert story.look(1).timer is not None
    story.assess_until(300)
    assert forecasts(story) == [("resolution", 210)]
    assert story.told("customer_breach_expected") == ["customer"]
    assert [notice.about.metric for notice in story.notices("customer_breach")] == ["first_response", "resolution"]
    view = ticket_view(story.look(300), len(story.log), after(300))
    [ahead] = [each["breach_told_ahead_seconds"] for each in view["obligations"] if "breach_told_at" in each]
    assert ahead == 1_800


def test_until_then_it_waits_as_for_a_warning_and_says_so() -> None:
    story = begun("P3", terms=contract(forecast=SILENT_30, warn_at=[]))
    story.says(ev.Acknowledged, 1)
    story.says(ev.Unacknowledged, 2)
    story.assess_until(600)
    timer = story.look(600).timer
    assert timer is not None
    view = ticket_view(story.look(600), len(story.log), after(600))
    assert (view["next_event"]["type"], timer.wait) == ("breach_forecast", Wait.RESOLUTION_WARNING)
    assert "the customer is told to expect a breach" in view["next_event"]["text"]


@pytest.mark.parametrize(
    ("kind", "details"),
    [(ev.Acknowledged, {}), (ev.AgentReplied, {}), (ev.Pended, {}), (ev.Resolved, {}), (ev.Closed, {})],
)
def test_nothing_is_forecast_where_somebody_has_it_or_nothing_is_to_be_done(
    kind: type[Any], details: dict[str, Any]
) -> None:
    story = forecasting()
    story.says(kind, 100, **details)
    story.assess_until(239)
    assert forecasts(story) == []


def test_given_back_with_little_left_it_is_forecast_then_and_dated_then() -> None:
    story = forecasting()
    story.says(ev.Acknowledged, 100)
    story.assess_until(220)
    story.says(ev.Unacknowledged, 221)
    story.assess(221)
    assert forecasts(story) == [("resolution", 221)]


def test_what_somebody_has_said_already_is_not_forecast_and_the_other_way_round() -> None:
    story = forecasting()
    expects(story, 60)
    story.assess_until(300)
    assert forecasts(story) == []
    story = forecasting()
    story.assess_until(215)
    expects(story, 216)
    assert len(story.notices("customer_breach_expected")) == 1
    [told_at] = story.ticket().breach_told_at.values()
    assert told_at == after(210), "the earlier of the two counts"


def test_an_execution_that_wakes_after_the_deadline_forecasts_nothing() -> None:
    story = forecasting()
    story.assess(241)
    assert forecasts(story) == []


def test_a_due_date_set_by_hand_is_forecast_too() -> None:
    story = begun("P3", terms=contract(calendar=None, forecast=SILENT_30))
    story.says(ev.DueDateSet, 10, metric="resolution", due_at=after(200), reason="Asked for")
    story.assess_until(190)
    assert forecasts(story) == [("resolution", 170)]


def test_only_the_open_time_counts_that_is_left() -> None:
    story = forecasting("P2")
    story.assess_until(3 * 1440)
    # Monday at ten, eight hours of 9-12 and 13-17: due on Tuesday at eleven, an hour of response today at eleven.
    assert forecasts(story) == [("first_response", 30), ("resolution", 1440 + 30)]


def test_without_the_clause_nothing_is_forecast() -> None:
    story = begun()
    story.assess_until(300)
    assert forecasts(story) == []


def test_a_contract_whose_targets_are_no_longer_than_that_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        contract(forecast={"unacknowledged_with_left": "16h"})
    [fault] = refused.value.faults
    assert (fault.path, fault.message) == (
        "forecast.unacknowledged_with_left",
        "would never be reached: the longest target of which the customer hears is 16h",
    )


def test_after_the_end_the_customer_is_told_nothing_more() -> None:
    story = begun()
    story.says(ev.Closed, 10, actor=CUSTOMER)
    said = story.says(ev.BreachExpected, 20, actor=DORA, metric="resolution")
    story.log[-1] = pinned(said, story.ticket(), after(20))
    story.assess(20)
    assert story.notices("customer_breach_expected") == []
