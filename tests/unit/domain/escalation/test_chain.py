"""The chain: who is alerted next, and when, whatever comes late or twice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.story import ANA, DOCUMENT, TEAMS, Story, after, contract, team
from tocsin.domain.assessment.escalation_explained import reasons
from tocsin.domain.escalation.reasons import AlertReason
from tocsin.domain.escalation.steps import Exhaustion, NextAlert
from tocsin.domain.oncall.team import Team
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor
from tocsin.domain.values.reaching import Undelivered

BEN = Actor("agent", "ben")


def next_alert(story: Story) -> NextAlert | Exhaustion | None:
    return story.ticket().next_step()


def alerts(story: Story) -> list[tuple[int, int, float]]:
    """Tier, attempt, and how many minutes after the opening."""
    return [
        (event.tier, event.attempt, (event.occurred_at - after(0)).total_seconds() / 60)
        for event in story.recorded(ev.TierAlerted)
    ]


def test_silence_goes_through_the_tiers_repeats_the_last_and_then_gives_up_loudly_once() -> None:
    story = Story()
    story.assess_until(1_000)
    assert alerts(story) == [(1, 1, 0), (2, 1, 15), (3, 1, 45), (3, 2, 105), (3, 3, 165)]
    assert [event.occurred_at for event in story.recorded(ev.EscalationExhausted)] == [after(225)]


def test_an_execution_that_wakes_late_gives_each_tier_its_whole_time() -> None:
    story = Story()
    story.assess(0)
    story.assess(100)
    assert alerts(story) == [(1, 1, 0), (2, 1, 100)]
    assert next_alert(story) == NextAlert(after(130), 3, 1, AlertReason.NOT_ACKNOWLEDGED)


def test_an_acknowledgement_before_the_first_alert_prevents_it() -> None:
    story = Story()
    story.says(ev.Acknowledged, 0)
    story.assess(0)
    assert alerts(story) == []


def test_whoever_takes_it_later_has_it_also_when_the_one_before_is_learned_of_last() -> None:
    story = Story()
    story.assess(0)
    story.says(ev.Acknowledged, 10, actor=BEN)
    story.says(ev.Acknowledged, 5, known_at=12, actor=ANA)
    taken = story.ticket().chain.acknowledged
    assert taken is not None
    assert (taken.by, taken.at, taken.tier) == ("ben", after(10), 2)


def test_an_acknowledgement_learned_of_after_the_next_tier_was_alerted_stops_the_chain_there() -> None:
    story = Story()
    story.assess(0)
    story.assess(15)
    story.says(ev.Acknowledged, 10, known_at=20)
    story.assess_until(1_000)
    assert alerts(story) == [(1, 1, 0), (2, 1, 15)]


def test_who_takes_it_by_the_link_of_an_earlier_tier_takes_it_for_that_tier() -> None:
    story = Story()
    story.assess(0)
    story.assess(15)
    story.says(ev.Acknowledged, 16, tier=1, link="n")
    taken = story.ticket().chain.acknowledged
    assert taken is not None
    assert taken.tier == 1


def test_an_acknowledgement_after_the_end_takes_nothing() -> None:
    story = Story()
    story.says(ev.Resolved, 10)
    story.says(ev.Acknowledged, 20)
    assert story.ticket().chain.acknowledged is None


@pytest.mark.parametrize(("tier", "expected"), [(None, 2), (1, 1), (3, 3)])
def test_who_escalates_gets_the_next_tier_or_the_one_they_name_at_once(tier: int | None, expected: int) -> None:
    story = Story()
    story.assess(0)
    story.says(ev.Acknowledged, 5)
    details: dict[str, Any] = {"tier": tier} if tier else {}
    story.says(ev.Escalated, 10, **details)
    story.assess(10)
    assert alerts(story)[1:] == [(expected, 1, 10)]
    assert story.ticket().chain.acknowledged is None


def test_escalating_from_the_last_tier_alerts_it_again() -> None:
    story = Story()
    story.says(ev.Escalated, 0, tier=3)
    story.assess(0)
    story.says(ev.Escalated, 5)
    story.assess(5)
    assert alerts(story) == [(3, 1, 0), (3, 1, 5)]


def test_escalating_after_the_chain_gave_up_begins_it_again() -> None:
    story = Story()
    story.assess_until(400)
    story.says(ev.Escalated, 500, tier=2)
    story.assess_until(1_000)
    assert alerts(story)[5:] == [(2, 1, 500), (3, 1, 530), (3, 2, 590), (3, 3, 650)]
    assert len(story.recorded(ev.EscalationExhausted)) == 2


def test_a_request_that_was_made_before_the_last_alert_and_learned_of_after_it_is_not_lost() -> None:
    """Webhooks take seconds; in these seconds an alert may have gone out."""
    story = Story()
    story.assess(0)
    story.assess(15)
    story.says(ev.Escalated, 14.9, known_at=15.1, tier=3)
    story.assess(15.1)
    assert alerts(story) == [(1, 1, 0), (2, 1, 15), (3, 1, 15.1)]


def test_a_request_that_was_made_before_the_chain_gave_up_and_learned_of_after_it_begins_it_again() -> None:
    story = Story()
    story.assess_until(400)
    given_up = (story.recorded(ev.EscalationExhausted)[0].occurred_at - after(0)).total_seconds() / 60
    story.says(ev.Escalated, given_up - 0.1, known_at=400, tier=2)
    story.assess_until(1_000)
    assert alerts(story)[5:] == [(2, 1, 400), (3, 1, 430), (3, 2, 490), (3, 3, 550)]


def test_a_request_in_the_very_instant_of_an_alert_that_it_did_not_know_is_not_lost() -> None:
    story = Story()
    story.assess(0)
    story.assess(15)
    story.says(ev.Escalated, 15, tier=3)
    story.assess(15)
    assert alerts(story)[-1] == (3, 1, 15)


def test_an_escalation_goes_out_at_night_although_the_chain_waits_for_the_morning() -> None:
    night = 14 * 60
    story = Story("P2")
    story.assess(0)
    story.says(ev.Acknowledged, 1)
    story.says(ev.Escalated, night, tier=2)
    story.assess(night)
    assert alerts(story)[-1] == (2, 1, night)
    assert next_alert(story) == NextAlert(datetime(2026, 3, 31, 7, 30, tzinfo=UTC), 3, 1, AlertReason.NOT_ACKNOWLEDGED)


def test_a_tier_may_have_hours_of_its_own() -> None:
    tiers = [{**tier, "calendar": "always"} for tier in DOCUMENT["escalation"]["tiers"]]
    story = Story("P2", terms=contract(escalation={"tiers": tiers}))
    assert next_alert(story) == NextAlert(after(0), 1, 1, AlertReason.OPENED)
    story.assess_until(46)
    assert alerts(story) == [(1, 1, 0), (2, 1, 15), (3, 1, 45)]


def test_tiers_that_nobody_can_be_reached_in_are_passed_over_but_the_last_is_waited_for() -> None:
    story = Story(teams={"management": TEAMS["management"], "frontline": team()})
    story.assess(0)
    assert alerts(story) == [(1, 1, 0), (2, 1, 0), (3, 1, 0)]
    alerted = story.recorded(ev.TierAlerted)
    assert [event.reached for event in alerted] == [False, False, True]
    assert [event.not_reached for event in alerted] == ["nobody_on_call", "no_team", None]
    assert [event.reason for event in alerted] == ["opened", "not_reached", "not_reached"]


def test_a_tier_whose_subscriptions_deliver_nothing_is_passed_over_and_the_log_says_why() -> None:
    lost = Undelivered(members=frozenset({"ana"}))
    story = Story(teams={**TEAMS, "frontline": TEAMS["frontline"].looked_at(lost)})
    story.assess(0)
    assert alerts(story) == [(1, 1, 0), (2, 1, 0)]
    [first, second] = reasons(story.ticket())["steps"]
    assert (first["reached"], first["not_reached"]) == (
        False,
        "every subscription of the team and of who was on call was lost or pending",
    )
    assert (second["why"], second["not_reached"]) == ("nobody in the tier before could be reached", None)


def test_a_chain_in_which_nobody_can_be_reached_ends_and_does_not_run_in_a_circle() -> None:
    story = Story(teams={})
    story.assess_until(1_000)
    assert alerts(story) == [(1, 1, 0), (2, 1, 0), (3, 1, 0), (3, 2, 60), (3, 3, 120)]
    assert len(story.recorded(ev.EscalationExhausted)) == 1


def test_reopening_alerts_the_tier_that_had_it_and_starts_the_count_of_attempts_anew() -> None:
    story = Story()
    story.assess_until(200)
    story.says(ev.Resolved, 210)
    story.assess(210)
    story.says(ev.Reopened, 300)
    story.assess_until(1_000)
    assert alerts(story)[5:] == [(3, 1, 300), (3, 2, 360), (3, 3, 420)]


def test_a_resolved_ticket_alerts_nobody() -> None:
    story = Story()
    story.assess(0)
    story.says(ev.Resolved, 10)
    story.assess_until(1_000)
    assert alerts(story) == [(1, 1, 0)]


def test_only_the_hours_of_the_new_priority_count_for_the_tier_that_waits() -> None:
    evening = datetime(2026, 3, 30, 16, 0, tzinfo=UTC)
    minutes = (evening - after(0)).total_seconds() / 60
    story = Story("P2", terms=contract(priorities=["P2", "P1", "P3"]))
    story.assess(0)
    story.says(ev.Acknowledged, 1)
    story.says(ev.Escalated, minutes, tier=1)
    story.assess(minutes)
    story.says(ev.PriorityChanged, minutes + 1, priority="P1")
    assert next_alert(story) == NextAlert(after(minutes + 15), 2, 1, AlertReason.NOT_ACKNOWLEDGED)


OFFICE = {"office": {"timezone": "Europe/Berlin", "weekly": {"mon-fri": ["08:00-18:00"]}}}
NIGHT = 13 * 60
"""Monday, eleven in the evening: the office opens on Tuesday at eight, nine hours later."""


def closing(*tiers: dict[str, Any], **more: Any) -> Story:
    """A ticket that counts around the clock, asked for at night; the office closes in the evening."""
    terms = contract(
        calendars=OFFICE,
        targets={"P1": {"resolution": "40h", "calendar": "always"}},
        escalation={"tiers": [{"acknowledge_within": "15m", **tier} for tier in tiers], **more},
    )
    story = Story(terms=terms)
    story.assess(0)
    story.says(ev.Acknowledged, 1)
    story.says(ev.Resolved, 2)
    story.says(ev.Reopened, NIGHT)
    return story


def after_night(story: Story) -> list[tuple[int, int, float]]:
    return [(tier, attempt, at - NIGHT) for tier, attempt, at in alerts(story) if at >= NIGHT]


def test_a_tier_that_is_closed_is_passed_over_for_the_next_that_is_open() -> None:
    story = closing({"team": "frontline", "calendar": "office"}, {"team": "engineering"})
    story.assess_until(NIGHT)
    assert after_night(story) == [(2, 1, 0)]
    assert story.recorded(ev.TierAlerted)[-1].reason is AlertReason.TIER_CLOSED


def test_a_tier_that_is_closed_is_waited_for_where_the_contract_says_so() -> None:
    story = closing({"team": "frontline", "calendar": "office", "when_closed": "wait"}, {"team": "engineering"})
    story.assess_until(NIGHT + 9 * 60)
    assert after_night(story) == [(1, 1, 9 * 60)]


def test_where_every_later_tier_is_closed_the_one_before_is_alerted_again_and_then_the_one_that_opens_first() -> None:
    story = closing({"team": "frontline"}, {"team": "engineering", "calendar": "office"})
    story.assess_until(NIGHT + 9 * 60)
    assert after_night(story) == [(1, 1, 0), (1, 2, 15), (1, 3, 30), (2, 1, 9 * 60)]


def test_who_is_to_acknowledge_has_until_the_end_of_their_own_time() -> None:
    story = closing({"team": "frontline"}, {"team": "engineering", "calendar": "office"})
    story.assess(NIGHT)
    assert story.ticket().acknowledge_by() == after(NIGHT + 15)
    story.says(ev.Acknowledged, NIGHT + 1)
    assert story.ticket().acknowledge_by() is None


def test_the_last_tier_that_does_not_resolve_it_is_alerted_again_and_then_all_are_told() -> None:
    tiers = [{"team": "frontline", "acknowledge_within": "10m", "resolve_within": "30m"}]
    story = Story(terms=contract(targets={"P1": {"resolution": "24h"}}, calendar=None, escalation={"tiers": tiers}))
    story.assess(0)
    story.says(ev.Acknowledged, 5)
    story.assess_until(32)
    assert alerts(story) == [(1, 1, 0), (1, 1, 30)]
    story.says(ev.Acknowledged, 33)
    story.assess_until(300)
    assert alerts(story) == [(1, 1, 0), (1, 1, 30)]
    [exhausted] = story.recorded(ev.EscalationExhausted)
    assert (exhausted.occurred_at, exhausted.unresolved) == (after(60), True)
    assert story.told("escalation_exhausted") == ["frontline", "ana"]


def test_a_tier_whose_members_have_no_channel_is_passed_over() -> None:
    mute = Team.model_validate({"name": "Mute", "members": [{"member_id": "max", "name": "Max"}]})
    story = Story(teams={**TEAMS, "engineering": mute})
    story.assess_until(16)
    assert alerts(story) == [(1, 1, 0), (2, 1, 15), (3, 1, 15)]
