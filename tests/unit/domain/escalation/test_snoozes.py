"""A snooze: somebody has the ticket until then, and then their tier is alerted again, unless somebody acted on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.unit.domain.escalation.test_chain import alerts
from tests.unit.story import ANA, BOT, DOCUMENT, Story, after, contract, team
from tocsin.domain.assessment.escalation_explained import reasons
from tocsin.domain.assessment.snoozing import latest_snooze, snooze_faults
from tocsin.domain.assessment.views import ticket_view
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor

BEN = Actor("agent", "ben")
FIRST, SECOND, _ = DOCUMENT["escalation"]["tiers"]
IN_AN_HOUR = {"tiers": [{**FIRST, "resolve_within": "1h"}, SECOND]}


def snoozed(at: float = 5, until: float = 35, **more: Any) -> Story:
    """A ticket that Ana has snoozed."""
    story = Story(**more)
    story.assess(0)
    story.says(ev.Snoozed, at, until=after(until))
    story.assess(at)
    return story


def holder(story: Story) -> str | None:
    taken = story.ticket().chain.acknowledged
    return taken.by if taken else None


def test_until_then_they_have_it_and_then_their_tier_is_alerted_and_the_chain_goes_on() -> None:
    story = snoozed()
    assert holder(story) == "ana"
    assert story.told("handover") == ["frontline"]
    story.assess_until(34)
    assert alerts(story) == [(1, 1, 0)]
    story.assess_until(51)
    assert alerts(story) == [(1, 1, 0), (1, 1, 35), (2, 1, 50)]
    again = story.recorded(ev.TierAlerted)[1]
    assert (again.reason, again.members) == ("snooze_over", ("ana",))
    assert holder(story) is None


def test_what_is_shown_says_until_when_and_what_comes_then() -> None:
    story = snoozed()
    view = ticket_view(story.look(5), len(story.log), after(5))
    assert view["escalation"]["snoozed_until"] == "2026-03-30T08:35:00Z"
    assert view["next_event"] != view["escalation"]
    assert reasons(story.ticket())["next"] == {
        "at": "2026-03-30T08:35:00Z",
        "tier": 1,
        "team": "frontline",
        "why": "ana has snoozed it until then",
    }


def test_who_snoozed_it_is_alerted_again_though_somebody_else_is_on_call_by_then() -> None:
    story = snoozed()
    turns = {"every": "daily", "starts_on": "2026-03-01", "order": ["bo"]}
    story.teams["frontline"] = team("bo", "ana", rotation=turns)
    story.assess(35)
    assert story.recorded(ev.TierAlerted)[-1].members == ("bo", "ana")


@pytest.mark.parametrize(
    ("kind", "actor", "details"),
    [
        (ev.Acknowledged, ANA, {}),
        (ev.Acknowledged, BEN, {}),
        (ev.AgentReplied, ANA, {}),
        (ev.AgentReplied, BEN, {}),
        (ev.Assigned, BEN, {"to": ev.Assignee("ana")}),
        (ev.Assigned, ANA, {"to": ev.Assignee("ben")}),
        (ev.Resolved, ANA, {}),
        (ev.Closed, ANA, {}),
    ],
)
def test_it_ends_when_somebody_acts_on_the_ticket(kind: type[Any], actor: Actor, details: dict[str, Any]) -> None:
    story = snoozed(terms=contract(escalation={**DOCUMENT["escalation"], "when_unanswered": "silent"}))
    story.says(kind, 20, actor=actor, **details)
    story.assess_until(300)
    assert alerts(story) == [(1, 1, 0)]


@pytest.mark.parametrize(
    ("kind", "actor", "details"),
    [
        (ev.AgentReplied, BOT, {}),
        (ev.AgentReplied, ANA, {"public": False}),
        (ev.AgentNoted, ANA, {}),
        (ev.Acknowledged, BOT, {}),
        (ev.Acknowledged, Actor("customer", "ana"), {}),
        (ev.Acknowledged, Actor("agent"), {}),
    ],
)
def test_what_takes_no_ticket_does_not_end_it(kind: type[Any], actor: Actor, details: dict[str, Any]) -> None:
    story = snoozed()
    story.says(kind, 20, actor=actor, **details)
    story.assess_until(35)
    assert alerts(story)[-1] == (1, 1, 35)


@pytest.mark.parametrize("kind", [ev.Unacknowledged, ev.Declined, ev.Escalated])
def test_who_passes_it_on_is_not_alerted_when_it_would_have_been_over(kind: type[Any]) -> None:
    story = snoozed()
    story.says(kind, 20)
    story.assess_until(35)
    assert "snooze_over" not in [event.reason for event in story.recorded(ev.TierAlerted)]
    assert alerts(story)[1][2] == 20


@pytest.mark.parametrize(("resumed_at", "alerted_at"), [(25, 35), (90, 90)])
def test_a_pause_holds_it_back(resumed_at: float, alerted_at: float) -> None:
    story = snoozed()
    story.says(ev.Pended, 20)
    story.assess(20)
    story.says(ev.Resumed, resumed_at)
    story.assess_until(100)
    assert alerts(story)[1] == (1, 1, alerted_at)


def test_a_later_snooze_takes_the_place_of_the_one_before() -> None:
    story = snoozed()
    story.says(ev.Snoozed, 20, until=after(60))
    story.assess_until(60)
    assert alerts(story) == [(1, 1, 0), (1, 1, 60)]


def test_a_reopened_ticket_is_nobody_s_snooze_any_more() -> None:
    story = snoozed()
    story.says(ev.Resolved, 10)
    story.says(ev.Reopened, 20)
    story.assess(20)
    assert story.ticket().chain.snoozed_until is None


def test_an_acknowledgement_learned_of_after_the_alert_keeps_it() -> None:
    story = snoozed()
    story.assess(35)
    story.says(ev.Acknowledged, 30, known_at=36)
    story.assess_until(300)
    assert (holder(story), len(alerts(story))) == ("ana", 2)


def test_it_takes_nothing_where_acknowledging_does_not_take_a_ticket_and_by_no_bot() -> None:
    for terms, actor in ((contract(taken_by=["answer"]), ANA), (contract(), BOT)):
        story = Story(terms=terms)
        story.assess(0)
        story.says(ev.Snoozed, 5, actor=actor, until=after(35))
        assert (holder(story), story.ticket().chain.snoozed_until) == (None, None)


def test_it_is_no_first_response_where_acknowledging_is_one() -> None:
    story = snoozed(terms=contract(counts_as_response=["acknowledgement"]))
    assert story.obligation("first_response").running
    story.says(ev.Acknowledged, 6)
    assert not story.obligation("first_response").running


def test_however_often_it_is_snoozed_the_tier_s_time_to_resolve_goes_on() -> None:
    story = snoozed(terms=contract(escalation=IN_AN_HOUR))
    story.assess_until(35)
    assert story.due_at("tier_acknowledgement") == after(50)
    assert story.due_at("tier_resolution") == after(60)
    story.says(ev.Acknowledged, 36)
    story.assess_until(60)
    assert alerts(story)[-1] == (2, 1, 60)


def test_the_time_to_resolve_takes_it_from_who_sleeps_on_it() -> None:
    story = snoozed(until=90, terms=contract(escalation=IN_AN_HOUR))
    story.assess_until(100)
    assert [(tier, at) for tier, _, at in alerts(story)] == [(1, 0), (2, 60), (2, 90)]


def faults(story: Story, at: float, until: float) -> list[str]:
    return list(snooze_faults(story.ticket(), after(at), after(until)))


def test_it_may_last_as_long_as_the_contract_says_and_not_past_the_tier_s_time_to_resolve() -> None:
    story = Story(terms=contract(escalation=IN_AN_HOUR))
    story.assess(0)
    assert latest_snooze(story.ticket(), after(0)) == after(60)
    assert latest_snooze(story.ticket(), after(50)) == after(60)
    assert faults(story, 50, 60) == []
    [fault] = faults(story, 50, 61)
    assert "may not be later than 2026-03-30T09:00:00Z" in fault
    assert faults(story, 50, 50) == ["must be later than the snooze itself"]
    free = Story(terms=contract(escalation={**DOCUMENT["escalation"], "longest_snooze": "90m"}))
    assert latest_snooze(free.ticket(), after(10)) == after(100)


@pytest.mark.parametrize(
    "changes", [{"escalation": {**DOCUMENT["escalation"], "longest_snooze": None}}, {"taken_by": ["answer"]}]
)
def test_a_contract_may_forbid_it(changes: dict[str, Any]) -> None:
    story = Story(terms=contract(**changes))
    assert faults(story, 1, 2) == ["the contract does not allow a ticket to be snoozed"]


def test_by_default_it_may_last_an_hour() -> None:
    assert contract().escalation.longest_snooze == timedelta(hours=1)
    assert isinstance(latest_snooze(Story().ticket(), after(0)), datetime)
