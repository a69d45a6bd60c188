"""Triggers: each kind fires when its condition comes true, once for what it is about, and says why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.domain.contracts.test_reading import TIER, changed, faults
from tests.unit.story import DOCUMENT, OPENED_AT, TEAMS, Story, after, contract
from tocsin.domain.assessment.escalation_explained import reasons
from tocsin.domain.contracts.reading import read_contract
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor
from tocsin.domain.values.target import Target

ANA, BEN, CUSTOMER = Actor("agent", "ana"), Actor("agent", "ben"), Actor("customer")
CALM: Mapping[str, Any] = {
    "tiers": [{"team": team, "acknowledge_within": "100h"} for team in ("frontline", "engineering", "management")],
    "when_unanswered": "silent",
}


def triggered(*triggers: Mapping[str, Any], priority: str = "P1", **details: Any) -> Story:
    """A ticket under a contract with these triggers, whose tiers have a hundred hours to acknowledge."""
    return Story(priority, terms=contract(escalation=CALM, triggers=[*triggers], review=None), **details)


def fired(story: Story) -> list[tuple[str, int | None]]:
    """Why each has fired, and the tier that was alerted for it."""
    return [(each.because, each.tier) for each in story.recorded(ev.TriggerFired)]


def alerted(story: Story) -> list[tuple[int, str]]:
    return [(each.tier, each.reason.value) for each in story.recorded(ev.TierAlerted)]


class TestDeadlines:
    """A P1 of this contract has a first response in 15 minutes, a resolution in four hours, around the clock."""

    def test_a_share_of_the_time_escalates_while_the_deadline_is_still_ahead(self) -> None:
        story = triggered({"type": "before_deadline", "of": "resolution", "at": "50%", "to_tier": 3})
        story.assess_until(119)
        assert fired(story) == []
        story.assess_until(120)
        assert fired(story) == [("of the resolution 50% of the time is used up", 3)]
        assert alerted(story) == [(1, "opened"), (3, "triggered")]
        [_, alert] = story.recorded(ev.TierAlerted)
        assert alert.because == "of the resolution 50% of the time is used up"

    def test_so_and_so_much_time_left_does_too_and_a_paused_deadline_does_not(self) -> None:
        trigger = {"type": "before_deadline", "of": "resolution", "at": "30m left", "to_tier": 2}
        story = triggered(trigger)
        story.says(ev.Pended, 10)
        story.assess_until(1000)
        assert fired(story) == []
        story.says(ev.Resumed, 1010)
        story.assess_until(1209)
        assert fired(story) == []
        story.assess_until(1210)
        assert fired(story) == [("of the resolution only 30 minutes is left", 2)]

    def test_a_breach_escalates_also_when_somebody_has_the_ticket(self) -> None:
        story = triggered({"type": "breach", "of": "resolution", "to_tier": 2})
        story.assess(0)
        story.says(ev.Acknowledged, 5, actor=ANA)
        story.assess_until(240)
        assert fired(story) == [("the resolution is late", 2)]
        assert alerted(story) == [(1, "opened"), (2, "triggered")]
        assert story.ticket().chain.acknowledged is None

    def test_any_promise_is_meant_where_no_metric_is_named_each_once(self) -> None:
        story = triggered({"type": "breach"})
        story.assess_until(400)
        assert [because for because, _ in fired(story)][:2] == [
            "the first response is late",
            "the customer update is late",
        ]
        assert [tier for _, tier in fired(story)][:2] == [2, 3]

    def test_what_was_met_in_time_escalates_nothing(self) -> None:
        story = triggered({"type": "breach", "of": "resolution", "to_tier": 2})
        story.assess(0)
        story.says(ev.Resolved, 100)
        story.assess_until(400)
        assert fired(story) == []


class TestSilence:
    def test_nobody_acknowledged_for_so_long(self) -> None:
        trigger = {"type": "unacknowledged", "after": "30m", "to_tier": 3}
        silent, taken = triggered(trigger), triggered(trigger)
        taken.says(ev.Acknowledged, 29, actor=ANA)
        for story in (silent, taken):
            story.assess_until(60)
        assert fired(silent) == [("nobody has acknowledged for 30 minutes", 3)]
        assert fired(taken) == []

    def test_unresolved_for_so_long_whoever_has_it_without_the_time_in_which_it_waited(self) -> None:
        story = triggered({"type": "unresolved", "after": "2h", "to_tier": 2})
        story.says(ev.Acknowledged, 1, actor=ANA)
        story.says(ev.Pended, 60)
        story.assess_until(500)
        story.says(ev.Resumed, 500)
        story.assess_until(559)
        assert fired(story) == []
        story.assess_until(560)
        assert fired(story) == [("it has not been resolved for 2 hours", 2)]

    def test_the_customer_wrote_and_nobody_answered_once_for_each_time(self) -> None:
        story = triggered({"type": "unanswered", "after": "20m"})
        story.says(ev.Acknowledged, 1, actor=ANA)
        story.assess(1)
        story.says(ev.CustomerReplied, 10, actor=CUSTOMER)
        story.says(ev.CustomerReplied, 15, actor=CUSTOMER)
        story.assess_until(40)
        assert fired(story) == [("the customer has written and nobody has answered for 20 minutes", 2)]
        story.says(ev.AgentReplied, 41, actor=BEN)
        story.says(ev.CustomerReplied, 50, actor=CUSTOMER)
        story.assess_until(70)
        assert [tier for _, tier in fired(story)] == [2, 3]

    def test_an_answer_in_time_escalates_nothing(self) -> None:
        story = triggered({"type": "unanswered", "after": "20m"})
        story.says(ev.CustomerReplied, 10, actor=CUSTOMER)
        story.says(ev.AgentReplied, 29, actor=ANA)
        story.assess_until(60)
        assert fired(story) == []


class TestCounts:
    def test_the_nth_message_without_a_resolution(self) -> None:
        story = triggered({"type": "interactions", "times": 3, "to_tier": 2})
        story.says(ev.CustomerReplied, 1, actor=CUSTOMER)
        story.says(ev.AgentReplied, 2, actor=ANA)
        story.says(ev.AgentNoted, 3, actor=ANA)
        story.says(ev.AgentReplied, 4, actor=Actor("bot", "helper"))
        story.assess(5)
        assert fired(story) == []
        assert reasons(story.ticket())["triggers"][0]["why_not"] == "2 of 3 messages so far"
        story.says(ev.CustomerReplied, 6, actor=CUSTOMER)
        story.assess(6)
        assert fired(story) == [("3 messages with the customer have not resolved it", 2)]
        story.says(ev.CustomerReplied, 7, actor=CUSTOMER)
        story.assess(7)
        assert len(fired(story)) == 1

    def test_the_nth_reopening_and_each_after_that(self) -> None:
        story = triggered({"type": "reopened", "times": 2, "to_tier": 3})
        for minute in (10, 20, 30):
            story.says(ev.Resolved, minute)
            story.says(ev.Reopened, minute + 1)
            story.assess(minute + 1)
        assert [because for because, _ in fired(story)] == [
            "it was reopened for the 2nd time",
            "it was reopened for the 3rd time",
        ]

    def test_a_reopening_begins_a_new_count(self) -> None:
        story = triggered({"type": "interactions", "times": 2, "to_tier": 2})
        story.says(ev.CustomerReplied, 1, actor=CUSTOMER)
        story.says(ev.Resolved, 2)
        story.says(ev.Reopened, 3)
        story.says(ev.CustomerReplied, 4, actor=CUSTOMER)
        story.assess(4)
        assert fired(story) == []


def recurring(*days_before: float) -> Story:
    """A ticket about what was reported so many days before."""
    earlier = tuple(after(-1440 * days) for days in days_before)
    trigger = {"type": "recurrence", "times": 3, "within": "240h", "to_tier": 2}
    return triggered(trigger, recurrence=ev.Recurrence("T-0", "T-0", earlier))


class TestRecurrence:
    def test_the_same_reported_for_the_third_time_within_ten_days(self) -> None:
        story = recurring(9.9, 3)
        story.assess(0)
        assert fired(story) == [("the same was reported 3 times within 240 hours", 2)]

    @pytest.mark.parametrize("days_before", [(), (3,), (10.1, 3)])
    def test_fewer_or_longer_ago_escalate_nothing_and_it_is_said_how_many(self, days_before: tuple[float, ...]) -> None:
        story = recurring(*days_before)
        story.assess(0)
        assert fired(story) == []
        times = 1 + sum(days < 10 for days in days_before)
        [explained] = reasons(story.ticket())["triggers"]
        assert explained["why_not"].startswith(f"the same was reported {times} time")

    def test_a_ticket_that_recurs_to_nobody_s_knowledge_is_the_first(self) -> None:
        story = triggered({"type": "recurrence", "times": 2, "within": "240h"})
        story.assess(0)
        assert fired(story) == []
        assert "0 times" in reasons(story.ticket())["triggers"][0]["why_not"]


class TestByHand:
    def test_somebody_beside_the_chain_is_asked_and_the_chain_goes_on(self) -> None:
        story = triggered()
        story.assess(0)
        story.says(ev.Escalated, 5, actor=ANA, to=Target("management"), reason="Is this a data breach?")
        story.assess(5)
        assert alerted(story) == [(1, "opened")]
        assert story.told("functional_escalation") == ["management", "dora"]
        assert {each.about.because for each in story.notices("functional_escalation")} == {"Is this a data breach?"}


class TestWhatIsKnownAndSaid:
    OUTAGE: Mapping[str, Any] = {"type": "matches", "when": {"category": ["outage", "data breach"]}, "to_tier": 3}

    def test_a_ticket_that_is_one_from_the_beginning_goes_straight_to_that_tier(self) -> None:
        story = triggered(self.OUTAGE, category="outage")
        story.assess(0)
        assert alerted(story) == [(3, "triggered")]
        assert fired(story) == [("it is a ticket with category outage or data breach", 3)]

    def test_one_that_becomes_one_does_when_that_is_known(self) -> None:
        story = triggered({"type": "matches", "when": {"affected_users_at_least": 50}, "to_tier": 2})
        story.assess(0)
        story.says(ev.AttributesChanged, 30, affected_users=49)
        story.assess(30)
        assert fired(story) == []
        story.says(ev.AttributesChanged, 40, affected_users=50)
        story.assess(40)
        story.says(ev.AttributesChanged, 50, affected_users=60)
        story.assess(50)
        assert fired(story) == [("it is a ticket with 50 users or more affected", 2)]

    def test_others_are_told_so_by_the_explanation(self) -> None:
        story = triggered(self.OUTAGE, category="question")
        story.assess(0)
        [explained] = reasons(story.ticket())["triggers"]
        assert explained == {
            "trigger": "A ticket with category outage or data breach is escalated for that: tier 3 is alerted at once.",
            "fired": [],
            "fires_at": None,
            "why_not": "the ticket is none of those that it is for",
        }

    def test_the_customer_asks_and_the_contract_says_whom_that_alerts(self) -> None:
        story = triggered({"type": "customer_asks", "to_tier": 3})
        story.assess(0)
        story.says(ev.Escalated, 10, actor=CUSTOMER)
        story.assess(10)
        assert fired(story) == [("the customer asked for it", 3)]
        assert alerted(story) == [(1, "opened"), (3, "triggered")]

    def test_without_such_a_trigger_the_next_tier_is_alerted(self) -> None:
        story = triggered({"type": "breach", "to_tier": 3})
        story.assess(0)
        story.says(ev.Escalated, 10, actor=CUSTOMER)
        story.assess(10)
        assert alerted(story) == [(1, "opened"), (2, "escalated")]


class TestWhatFollows:
    def test_a_tier_that_was_alerted_already_is_not_alerted_again_and_the_log_says_that_it_fired(self) -> None:
        story = triggered({"type": "unacknowledged", "after": "30m", "to_tier": 1})
        story.assess_until(60)
        assert fired(story) == [("nobody has acknowledged for 30 minutes", None)]
        assert alerted(story) == [(1, "opened")]
        [explained] = reasons(story.ticket())["triggers"]
        assert explained["fired"] == [
            {"at": "2026-03-30T08:30:00Z", "because": "nobody has acknowledged for 30 minutes", "alerted": None}
        ]

    def test_of_several_that_are_due_at_once_one_alert_follows(self) -> None:
        late = triggered(
            {"type": "unacknowledged", "after": "10m", "to_tier": 2},
            {"type": "unresolved", "after": "20m", "to_tier": 3},
            known_after=60,
        )
        late.assess(60)
        assert [tier for _, tier in fired(late)] == [2, 3]
        assert alerted(late) == [(3, "triggered")]

    def test_somebody_beside_the_chain_is_alerted_and_can_take_the_ticket(self) -> None:
        story = triggered(
            {"type": "matches", "when": {"category": "data breach"}, "to": {"team": "management"}},
            category="data breach",
        )
        story.assess(0)
        assert alerted(story) == [(1, "opened")]
        assert story.told("functional_escalation") == ["management", "dora"]
        story.says(ev.Acknowledged, 5, actor=Actor("agent", "dora"), tier=None)
        story.assess(5)
        assert {each.about.by for each in story.notices("handover")} == {"dora"}

    def test_it_is_for_some_tickets_only_where_it_says_so(self) -> None:
        trigger = {"type": "unacknowledged", "after": "30m", "to_tier": 2, "when": {"priority": "P1"}}
        urgent, other = triggered(trigger), triggered(trigger, priority="P2")
        for story in (urgent, other):
            story.assess_until(60)
        assert len(fired(urgent)) == 1
        assert fired(other) == []

    def test_a_tier_that_is_closed_is_passed_over_as_ever(self) -> None:
        night = {"timezone": "UTC", "weekly": {"daily": ["20:00-22:00"]}}
        tiers = [CALM["tiers"][0], {**CALM["tiers"][1], "calendar": "night"}, CALM["tiers"][2]]
        document = {
            **DOCUMENT,
            "calendars": {**DOCUMENT.get("calendars", {}), "night": night},
            "escalation": {"tiers": tiers},
            "triggers": [{"type": "unacknowledged", "after": "30m", "to_tier": 2}],
        }
        terms = read_contract({k: v for k, v in document.items() if k != "review"}, "acme-gold", TEAMS.keys())
        story = Story(terms=terms)
        story.assess_until(30)
        assert alerted(story) == [(1, "opened"), (3, "triggered")]

    def test_an_execution_sleeps_until_it_fires_and_says_what_for(self) -> None:
        story = triggered({"type": "unacknowledged", "after": "5m", "to_tier": 2})
        assessment = story.assess(0)
        assert assessment.wait == (after(5), "trigger")

    def test_a_resolved_ticket_triggers_nothing(self) -> None:
        story = triggered({"type": "unresolved", "after": "2h", "to_tier": 2})
        story.assess(0)
        story.says(ev.Resolved, 60)
        story.assess_until(600)
        assert fired(story) == []
        assert reasons(story.ticket())["triggers"][0]["why_not"] == "the ticket is resolved"

    def test_the_same_log_gives_the_same_decision_again(self) -> None:
        story = triggered({"type": "breach", "to_tier": 3}, {"type": "interactions", "times": 1, "to_tier": 2})
        story.says(ev.CustomerReplied, 3, actor=CUSTOMER)
        story.assess_until(400)
        assert story.look(400).events == []
        assert after(0) == OPENED_AT


class TestFaults:
    @pytest.mark.parametrize(
        ("trigger", "path", "message"),
        [
            ({"type": "breach", "to_tier": 4}, ".to_tier", "is 4, but the escalation has 1 tiers"),
            (
                {"type": "breach", "of": "resolutoin"},
                ".of",
                "is promised by no row of `targets`, so it never is due; did",
            ),
            ({"type": "matches", "to_tier": 1}, "", "needs `when`: the tickets that are escalated for what they are"),
            (
                {"type": "breach", "to_tier": 1, "to": {"team": "management"}},
                "",
                "has `to_tier` and `to`; a trigger alerts",
            ),
            ({"type": "breach", "to": {"team": "legal"}}, ".to.team", "there is no team 'legal'; put it first."),
            ({"type": "breached"}, "", "must be one of 'before_deadline', 'breach', "),
            ({"to_tier": 1}, "", "needs a field `type` that says what it is"),
            ({"type": "interactions", "times": 0}, ".times", "input should be greater than or equal to 1"),
            ({"type": "unresolved", "after": "soon"}, ".after", "'soon' is not a duration; "),
            ({"type": "unresolved"}, ".after", "is required"),
            ({"type": "before_deadline", "at": "120%"}, ".at", "'120%' is not a threshold; "),
        ],
    )
    def test_a_trigger_that_could_never_fire_or_points_nowhere_is_refused(
        self, trigger: Any, path: str, message: str
    ) -> None:
        found = faults(changed(escalation={"tiers": [TIER]}, triggers=[trigger]))
        assert list(found) == [f"triggers.0{path}"]
        assert found[f"triggers.0{path}"].startswith(message)

    def test_two_that_say_the_same_of_different_tiers_contradict_each_other(self) -> None:
        triggers = [{"type": "breach", "of": "resolution", "to_tier": tier} for tier in (1, 2)]
        found = faults(changed(escalation={"tiers": [TIER, TIER]}, triggers=triggers))
        assert found == {"triggers.1": "says when like triggers.0, and where to go otherwise; keep one of them"}
