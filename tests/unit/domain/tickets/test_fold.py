"""Events become state, in the order in which they occurred, whenever they were learned of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.story import ANA, BOT, CUSTOMER, KEY, REVIEW, Story, after, contract, event
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import TOCSIN, Actor
from tocsin.domain.tickets.fold import fold


def test_a_log_begins_with_the_opening() -> None:
    with pytest.raises(ValueError, match="begins with agent_replied, not with opened"):
        fold(KEY, {1: contract()}, [event(1, ev.AgentReplied, after(0), after(0), ANA)])


def test_an_event_that_this_version_does_not_know_changes_nothing_but_the_sequence() -> None:
    story = Story()
    before = story.ticket()
    story.says(ev.Unrecognized, 5, kind="teleported", details={"at": "all"})
    after_it = story.ticket()
    assert (after_it.status, after_it.priority, after_it.attributes) == (
        before.status,
        before.priority,
        before.attributes,
    )
    assert after_it.sequence == 2


def test_a_status_is_since_the_event_that_brought_it_and_no_other_event_moves_that() -> None:
    story = Story()
    facts: list[tuple[type[Any], float, dict[str, Any]]] = [
        (ev.AgentNoted, 5, {}),
        (ev.Pended, 10, {}),
        (ev.Pended, 20, {}),
        (ev.Pended, 30, {"waiting_for": "vendor"}),
        (ev.Resumed, 40, {}),
        (ev.AgentReplied, 50, {"then": "resolved"}),
        (ev.Resolved, 60, {}),
        (ev.Reopened, 70, {}),
        (ev.PriorityChanged, 80, {"priority": "P2"}),
        (ev.Closed, 90, {}),
    ]
    seen = []
    for event_type, minute, details in facts:
        story.says(event_type, minute, **details)
        seen.append((story.ticket().status.value, story.ticket().status_since))
    assert seen == [
        ("open", after(0)),
        ("pending", after(10)),
        ("pending", after(10)),
        ("pending", after(30)),
        ("open", after(40)),
        ("resolved", after(50)),
        ("resolved", after(50)),
        ("open", after(70)),
        ("open", after(70)),
        ("closed", after(90)),
    ]
    story.says(ev.Merged, 65, known_at=100, into="T-2")
    assert (story.ticket().status, story.ticket().status_since) == ("merged", after(65))


class TestFirstResponse:
    @pytest.mark.parametrize(
        ("actor", "details", "state"),
        [
            (ANA, {}, "met"),
            (ANA, {"public": True}, "met"),
            (ANA, {"public": False}, "running"),
            (BOT, {}, "running"),
            (CUSTOMER, {}, "running"),
            (TOCSIN, {}, "running"),
            (Actor("agent"), {}, "met"),
        ],
    )
    def test_only_a_public_answer_of_a_human_agent_counts(
        self, actor: Actor, details: dict[str, bool], state: str
    ) -> None:
        story = Story()
        story.says(ev.AgentReplied, 5, actor=actor, **details)
        assert story.state("first_response", 6) == state

    def test_the_first_of_two_answers_is_the_one_that_counts_also_when_it_is_learned_of_last(self) -> None:
        story = Story()
        story.says(ev.AgentReplied, 20)
        story.says(ev.AgentReplied, 10, known_at=30)
        assert story.obligation("first_response").met_by == 3
        assert story.state("first_response", 40) == "met"

    def test_a_resolution_without_an_answer_is_one(self) -> None:
        story = Story()
        story.says(ev.Resolved, 10)
        assert story.state("first_response", 20) == "met"

    def test_closing_unanswered_cancels_it(self) -> None:
        story = Story()
        story.says(ev.Closed, 10)
        assert story.state("first_response", 20) == "cancelled"

    def test_an_answer_after_the_end_changes_nothing(self) -> None:
        story = Story()
        story.says(ev.Closed, 10)
        story.says(ev.AgentReplied, 12)
        assert story.state("first_response", 20) == "cancelled"


class TestPending:
    def test_resolution_pauses_and_updates_do_not(self) -> None:
        story = Story()
        story.says(ev.Pended, 10)
        assert story.ticket().status == "pending"
        assert story.due_at("resolution") is None
        assert story.due_at("first_response") == after(15)
        assert story.due_at("periodic_update") == after(120)

    def test_pending_and_resuming_twice_is_the_same_as_once(self) -> None:
        story = Story()
        for event_type, minute in ((ev.Pended, 10), (ev.Pended, 20), (ev.Resumed, 40), (ev.Resumed, 60)):
            story.says(event_type, minute)
        assert story.due_at("resolution") == after(270)

    def test_an_answer_of_the_customer_resumes_and_one_on_an_open_ticket_does_nothing(self) -> None:
        story = Story()
        story.says(ev.CustomerReplied, 5, actor=CUSTOMER)
        story.says(ev.Pended, 10)
        story.says(ev.CustomerReplied, 30, actor=CUSTOMER)
        assert story.ticket().status == "open"
        assert story.due_at("resolution") == after(260)

    def test_pausing_and_resuming_at_one_instant_moves_nothing(self) -> None:
        story = Story()
        story.says(ev.Pended, 10)
        story.says(ev.Resumed, 10)
        assert story.due_at("resolution") == after(240)

    def test_who_answers_and_pends_in_one_event_has_answered_first(self) -> None:
        story = Story()
        story.says(ev.AgentReplied, 10, then="pended")
        assert story.state("first_response", 11) == "met"
        assert story.state("resolution", 11) == "paused"

    def test_closed_while_pending_is_closed_and_the_pause_ends_there(self) -> None:
        story = Story()
        story.says(ev.Pended, 10)
        story.says(ev.Closed, 1_000)
        assert story.ticket().status == "closed"
        assert story.state("resolution", 2_000) == "met"
        assert story.due_at("resolution") == after(1_230)

    def test_a_pause_learned_of_late_counts_from_when_it_began(self) -> None:
        story = Story()
        story.says(ev.Resumed, 100)
        story.says(ev.Pended, 40, known_at=110)
        assert story.due_at("resolution") == after(300)

    def test_nothing_pends_after_the_end(self) -> None:
        story = Story()
        story.says(ev.Resolved, 10)
        story.says(ev.Pended, 20)
        story.says(ev.Resumed, 30)
        assert story.ticket().status == "resolved"


class TestPriority:
    def test_the_last_change_to_occur_counts_whichever_is_learned_of_last(self) -> None:
        story = Story("P2")
        story.says(ev.PriorityChanged, 30, priority="P1")
        story.says(ev.PriorityChanged, 20, known_at=40, priority="P3")
        assert story.ticket().priority == "P1"
        assert story.due_at("resolution") == after(240)

    def test_a_change_to_what_it_is_changes_nothing(self) -> None:
        story = Story("P1")
        story.says(ev.PriorityChanged, 10, priority="P1")
        assert story.obligation("resolution").obligation_id == "resolution#1"

    def test_raised_from_a_priority_without_that_promise_it_counts_from_the_start_and_may_be_late_at_once(self) -> None:
        story = Story("P3")
        assert [o.metric.name for o in story.ticket().promised()] == ["resolution"]
        story.says(ev.PriorityChanged, 60, priority="P1")
        assert story.due_at("first_response") == after(15)
        assert story.state("first_response", 60) == "breached"

    def test_an_answer_given_under_a_priority_without_that_promise_still_counts(self) -> None:
        story = Story("P3")
        story.says(ev.AgentReplied, 10)
        story.says(ev.PriorityChanged, 60, priority="P1")
        assert story.obligation("first_response").met_by == 2

    def test_a_pause_before_the_change_is_kept(self) -> None:
        story = Story("P2")
        story.says(ev.Pended, 10)
        story.says(ev.Resumed, 70)
        story.says(ev.PriorityChanged, 80, priority="P1")
        assert story.due_at("resolution") == after(300)

    def test_a_change_while_paused_takes_effect_when_it_resumes(self) -> None:
        story = Story("P2")
        story.says(ev.Pended, 10)
        story.says(ev.PriorityChanged, 20, priority="P1")
        assert story.due_at("resolution") is None
        story.says(ev.Resumed, 70)
        assert story.due_at("resolution") == after(300)

    def test_what_was_met_keeps_the_target_that_it_was_met_under(self) -> None:
        story = Story("P2")
        story.says(ev.AgentReplied, 30)
        story.says(ev.PriorityChanged, 40, priority="P1")
        assert story.state("first_response", 50) == "met"

    def test_a_ticket_reopened_under_another_priority_is_measured_by_that_one(self) -> None:
        """Helpdesks change priority and status in one action, and send the change of priority first."""
        story = Story("P2")
        story.says(ev.Resolved, 60)
        story.says(ev.PriorityChanged, 100, priority="P1")
        story.says(ev.Reopened, 100)
        assert story.ticket().priority == "P1"
        assert story.due_at("resolution") == after(280)


class TestTheEnd:
    def test_a_second_resolution_changes_neither_the_instant_nor_the_cause(self) -> None:
        story = Story()
        story.says(ev.Resolved, 10, root_cause="first")
        story.says(ev.Resolved, 20, root_cause="second")
        ticket = story.ticket()
        assert ticket.resolved_at == after(10)
        assert ticket.text_sources["root_cause"] == 2, "the words of the first"

    def test_a_resolution_that_occurred_before_the_one_we_know_is_the_one(self) -> None:
        story = Story()
        story.says(ev.Resolved, 250)
        story.says(ev.Resolved, 100, known_at=260)
        assert story.ticket().resolved_at == after(100)
        assert story.state("resolution", 300) == "met"

    def test_an_answer_that_resolves_does_both(self) -> None:
        story = Story()
        story.says(ev.AgentReplied, 10, then="resolved", root_cause="cable")
        ticket = story.ticket()
        assert (ticket.status, ticket.text_sources["root_cause"]) == ("resolved", 2)
        assert {o.state(after(20)) for o in ticket.promised()} == {"met"}
        assert [o for o in ticket.past if o.metric.name == "periodic_update"] == [], (
            "no update is promised after the end"
        )

    def test_reopening_revives_the_resolution_keeps_the_response_and_begins_a_new_update(self) -> None:
        story = Story()
        story.says(ev.AgentReplied, 5)
        story.says(ev.Resolved, 60)
        story.says(ev.Reopened, 200)
        assert story.ticket().status == "open"
        assert story.ticket().resolved_at is None
        assert story.state("first_response", 201) == "met"
        assert story.due_at("resolution") == after(380)
        assert story.due_at("periodic_update") == after(320)

    def test_reopening_what_is_open_or_closed_changes_nothing(self) -> None:
        story = Story()
        story.says(ev.Reopened, 10)
        assert story.due_at("resolution") == after(240)
        story.says(ev.Closed, 20)
        story.says(ev.Reopened, 30)
        assert story.ticket().status == "closed"

    def test_a_reopening_that_occurred_before_the_resolution_reopens_nothing(self) -> None:
        story = Story()
        story.says(ev.Resolved, 20)
        story.says(ev.Reopened, 10, known_at=30)
        assert story.ticket().status == "resolved"

    def test_resolved_reopened_and_resolved_again_is_measured_as_one(self) -> None:
        story = Story()
        for event_type, minute in ((ev.Resolved, 200), (ev.Reopened, 1_000), (ev.Resolved, 1_041)):
            story.says(event_type, minute)
        assert story.state("resolution", 2_000) == "met_late"
        assert story.ticket().resolved_at == after(1_041)

    def test_closing_after_a_resolution_keeps_its_instant(self) -> None:
        story = Story()
        story.says(ev.Resolved, 100)
        story.says(ev.Closed, 5_000)
        assert story.ticket().resolved_at == after(100)
        assert story.state("resolution", 6_000) == "met"


class TestReview:
    def escalated(self) -> Story:
        story = Story(terms=contract(review=REVIEW))
        story.assess(0)
        story.says(ev.Acknowledged, 5)
        story.says(ev.Escalated, 10, tier=2)
        story.assess(10)
        story.says(ev.Resolved, 30)
        return story

    def test_it_is_owed_from_the_tier_that_the_contract_names(self) -> None:
        assert self.escalated().obligation("review").started_at == after(30)
        calm = Story(terms=contract(review=REVIEW))
        calm.assess(0)
        calm.says(ev.Resolved, 30)
        assert "review" not in calm.ticket().current

    def test_reopening_cancels_it_and_the_next_resolution_owes_another(self) -> None:
        story = self.escalated()
        story.says(ev.Reopened, 60)
        assert story.state("review", 61) == "cancelled"
        story.says(ev.Resolved, 90)
        review = story.obligation("review")
        assert (review.started_at, review.running) == (after(90), True)
        assert [o.metric.name for o in story.ticket().past].count("review") == 1

    def test_closing_does_not_excuse_from_it(self) -> None:
        story = self.escalated()
        story.says(ev.Closed, 60)
        assert story.obligation("review").running
        story.says(ev.ReviewFiled, 90, root_cause="x")
        assert story.state("review", 100) == "met"

    def test_one_that_nobody_owes_is_not_met_by_filing(self) -> None:
        story = Story()
        story.says(ev.ReviewFiled, 10, root_cause="x")
        assert "review" not in story.ticket().current


class TestAttributes:
    def test_only_what_is_named_changes(self) -> None:
        story = Story(subject="old", category="x")
        story.says(ev.AttributesChanged, 10, subject="new")
        assert story.ticket().attributes == {"subject": "new", "category": "x"}

    def test_the_last_change_to_occur_counts(self) -> None:
        story = Story(subject="old")
        story.says(ev.AttributesChanged, 20, subject="newest")
        story.says(ev.AttributesChanged, 10, known_at=30, subject="between")
        assert story.ticket().attributes["subject"] == "newest"


class TestGenerations:
    FIELDS: Mapping[type[Any], Mapping[str, Any]] = {
        ev.Continued: {"generation": 0},
        ev.Rearmed: {"generation": 0},
        ev.Settled: {"obligations": (), "priority": "P1", "resolved_at": after(1), "withdrawn": False},
    }

    def lifecycle(self, *types: type[Any]) -> int:
        story = Story()
        story.says(ev.Resolved, 1)
        for number, event_type in enumerate(types):
            actor = ANA if event_type is ev.Reopened else TOCSIN
            story.says(event_type, 2 + number, actor=actor, **self.FIELDS.get(event_type, {}))
        return story.ticket().generation

    def test_each_hand_over_rescue_and_revival_is_one_more(self) -> None:
        assert self.lifecycle() == 1
        assert self.lifecycle(ev.Continued, ev.Rearmed) == 3
        assert self.lifecycle(ev.Settled) == 1
        assert self.lifecycle(ev.Settled, ev.Reopened) == 2
        assert self.lifecycle(ev.Settled, ev.Reopened, ev.Reopened) == 2

    def test_reopening_before_the_execution_has_ended_needs_no_other(self) -> None:
        assert self.lifecycle(ev.Reopened) == 1

    def test_a_ticket_is_settled_as_long_as_nothing_revives_it(self) -> None:
        story = Story()
        story.says(ev.Resolved, 1)
        story.assess(2)
        assert story.ticket().settled
        story.says(ev.Closed, 5)
        assert story.ticket().settled
        story.says(ev.Reopened, 6)
        assert not story.ticket().settled
