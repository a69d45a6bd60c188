"""A customer who writes and is not answered in the contract's time ends the silence of the chain."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.story import CUSTOMER, DOCUMENT, TEAMS, Story, after, berlin, contract, team
from tocsin.domain.assessment.escalation_explained import reasons
from tocsin.domain.escalation.reasons import Unanswered
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor

AL, BEN = Actor("agent", "al"), Actor("agent", "ben")
TIERS: list[dict[str, Any]] = DOCUMENT["escalation"]["tiers"]
TARGETS = {"P1": {"first_response": "15m", "next_response": "30m", "resolution": "8h", "calendar": "always"}}


def answered_once(**changes: Any) -> Story:
    """Ana has answered at 5; the customer writes again at 10, and the next response is due at 40."""
    story = Story(terms=contract(**{"targets": TARGETS, **changes}))
    story.assess(0)
    story.says(ev.AgentReplied, 5)
    story.assess(5)
    story.says(ev.CustomerReplied, 10, actor=CUSTOMER)
    return story


def alerts(story: Story) -> list[tuple[int, str, float]]:
    """Tier, reason, and how many minutes after the opening, without the first."""
    events = story.recorded(ev.TierAlerted)[1:]
    return [(e.tier, str(e.reason), (e.occurred_at - after(0)).total_seconds() / 60) for e in events]


def holder(story: Story) -> str | None:
    taken = story.ticket().chain.acknowledged
    return taken.by if taken else None


class TestTheChainGoesOn:
    def test_the_tier_of_whoever_has_it_is_alerted_again_and_then_the_next_ones(self) -> None:
        story = answered_once()
        story.assess_until(39)
        assert alerts(story) == []
        story.assess_until(90)
        assert alerts(story) == [
            (1, "unanswered", 40),
            (2, "not_acknowledged", 55),
            (3, "not_acknowledged", 85),
        ]
        assert holder(story) is None

    def test_the_log_says_since_when_the_customer_waits(self) -> None:
        story = answered_once()
        story.says(ev.CustomerReplied, 20, actor=CUSTOMER)
        story.assess_until(40)
        [_, alert] = story.recorded(ev.TierAlerted)
        assert alert.unanswered == Unanswered(after(10), after(40))
        assert [e.metric for e in story.recorded(ev.Breached)] == ["next_response"]

    def test_it_is_their_own_tier_whichever_was_alerted_last_and_the_others_hear_nothing(self) -> None:
        story = Story(terms=contract(targets={"P1": {"next_response": "30m", "resolution": "8h"}}))
        story.assess_until(15)
        story.says(ev.AgentReplied, 16)
        story.assess(16)
        story.says(ev.CustomerReplied, 20, actor=CUSTOMER)
        told = len(story.notices())
        story.assess_until(50)
        assert alerts(story)[1:] == [(1, "unanswered", 50)]
        assert {n.recipient for n in story.notices()[told:] if n.kind != "customer_breach"} == {"frontline", "ana"}

    def test_whoever_had_it_is_alerted_though_not_on_call(self) -> None:
        on_call = [{"member_id": "al", "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2027-01-01T00:00:00Z"}]
        story = answered_once()
        story.teams = {**TEAMS, "frontline": team("ana", "al", overrides=on_call)}
        story.assess_until(40)
        assert story.recorded(ev.TierAlerted)[-1].members == ("al", "ana")

    @pytest.mark.parametrize(
        ("kind", "details", "actor"),
        [
            (ev.Acknowledged, {}, BEN),
            (ev.AgentReplied, {}, BEN),
            (ev.Assigned, {"to": ev.Assignee("ben")}, AL),
        ],
    )
    def test_whoever_takes_it_then_silences_the_chain_again(
        self, kind: type[Any], details: dict[str, Any], actor: Actor
    ) -> None:
        story = answered_once()
        story.assess_until(41)
        story.says(kind, 42, actor=actor, **details)
        story.assess_until(400)
        assert alerts(story) == [(1, "unanswered", 40)]
        assert holder(story) == "ben"

    def test_the_next_message_that_nobody_answers_makes_it_go_on_again(self) -> None:
        story = answered_once()
        story.assess_until(41)
        story.says(ev.AgentReplied, 42)
        story.says(ev.CustomerReplied, 100, actor=CUSTOMER)
        story.assess_until(130)
        assert alerts(story) == [(1, "unanswered", 40), (1, "unanswered", 130)]

    def test_a_tier_that_is_closed_then_is_passed_over(self) -> None:
        early = {"timezone": "Europe/Berlin", "weekly": {"mon-fri": ["09:00-10:30"]}}
        escalation = {"tiers": [{**TIERS[0], "calendar": "early"}, *TIERS[1:]]}
        story = answered_once(calendars={"early": early}, escalation=escalation)
        story.assess_until(40)
        assert alerts(story) == [(2, "unanswered", 40)]
        assert holder(story) is None

    def test_it_waits_for_a_tier_that_is_to_be_waited_for_unless_somebody_takes_it_meanwhile(self) -> None:
        office = [{**tier, "when_closed": "wait", "calendar": "early"} for tier in TIERS]
        early = {"timezone": "Europe/Berlin", "weekly": {"mon-fri": ["09:00-10:30"]}}
        story = answered_once(calendars={"early": early}, escalation={"tiers": office})
        story.assess_until(60)
        assert story.look(60).timer is not None
        step = story.ticket().next_step()
        assert step is not None
        assert step.at == berlin(31, 9)
        story.says(ev.Acknowledged, 61, actor=BEN)
        assert story.ticket().next_step() is None

    def test_the_one_that_gave_up_on_the_resolution_begins_again(self) -> None:
        tiers = [{"team": "frontline", "acknowledge_within": "15m", "resolve_within": "20m"}]
        targets = {"P1": {"next_response": "1h", "resolution": "8h", "calendar": "always"}}
        story = answered_once(escalation={"tiers": tiers}, targets=targets)
        story.assess_until(21)
        story.says(ev.Acknowledged, 22)
        story.assess_until(65)
        assert [event.unresolved for event in story.recorded(ev.EscalationExhausted)] == [True]
        story.assess_until(70)
        assert alerts(story) == [(1, "not_resolved", 20), (1, "unanswered", 70)]


class TestTheFirstResponse:
    def test_it_counts_once_the_customer_has_written_again(self) -> None:
        story = Story(terms=contract(targets=TARGETS))
        story.assess(0)
        story.says(ev.Acknowledged, 1)
        story.says(ev.CustomerReplied, 5, actor=CUSTOMER)
        story.assess_until(20)
        assert alerts(story) == [(1, "unanswered", 15)]

    def test_a_customer_who_has_only_opened_the_ticket_has_whoever_has_it_told_and_nobody_else(self) -> None:
        story = Story(terms=contract(targets=TARGETS))
        story.assess(0)
        story.says(ev.Acknowledged, 1)
        story.assess_until(60)
        assert alerts(story) == []
        assert story.told("breach") == ["frontline", "ana"]

    def test_a_customer_who_asks_where_it_is_after_it_was_due_is_heard_at_once(self) -> None:
        story = Story(terms=contract(targets=TARGETS))
        story.assess(0)
        story.says(ev.Acknowledged, 1)
        story.assess_until(20)
        story.says(ev.CustomerReplied, 25, actor=CUSTOMER)
        story.assess_until(30)
        assert alerts(story) == [(1, "unanswered", 25)]

    def test_what_was_late_before_somebody_took_it_is_theirs_to_answer(self) -> None:
        story = Story(terms=contract(targets=TARGETS))
        story.assess_until(16)
        story.says(ev.Acknowledged, 20)
        story.says(ev.CustomerReplied, 25, actor=CUSTOMER)
        story.assess_until(200)
        assert alerts(story) == [(2, "not_acknowledged", 15)]


class TestItStaysSilent:
    def test_while_the_ticket_waits_and_not_afterwards(self) -> None:
        story = answered_once()
        story.says(ev.Pended, 20, waiting_for="vendor")
        story.assess_until(100)
        assert alerts(story) == []
        story.says(ev.Resumed, 100)
        story.assess_until(110)
        assert alerts(story) == [(1, "unanswered", 100)]

    def test_where_it_is_answered_in_time(self) -> None:
        story = answered_once()
        story.says(ev.AgentReplied, 40)
        story.assess_until(400)
        assert alerts(story) == []

    def test_where_the_contract_says_so(self) -> None:
        story = answered_once(escalation={"tiers": TIERS, "when_unanswered": "silent"})
        story.assess_until(400)
        assert alerts(story) == []
        assert story.told("breach") == ["frontline", "ana"]

    def test_where_the_contract_promises_no_answer(self) -> None:
        story = answered_once(targets={"P1": {"resolution": "8h"}})
        story.assess_until(400)
        assert alerts(story) == []

    def test_where_it_is_resolved(self) -> None:
        story = answered_once()
        story.says(ev.Resolved, 30)
        story.assess_until(400)
        assert alerts(story) == []


class TestWhatIsLearnedLate:
    def test_an_answer_in_time_that_is_learned_of_before_anybody_looks_alerts_nobody(self) -> None:
        story = answered_once()
        story.assess(20)
        story.says(ev.AgentReplied, 30, known_at=50)
        story.assess_until(400)
        assert alerts(story) == []

    @pytest.mark.parametrize("answered_at", [30, 41])
    def test_an_answer_before_the_alert_that_is_learned_of_after_it_leaves_the_ticket_where_it_was(
        self, answered_at: int
    ) -> None:
        story = answered_once()
        story.assess(39)
        story.assess(42)
        story.assess_until(58)
        assert alerts(story) == [(1, "unanswered", 42), (2, "not_acknowledged", 57)]
        story.says(ev.AgentReplied, answered_at, known_at=60)
        story.assess_until(400)
        assert alerts(story) == [(1, "unanswered", 42), (2, "not_acknowledged", 57)]
        assert holder(story) == "ana"
        assert story.told("handover")[-2:] == ["engineering", "ben"]

    def test_who_has_taken_it_before_the_alert_keeps_it_though_we_learn_of_it_later(self) -> None:
        story = answered_once()
        story.assess(39)
        story.assess(45)
        story.says(ev.Acknowledged, 42, known_at=46, actor=BEN)
        story.assess_until(400)
        assert alerts(story) == [(1, "unanswered", 45)]
        assert holder(story) == "ben"

    def test_a_message_that_is_learned_of_late_counts_from_when_it_was_written(self) -> None:
        story = Story(terms=contract(targets=TARGETS))
        story.assess(0)
        story.says(ev.AgentReplied, 5)
        story.assess(5)
        story.says(ev.CustomerReplied, 10, known_at=60, actor=CUSTOMER)
        story.assess_until(61)
        assert alerts(story) == [(1, "unanswered", 60)]

    def test_assessing_twice_alerts_once(self) -> None:
        story = answered_once()
        for _ in range(3):
            story.assess(40)
        assert alerts(story) == [(1, "unanswered", 40)]


def test_the_explanation_says_for_what_and_until_when() -> None:
    story = answered_once()
    waited = "(written at 2026-03-30T08:10:00Z, to be answered by 2026-03-30T08:40:00Z)"
    assert reasons(story.ticket())["next"] == {
        "at": "2026-03-30T08:40:00Z",
        "tier": 1,
        "team": "frontline",
        "why": f"the customer wrote and nobody has answered {waited}",
    }
    story.assess_until(40)
    why = f"the customer wrote and nobody answered in the contract's time {waited}"
    assert reasons(story.ticket())["steps"][-1]["why"] == why
