"""Whose ticket it is: who takes it, who is alerted then, and who hears of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.story import BOT, CUSTOMER, TEAMS, Story, after, contract, team
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor

AL, BEN, DORA = Actor("agent", "al"), Actor("agent", "ben"), Actor("agent", "dora")
TWO_IN_FRONT = {**TEAMS, "frontline": team("ana", "al")}


def alerts(story: Story) -> list[tuple[int, float]]:
    """Tier, and how many minutes after the opening."""
    return [(e.tier, (e.occurred_at - after(0)).total_seconds() / 60) for e in story.recorded(ev.TierAlerted)]


def holder(story: Story) -> tuple[str, int] | None:
    taken = story.ticket().chain.acknowledged
    return (taken.by, taken.tier) if taken else None


class TestWhoHasIt:
    def test_an_answer_takes_the_ticket_and_nobody_else_is_alerted(self) -> None:
        story = Story()
        story.assess(0)
        story.says(ev.AgentReplied, 5, then="pended")
        story.assess_until(400)
        assert alerts(story) == [(1, 0)]
        assert story.told("escalation_exhausted") == []
        assert holder(story) == ("ana", 1)

    def test_an_assignment_takes_it_for_whom_it_is_assigned_to_and_tells_them(self) -> None:
        story = Story()
        story.assess(0)
        story.says(ev.Assigned, 5, actor=Actor("agent", "dora"), to=ev.Assignee("ben"))
        story.assess_until(10)
        assert holder(story) == ("ben", 2)
        assert story.told("assignment") == ["ben"]
        assert story.told("handover") == ["frontline", "ana"]

    @pytest.mark.parametrize(
        ("kind", "details", "actor"),
        [
            (ev.Acknowledged, {}, BOT),
            (ev.AgentReplied, {}, BOT),
            (ev.Assigned, {"to": ev.Assignee("ana")}, BOT),
            (ev.AgentReplied, {"public": False}, BEN),
            (ev.Acknowledged, {}, CUSTOMER),
        ],
    )
    def test_no_bot_no_customer_and_no_internal_answer_takes_it(
        self, kind: type[Any], details: dict[str, Any], actor: Actor
    ) -> None:
        story = Story()
        story.assess(0)
        story.says(kind, 5, actor=actor, **details)
        story.assess_until(20)
        assert holder(story) is None
        assert alerts(story) == [(1, 0), (2, 15)]

    def test_a_bot_takes_it_where_the_contract_says_so(self) -> None:
        story = Story(terms=contract(taken_by=["acknowledgement", "bot"]))
        story.assess(0)
        story.says(ev.Acknowledged, 5, actor=BOT)
        assert holder(story) == ("greeter", 1)

    def test_an_answer_takes_nothing_where_the_contract_does_not_say_so(self) -> None:
        story = Story(terms=contract(taken_by=["acknowledgement"]))
        story.assess(0)
        story.says(ev.AgentReplied, 5)
        assert holder(story) is None

    def test_a_report_that_names_nobody_takes_it_from_nobody(self) -> None:
        story = Story()
        story.assess(0)
        story.says(ev.Acknowledged, 5)
        story.says(ev.Acknowledged, 6, actor=Actor("agent"))
        assert holder(story) == ("ana", 1)

    def test_whoever_acknowledges_has_it_for_their_own_tier_whichever_was_alerted_last(self) -> None:
        story = Story(terms=contract(targets={"P1": {"resolution": "1h"}}))
        story.assess_until(15)
        story.says(ev.Acknowledged, 16)
        story.assess_until(60)
        assert holder(story) == ("ana", 1)
        assert story.told("customer_update") == []
        assert story.told("handover") == ["frontline", "engineering", "ben"]
        assert set(story.told("warning")) == set(story.told("breach")) == {"frontline", "ana"}

    def test_the_time_of_a_tier_is_not_met_by_somebody_else(self) -> None:
        story = Story()
        story.assess_until(15)
        story.says(ev.Acknowledged, 16)
        assert story.state("tier_acknowledgement", 17) == "cancelled"

    def test_who_acknowledges_second_has_it_and_the_first_is_told(self) -> None:
        story = Story(teams=TWO_IN_FRONT, terms=contract(targets={"P1": {"resolution": "1h"}}))
        story.assess(0)
        story.says(ev.Acknowledged, 1)
        story.assess(1)
        story.says(ev.Acknowledged, 11, actor=AL)
        story.assess(11)
        assert [n.recipient for n in story.notices("handover") if n.about.by == "al"] == ["frontline", "ana"]
        story.assess_until(60)
        assert set(story.told("warning")) == {"frontline", "al"}

    def test_somebody_who_had_it_without_being_alerted_is_told_as_well(self) -> None:
        story = Story()
        story.assess(0)
        story.says(ev.Acknowledged, 1, actor=DORA)
        story.assess(1)
        story.says(ev.Acknowledged, 2)
        story.assess(2)
        assert [n.recipient for n in story.notices("handover") if n.about.by == "ana"] == ["frontline", "dora"]

    def test_who_gives_it_back_lets_their_tier_be_alerted_again(self) -> None:
        story = Story()
        story.assess_until(15)
        story.says(ev.Acknowledged, 16)
        story.says(ev.Unacknowledged, 20)
        story.assess_until(40)
        assert alerts(story) == [(1, 0), (2, 15), (1, 20), (2, 35)]

    def test_only_those_who_were_alerted_hear_who_has_it(self) -> None:
        story = Story()
        story.assess(0)
        story.says(ev.Escalated, 1, tier=3)
        story.assess(1)
        story.says(ev.Acknowledged, 2, actor=DORA)
        story.assess(2)
        assert story.told("handover") == ["frontline", "ana", "management"]

    def test_reopened_it_goes_back_to_whoever_had_it_last(self) -> None:
        story = Story(teams={**TEAMS, "frontline": team("ana", "al", overrides=AL_STANDS_IN)})
        story.assess_until(15)
        story.says(ev.Acknowledged, 16)
        story.says(ev.Resolved, 20)
        story.assess(20)
        story.says(ev.Reopened, 30)
        story.assess(30)
        [*_, alert] = story.recorded(ev.TierAlerted)
        assert (alert.tier, alert.members) == (1, ("al", "ana"))


AL_STANDS_IN = [{"member_id": "al", "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2027-01-01T00:00:00Z"}]


class TestWaiting:
    def test_the_clock_of_a_tier_stands_while_the_ticket_waits_and_goes_on_afterwards(self) -> None:
        story = Story()
        story.assess(0)
        story.says(ev.Pended, 5, waiting_for="vendor")
        story.assess_until(100)
        story.says(ev.Resumed, 100)
        story.assess_until(120)
        assert alerts(story) == [(1, 0), (2, 110)]

    def test_a_ticket_that_waits_from_the_beginning_alerts_nobody_until_it_goes_on(self) -> None:
        story = Story()
        story.says(ev.Pended, 0)
        story.assess_until(60)
        story.says(ev.CustomerReplied, 60, actor=CUSTOMER)
        story.assess_until(60)
        assert alerts(story) == [(1, 60)]

    def test_who_asks_for_a_tier_gets_it_though_the_ticket_waits(self) -> None:
        story = Story()
        story.assess(0)
        story.says(ev.Pended, 5)
        story.says(ev.Escalated, 6)
        story.assess(6)
        assert alerts(story) == [(1, 0), (2, 6)]


class TestCorrections:
    def test_a_correction_goes_to_whoever_was_told_of_the_breach_and_to_nobody_else(self) -> None:
        story = Story(terms=contract(targets={"P1": {"first_response": "10m", "resolution": "4h"}}, warn_at=[]))
        story.assess_until(20)
        story.says(ev.AgentReplied, 5, known_at=20)
        story.assess(20)
        assert story.told("breach") == story.told("correction") == ["frontline", "ana"]
        assert story.told("customer_correction") == ["customer"]

    def test_what_was_late_on_arrival_and_was_not_is_told_to_whoever_heard_that_it_was(self) -> None:
        story = Story(known_after=20)
        story.assess_until(40)
        story.says(ev.AgentReplied, 5, known_at=50)
        story.assess(50)
        assert story.told("late_on_arrival") == story.told("correction") == ["frontline", "ana"]


class TestAfterTheResolution:
    TERMS: Mapping[str, Any] = {
        "calendar": None,
        "targets": {"P1": {"next_response": "30m", "resolution": "4h"}, "P3": {"next_response": "8h"}},
    }

    def test_the_customer_s_reply_is_told_to_whoever_had_it_each_time(self) -> None:
        story = Story(terms=contract(**self.TERMS))
        story.assess(0)
        story.says(ev.AgentReplied, 5, then="resolved")
        story.assess(5)
        assert story.ticket().settled
        for minute, generation in ((6, 2), (9, 3)):
            story.says(ev.CustomerReplied, minute, actor=CUSTOMER)
            story.assess(minute)
            assert story.ticket().generation == generation, "each is told by an execution of its own"
        assert story.told("reply_received") == ["frontline", "ana"] * 2

    def test_the_next_response_is_owed_for_it_once_the_ticket_is_reopened(self) -> None:
        story = Story(terms=contract(**self.TERMS))
        story.assess(0)
        story.says(ev.AgentReplied, 5, then="resolved")
        story.says(ev.CustomerReplied, 6, actor=CUSTOMER)
        story.says(ev.Reopened, 10)
        assert story.due_at("next_response") == after(40)

    def test_it_reopens_the_ticket_where_the_contract_says_so(self) -> None:
        terms = contract(**self.TERMS, reopen={"mode": "resume", "on_customer_reply": True})
        story = Story(terms=terms)
        story.assess(0)
        story.says(ev.AgentReplied, 5, then="resolved")
        story.assess(5)
        story.says(ev.CustomerReplied, 6, actor=CUSTOMER)
        story.assess(6)
        assert (story.ticket().status, story.due_at("next_response")) == ("open", after(36))
        assert [(e.tier, e.reason) for e in story.recorded(ev.TierAlerted)][1:] == [(1, "reopened")]
        assert story.told("reply_received") == []


class TestUrgency:
    def test_a_priority_that_rises_is_told_to_whoever_has_the_ticket_once(self) -> None:
        story = Story("P3")
        story.assess(0)
        story.says(ev.Acknowledged, 1)
        for minute, priority in ((5, "P1"), (6, "P1"), (7, "P2")):
            story.says(ev.PriorityChanged, minute, priority=priority)
            story.assess(minute)
        assert story.told("priority_raised") == ["frontline", "ana"]

    def test_where_nobody_has_it_the_tier_is_alerted_again(self) -> None:
        story = Story("P3")
        story.assess(0)
        story.says(ev.PriorityChanged, 5, priority="P1")
        story.assess_until(20)
        assert alerts(story) == [(1, 0), (1, 5), (2, 20)]

    def test_a_chain_that_gave_up_begins_again(self) -> None:
        story = Story("P3", terms=contract(calendar=None))
        story.assess_until(300)
        assert story.ticket().chain.exhausted
        story.says(ev.PriorityChanged, 301, priority="P1")
        story.assess(301)
        assert alerts(story)[-1] == (1, 301)

    def test_a_priority_that_was_wrong_from_the_beginning_is_corrected_for_reports_too(self) -> None:
        story = Story("P1", terms=contract(calendar=None))
        story.assess_until(20)
        story.says(ev.PriorityChanged, 0, known_at=30, priority="P3")
        story.assess(30)
        assert [event.metric for event in story.recorded(ev.Corrected)] == ["first_response"]


class TestWithdrawal:
    @pytest.mark.parametrize(("kind", "details"), [(ev.Merged, {"into": "T-2"}), (ev.Deleted, {})])
    def test_who_was_alerted_hears_of_it_and_nobody_else(self, kind: type[Any], details: dict[str, Any]) -> None:
        story = Story()
        story.assess(0)
        story.says(kind, 5, **details)
        story.assess_until(20)
        assert story.told("withdrawn") == ["frontline", "ana"]
