"""A breach that was none, by what is learned later: taken back in the open, told to who was told, never rewritten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.unit.story import Story, after, contract
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.codec import details_of
from tocsin.domain.tickets.events import Event
from tocsin.domain.values.instants import format_instant

INTO: Mapping[type[Any], Mapping[str, Any]] = {ev.Merged: {"into": "T-2"}}


def terms(**parts: Any) -> Contract:
    targets = {
        "P1": {"first_response": "15m", "resolution": "1h", "periodic_update": "2h"},
        "P2": {"first_response": "1h", "resolution": "8h"},
    }
    return contract(**{"calendar": None, "warn_at": [], "targets": targets, **parts})


def breached(at: float = 60, **parts: Any) -> Story:
    """A ticket that somebody took and nobody answered, as it is known at that minute."""
    story = Story(terms=terms(**parts))
    story.assess(0)
    story.says(ev.Acknowledged, 1)
    story.assess_until(at)
    return story


def taken_back(story: Story) -> list[tuple[str, list[int]]]:
    """The obligation of each correction and the events because of which it was made."""
    return [(e.obligation_id, list(e.because)) for e in story.recorded(ev.Corrected)]


def found(story: Story, metric: str) -> list[Any]:
    return [e for e in story.recorded(ev.Breached) if e.metric == metric]


class TestTakingBack:
    @pytest.mark.parametrize(
        "learn",
        [
            lambda story: story.says(ev.AgentReplied, 10, known_at=30),
            lambda story: story.says(ev.Resolved, 14, known_at=30),
            lambda story: story.says(ev.Closed, 14, known_at=30),
            lambda story: story.says(ev.PriorityChanged, 5, known_at=30, priority="P2"),
            lambda story: story.says(
                ev.DueDateSet,
                14,
                known_at=30,
                metric="first_response",
                due_at=format_instant(after(90)),
                reason="The customer is away",
            ),
        ],
        ids=["answer", "resolution", "closing", "priority", "due date by hand"],
    )
    def test_whatever_shows_that_nothing_was_late_takes_the_breach_back(self, learn: Callable[[Story], Event]) -> None:
        story = breached(at=20)
        [breach] = story.recorded(ev.Breached)
        fact = learn(story)
        story.assess(30)
        [correction] = story.recorded(ev.Corrected)
        assert correction.occurred_at == correction.recorded_at == after(30)
        assert details_of(correction) == {
            "obligation_id": "first_response#1",
            "metric": "first_response",
            "due_at": "2026-03-30T08:15:00Z",
            "corrects": breach.sequence,
            "because": [fact.sequence],
            "customer_was_told": True,
        }

    def test_a_pause_that_we_learn_of_late_takes_the_breach_back_and_it_comes_at_another_instant(self) -> None:
        story = breached()
        story.says(ev.Pended, 30, known_at=70)
        story.assess(70)
        assert [name for name, _ in taken_back(story)] == ["resolution#1"]
        story.says(ev.Resumed, 90)
        story.assess_until(120)
        # Half an hour was left when the ticket began to wait.
        assert [e.occurred_at for e in found(story, "resolution")] == [after(60), after(120)]

    def test_what_happened_after_the_deadline_takes_nothing_back(self) -> None:
        story = breached()
        story.says(ev.Pended, 61, known_at=70)
        story.says(ev.PriorityChanged, 62, known_at=70, priority="P2")
        story.says(ev.AgentReplied, 63, known_at=70)
        story.says(ev.Resolved, 64, known_at=70)
        story.assess(80)
        assert story.recorded(ev.Corrected) == []

    def test_exactly_at_the_deadline_was_in_time(self) -> None:
        story = breached(at=20)
        story.says(ev.AgentReplied, 15, known_at=20)
        story.assess(20)
        assert len(story.recorded(ev.Corrected)) == 1

    def test_it_is_taken_back_once_and_nothing_before_it_is_rewritten(self) -> None:
        story = breached(at=20)
        before = list(story.log)
        story.says(ev.AgentReplied, 10, known_at=30)
        for minute in (30, 31, 40):
            story.assess(minute)
        assert story.log[: len(before)] == before
        assert len(story.recorded(ev.Corrected)) == 1
        assert len(story.told("correction")) == 2

    def test_of_several_breaches_only_the_one_that_was_none(self) -> None:
        story = breached(at=60)
        reply = story.says(ev.AgentReplied, 10, known_at=90)
        story.assess(90)
        assert taken_back(story) == [("first_response#1", [reply.sequence])]
        assert {name for name, _ in story.ticket().breached} == {"resolution#1"}

    def test_all_of_them_where_all_were_none(self) -> None:
        story = breached(at=60)
        end = story.says(ev.Resolved, 10, known_at=90)
        story.assess(90)
        assert taken_back(story) == [("first_response#1", [end.sequence]), ("resolution#1", [end.sequence])]


class TestFoundAgain:
    def story(self) -> Story:
        """Late, then not late, then late after all: the pause was over before it began to matter."""
        story = breached()
        story.says(ev.Pended, 50, known_at=70)
        story.assess(70)
        story.says(ev.Resumed, 50, known_at=80)
        story.assess(80)
        return story

    def test_a_breach_that_comes_true_again_is_recorded_again(self) -> None:
        story = self.story()
        assert [(e.occurred_at, e.recorded_at) for e in found(story, "resolution")] == [
            (after(60), after(60)),
            (after(60), after(80)),
        ]
        story.assess(81)
        assert len(found(story, "resolution")) == 2

    def test_and_told_again_since_the_last_thing_that_was_told_is_not_true(self) -> None:
        story = self.story()
        mine = [n for n in story.notices() if getattr(n.about, "metric", None) == "resolution"]
        kinds = [n.kind for n in mine if n.audience == "customer"]
        assert kinds == ["customer_breach", "customer_correction", "customer_breach"]
        assert [n.kind for n in mine if n.recipient == "ana"] == ["breach", "correction", "breach"]

    def test_and_may_be_taken_back_again(self) -> None:
        story = self.story()
        fact = story.says(ev.Resolved, 59, known_at=90)
        story.assess(90)
        first, second = (e for e in story.recorded(ev.Corrected) if e.metric == "resolution")
        breaches = found(story, "resolution")
        assert [e.corrects for e in (first, second)] == [e.sequence for e in breaches]
        assert second.because == (fact.sequence,)
        assert story.told("customer_correction") == ["customer", "customer"]
        assert "resolution#1" not in {name for name, _ in story.ticket().breached}


class TestWhoHearsOfIt:
    def test_whoever_was_told_of_the_breach(self) -> None:
        story = breached(at=20)
        story.says(ev.AgentReplied, 10, known_at=30)
        story.assess(30)
        assert story.told("correction") == ["frontline", "ana"]
        assert story.told("customer_correction") == ["customer"]
        [to_customer] = story.notices("customer_correction")
        assert (to_customer.about.metric, to_customer.about.due_at) == (
            "first_response",
            after(15),
        )

    def test_not_the_customer_where_a_breach_is_none_of_theirs(self) -> None:
        story = breached(at=120)
        story.says(ev.AgentReplied, 10, known_at=130)
        story.says(ev.AgentReplied, 119, known_at=130)
        story.assess(130)
        assert "periodic_update#1" in [name for name, _ in taken_back(story)]
        assert [n.about.metric for n in story.notices("customer_correction")] == ["first_response"]
        assert {n.about.metric for n in story.notices("correction")} == {"first_response", "periodic_update"}

    def test_not_the_customer_where_only_the_team_was_told_of_what_was_late_on_arrival(self) -> None:
        story = Story(terms=terms(), known_after=20)
        story.assess(20)
        assert story.told("customer_breach") == []
        story.says(ev.AgentReplied, 10, known_at=30)
        story.assess(30)
        [correction] = story.recorded(ev.Corrected)
        assert correction.customer_was_told is False
        assert story.told("correction") == ["frontline", "ana"]
        assert story.told("customer_correction") == []


class TestVerdicts:
    def test_a_verdict_that_changes_after_the_settlement_is_recorded_beside_the_old_one(self) -> None:
        story = breached(at=60)
        story.says(ev.Resolved, 65)
        story.assess(65)
        story.says(ev.AgentReplied, 10, known_at=500)
        story.assess(500)
        first, second = ({each.metric: each.state for each in e.obligations} for e in story.recorded(ev.Settled))
        assert (first["first_response"], second["first_response"]) == ("met_late", "met")
        assert first["resolution"] == second["resolution"] == "met_late"

    def test_what_changes_no_verdict_settles_nothing_anew(self) -> None:
        story = breached(at=60)
        story.says(ev.Resolved, 65)
        story.assess(65)
        story.says(ev.AgentNoted, 10, known_at=500)
        story.assess(500)
        assert len(story.recorded(ev.Settled)) == 1


class TestABreachIsNotUndone:
    @pytest.mark.parametrize(
        ("event_type", "details"),
        [
            (ev.Closed, {}),
            (ev.Merged, {"into": "T-2"}),
            (ev.Deleted, {}),
            (ev.Resolved, {}),
            (ev.PriorityChanged, {"priority": "P2"}),
            (ev.Pended, {}),
        ],
    )
    def test_whatever_is_done_to_the_ticket_afterwards(self, event_type: type[Any], details: dict[str, Any]) -> None:
        story = breached(at=61)
        story.says(event_type, 62, **details)
        story.assess_until(100)
        assert story.recorded(ev.Corrected) == []
        assert ("resolution#1", after(60)) in story.ticket().breached
        assert ("first_response#1", after(15)) in story.ticket().breached

    @pytest.mark.parametrize("event_type", [ev.Merged, ev.Deleted, ev.Closed])
    def test_the_verdict_says_so(self, event_type: type[Any]) -> None:
        story = breached(at=20)
        story.says(event_type, 21, **INTO.get(event_type, {}))
        story.assess(21)
        [settled] = story.recorded(ev.Settled)
        states = {each.metric: each.state for each in settled.obligations}
        assert states["first_response"] == "breached"
        assert states["resolution"] == ("met" if event_type == ev.Closed else "cancelled")

    def test_a_lower_priority_keeps_the_old_breach_in_the_verdict_beside_the_new_target(self) -> None:
        story = breached(at=61)
        story.says(ev.AgentReplied, 61)
        change = story.says(ev.PriorityChanged, 62, priority="P2")
        story.says(ev.Resolved, 100)
        story.assess(100)
        [settled] = story.recorded(ev.Settled)
        resolution = [each for each in settled.obligations if each.metric == "resolution"]
        assert [(each.obligation_id, each.state, each.due_at) for each in resolution] == [
            ("resolution#1", "breached", after(60)),
            (f"resolution#1.{change.sequence}", "met", after(480)),
        ]

    def test_what_was_late_and_is_merged_before_anybody_looked_is_still_recorded(self) -> None:
        story = Story(terms=terms())
        story.assess(0)
        story.says(ev.Merged, 70, into="T-2")
        story.assess(70)
        assert [e.metric for e in story.recorded(ev.Breached)] == ["first_response", "resolution"]
        assert story.told("late_on_arrival") == ["frontline", "ana"]


class TestMergedAndDeleted:
    @pytest.mark.parametrize(("event_type", "details"), [(ev.Merged, {"into": "T-2"}), (ev.Deleted, {})])
    def test_what_still_runs_is_cancelled_and_nobody_is_alerted_any_more(
        self, event_type: type[Any], details: dict[str, Any]
    ) -> None:
        story = Story(terms=terms())
        story.assess(0)
        story.says(event_type, 5, **details)
        story.assess_until(1_000)
        assert story.ticket().status == event_type.type
        assert {o.state(after(5)) for o in story.ticket().obligations()} == {"cancelled"}
        assert story.recorded(ev.Breached) == []
        assert len(story.recorded(ev.TierAlerted)) == 1
        assert story.ticket().settled

    @pytest.mark.parametrize("event_type", [ev.Merged, ev.Deleted])
    def test_a_resolved_one_keeps_its_verdicts_and_owes_no_review(self, event_type: type[Any]) -> None:
        review = {"team": "management", "from_tier": 1, "due_within": "3bd"}
        story = Story(terms=terms(review=review))
        story.assess(0)
        story.says(ev.AgentReplied, 5, then="resolved")
        story.assess(5)
        story.says(event_type, 10, **INTO.get(event_type, {}))
        story.assess(10)
        assert story.state("resolution", 11) == "met"
        assert story.state("review", 11) == "cancelled"
        assert story.ticket().resolved_at == after(5)
        assert story.ticket().settled

    def test_it_cannot_be_reopened_and_nothing_happens_to_it_any_more(self) -> None:
        story = Story(terms=terms())
        story.says(ev.Deleted, 5)
        for event_type in (ev.Reopened, ev.CustomerReplied, ev.AgentReplied, ev.Escalated, ev.Resolved, ev.Closed):
            story.says(event_type, 10)
        assert story.ticket().status == "deleted"
        assert story.state("first_response", 20) == "cancelled"

    def test_what_happened_before_the_merger_and_is_learned_later_still_counts(self) -> None:
        story = Story(terms=terms())
        story.says(ev.Merged, 10, into="T-2")
        story.says(ev.AgentReplied, 5, known_at=20)
        assert story.state("first_response", 20) == "met"

    def test_merged_while_it_waits_the_pause_ends_there(self) -> None:
        story = Story(terms=terms())
        story.says(ev.Pended, 5)
        story.says(ev.Merged, 10, into="T-2")
        assert story.ticket().waiting_for is None
        assert not story.obligation("resolution").paused
