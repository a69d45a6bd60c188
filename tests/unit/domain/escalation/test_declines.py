"""Who declines is not asked again, and the next one is at once: never silence."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.domain.escalation.test_chain import alerts
from tests.unit.story import ANA, DOCUMENT, Story, after, contract, team
from tocsin.domain.assessment.escalation_explained import reasons
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor
from tocsin.domain.values.reaching import NotReached

BO, BEN, DORA = Actor("agent", "bo"), Actor("agent", "ben"), Actor("agent", "dora")
TEAMS = {"frontline": team("ana", "bo"), "engineering": team("ben"), "management": team("dora")}
ONE_TIER = {"tiers": DOCUMENT["escalation"]["tiers"][:1], "repeat_last_tier": 2}


def told(**more: Any) -> Story:
    """A ticket of which Ana and Bo were told."""
    story = Story(teams=TEAMS, **more)
    story.assess(0)
    return story


def asked(story: Story) -> list[tuple[int, tuple[str, ...], str]]:
    """Of each alert the tier, who of it, and why."""
    return [(event.tier, event.members, event.reason) for event in story.recorded(ev.TierAlerted)]


def test_whoever_else_of_the_tier_is_on_call_is_alerted_at_once_and_learns_why() -> None:
    story = told()
    story.says(ev.Declined, 1)
    story.assess(1)
    assert asked(story) == [(1, ("ana", "bo"), "opened"), (1, ("bo",), "declined")]
    assert story.told("tier_alert")[3:] == ["frontline", "bo"]
    assert alerts(story)[-1] == (1, 1, 1)


def test_when_all_of_a_tier_have_declined_the_next_tier_is_alerted_at_once_and_the_tier_before_is_not_asked() -> None:
    story = told()
    story.says(ev.Declined, 1)
    story.assess(1)
    story.says(ev.Declined, 2, actor=BO)
    story.assess(2)
    assert asked(story)[2:] == [(1, (), "declined"), (2, ("ben",), "declined")]
    assert story.recorded(ev.TierAlerted)[2].not_reached is NotReached.EVERYBODY_DECLINED
    assert story.told("tier_alert")[5:] == ["engineering", "ben"]
    assert story.told("escalation") == ["frontline"]
    [*_, vacant, last] = reasons(story.ticket())["steps"]
    assert (vacant["not_reached"], last["why"]) == ("everybody on call had declined", "whoever was alerted declined")


def test_a_team_whose_own_channel_works_is_passed_over_as_well_when_all_of_it_have_declined() -> None:
    chat = team("ana", channels=[{"type": "email", "address": "all@example.com"}])
    story = Story(teams={**TEAMS, "frontline": chat})
    story.assess(0)
    story.says(ev.Declined, 1)
    story.assess(1)
    assert asked(story)[-1] == (2, ("ben",), "declined")


def test_at_the_last_tier_all_are_told_at_once_that_everybody_declined() -> None:
    story = told(terms=contract(escalation=ONE_TIER))
    for actor in (ANA, BO):
        story.says(ev.Declined, 1, actor=actor)
    story.assess(1)
    [exhausted] = story.recorded(ev.EscalationExhausted)
    assert (exhausted.declined, exhausted.occurred_at) == (True, after(1))
    assert story.told("escalation_exhausted") == ["frontline", "ana", "bo"]
    story.assess_until(1_000)
    assert len(story.recorded(ev.EscalationExhausted)) == 1
    assert reasons(story.ticket())["why_not"] == "every tier was alerted, and nobody acknowledged"


def test_who_has_it_gives_it_back_by_declining_and_is_not_asked_again() -> None:
    story = told()
    story.says(ev.Acknowledged, 1)
    story.assess(1)
    story.says(ev.Declined, 5)
    story.assess(5)
    assert story.ticket().chain.acknowledged is None
    assert asked(story)[1:] == [(1, ("bo",), "declined")]


def test_who_was_given_it_may_decline_and_their_own_tier_is_alerted_without_them() -> None:
    story = told()
    story.says(ev.Assigned, 1, to=ev.Assignee("ben"))
    story.assess(1)
    story.says(ev.Declined, 2, actor=BEN)
    story.assess(2)
    assert asked(story)[1:] == [(2, (), "declined"), (3, ("dora",), "declined")]


def test_who_has_it_though_the_chain_is_used_up_gives_it_back_as_well() -> None:
    once = [{"team": "frontline", "acknowledge_within": "15m", "resolve_within": "1h"}]
    story = told(terms=contract(escalation={"tiers": once, "repeat_last_tier": 0}))
    story.says(ev.Acknowledged, 1)
    story.assess_until(60)
    story.says(ev.Acknowledged, 61)
    story.assess_until(200)
    assert story.ticket().chain.exhausted
    story.says(ev.Declined, 201)
    story.assess(201)
    assert asked(story)[-1] == (1, ("bo",), "declined")


def test_a_decline_by_somebody_who_was_not_asked_changes_nothing() -> None:
    story = told()
    before = story.ticket().next_step()
    for actor in (BEN, Actor("agent", "stranger"), Actor("customer", "ana"), Actor("bot", "ana")):
        story.says(ev.Declined, 1, actor=actor)
    assert story.ticket().next_step() == before
    assert story.ticket().chain.declined == {}


def test_a_decline_after_somebody_else_took_it_changes_nothing() -> None:
    story = told()
    story.says(ev.Acknowledged, 1, actor=BO)
    story.says(ev.Declined, 2)
    story.assess(2)
    taken = story.ticket().chain.acknowledged
    assert (taken and taken.by, len(asked(story))) == ("bo", 1)


def test_a_second_decline_changes_nothing() -> None:
    story = told()
    story.says(ev.Declined, 1)
    story.assess(1)
    before = story.ticket().next_step()
    story.says(ev.Declined, 2)
    assert story.ticket().next_step() == before


def test_who_takes_it_after_all_is_asked_again_when_they_give_it_back() -> None:
    story = told()
    story.says(ev.Declined, 1)
    story.says(ev.Acknowledged, 2)
    story.says(ev.Unacknowledged, 3)
    story.assess(3)
    assert asked(story)[-1] == (1, ("ana", "bo"), "given_back")


def test_another_tier_s_turn_and_a_reopening_begin_anew() -> None:
    story = told()
    story.says(ev.Declined, 1)
    story.says(ev.Escalated, 2, tier=2)
    story.assess(2)
    story.says(ev.Escalated, 3, tier=1)
    story.assess(3)
    assert asked(story)[-1] == (1, ("ana", "bo"), "de_escalated")
    story.says(ev.Declined, 4)
    story.says(ev.Resolved, 5)
    story.says(ev.Reopened, 6)
    story.assess(6)
    assert asked(story)[-1] == (1, ("ana", "bo"), "reopened")


def test_a_decline_learned_of_after_the_next_tier_was_alerted_alerts_nobody_again() -> None:
    story = told()
    story.assess(15)
    story.says(ev.Declined, 10, known_at=16)
    story.assess(16)
    assert asked(story) == [(1, ("ana", "bo"), "opened"), (2, ("ben",), "not_acknowledged")]


def test_a_pause_holds_the_next_alert_back() -> None:
    story = told()
    story.says(ev.Pended, 1)
    story.says(ev.Declined, 2)
    story.assess(2)
    assert len(asked(story)) == 1
    story.says(ev.Resumed, 60)
    story.assess(60)
    assert asked(story)[-1] == (1, ("bo",), "declined")


@pytest.mark.parametrize("end", [ev.Resolved, ev.Closed])
def test_after_the_end_it_changes_nothing(end: type[Any]) -> None:
    story = told()
    story.says(end, 1)
    story.says(ev.Declined, 2)
    story.assess(2)
    assert len(asked(story)) == 1
