"""A contract may change a preset or define metrics of its own; what could never be measured is refused in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from tests.unit.domain.contracts.test_reading import changed, faults
from tests.unit.story import BOT, CUSTOMER, Story, after, contract
from tocsin.domain.contracts.clauses.metrics import MetricTerms, contradictions, metric_of
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.metrics import FACTS, FIRST_RESPONSE, PERIODIC_UPDATE, PRESETS, RESOLUTION, TIER_METRICS
from tocsin.domain.tickets import events as ev

ONCE: Mapping[str, Any] = {"start": ["opened"], "stop": ["resolved"]}
AT_ONCE = "it would begin and end at the same moment; use `repeats` for one cycle after another"


def terms(**given: Any) -> MetricTerms:
    return MetricTerms.model_validate(given)


def measuring(name: str, metric: Mapping[str, Any], target: str = "1h", **parts: Any) -> Contract:
    """A contract that promises one metric of its own, round the clock."""
    return contract(calendar=None, metrics={name: metric}, targets={"P1": {name: target}}, warn_at=[], **parts)


def found(has_review: bool = False, **given: Any) -> dict[str, str]:
    return dict(contradictions(metric_of("hand_over", terms(**given)), has_review))


class TestNames:
    def test_a_preset_keeps_what_is_not_changed(self) -> None:
        changed_one = metric_of("resolution", terms(pause=["pended"]))
        assert changed_one.pause == {"pended"}
        assert (changed_one.start, changed_one.stop, changed_one.resume) == (
            RESOLUTION.start,
            RESOLUTION.stop,
            RESOLUTION.resume,
        )
        assert changed_one.continues_on_reopen
        assert changed_one.deadline_wait == "resolution_deadline"

    def test_nothing_changed_is_the_preset_itself(self) -> None:
        for name, preset in PRESETS.items():
            assert metric_of(name, terms()) == preset

    def test_one_that_is_like_a_preset_has_its_ways_and_a_name_of_its_own(self) -> None:
        metric = metric_of("status_call", terms(like="periodic_update", stop=["customer_notified"]))
        assert (metric.name, metric.label, set(metric.stop)) == ("status_call", "status call", {"customer_notified"})
        assert (metric.repeats, metric.warning_notice, metric.start) == (
            True,
            PERIODIC_UPDATE.warning_notice,
            PERIODIC_UPDATE.start,
        )

    def test_a_preset_may_be_made_like_another_one(self) -> None:
        metric = metric_of("first_response", terms(like="resolution"))
        assert (metric.name, metric.label, metric.stop) == ("first_response", "first response", RESOLUTION.stop)

    def test_it_may_say_what_people_call_it(self) -> None:
        assert metric_of("hand_over", terms(**ONCE, label="Übergabe")).label == "Übergabe"
        assert metric_of("first_response", terms(label="Erstantwort")).label == "Erstantwort"
        assert metric_of("hand_over", terms(**ONCE)).label == "hand over"

    def test_a_condition_that_is_an_empty_list_never_comes_true(self) -> None:
        assert metric_of("first_response", terms(cancel=[])).cancel == frozenset()
        assert metric_of("first_response", terms()).cancel == FIRST_RESPONSE.cancel

    @pytest.mark.parametrize("like", ["review", "tier_resolution", "resolutoin", ""])
    def test_it_is_like_a_preset_or_none(self, like: str) -> None:
        with pytest.raises(ValidationError, match="is not a preset; known are first_response, next_response"):
            terms(like=like)


class TestFacts:
    @pytest.mark.parametrize(
        ("fact", "hint"),
        [
            ("opend", "did you mean opened?"),
            ("waiting_on_customer", "did you mean waiting_for_customer?"),
            ("Resolved", "did you mean resolved?"),
            ("agent_replied", "did you mean customer_replied?"),
            ("xyz", "known are opened, response, public_reply"),
        ],
    )
    def test_an_unknown_one_is_told_which_was_meant(self, fact: str, hint: str) -> None:
        document = changed(metrics={"x": {**ONCE, "pause": ["pended", fact]}}, targets={"P1": {"x": "1h"}})
        [(path, why)] = faults(document).items()
        assert path == "metrics.x.pause.1"
        assert why.startswith(f"{fact!r} is not a fact about a ticket; {hint}")

    def test_every_condition_of_every_preset_is_a_known_fact(self) -> None:
        for metric in (*PRESETS.values(), *TIER_METRICS):
            named = metric.start | metric.stop | metric.pause | metric.resume | metric.cancel | metric.reset
            assert named <= set(FACTS)

    def test_no_preset_contradicts_itself(self) -> None:
        for metric in PRESETS.values():
            assert list(contradictions(metric, has_review=False)) == []


class TestContradictions:
    @pytest.mark.parametrize(
        ("given", "condition", "why"),
        [
            ({"stop": ["closed"]}, "start", "is missing; without it nothing is ever measured"),
            ({"start": ["opened"]}, "stop", "is missing; the metric could never stop"),
            (
                {"start": ["closed"], "stop": ["resolved"]},
                "stop",
                "never happens after the start (resolved, after closed); the metric could never stop",
            ),
            (
                {"start": ["pended"], "stop": ["opened"]},
                "stop",
                "never happens after the start (opened, after pended); the metric could never stop",
            ),
            (
                {"start": ["resolved"], "stop": ["review_filed"]},
                "stop",
                "never happens after the start (review_filed, after resolved); the metric could never stop",
            ),
            (
                {"start": ["pended", "escalated"], "stop": ["resumed", "pended"]},
                "stop",
                f"has pended in common with `start`: {AT_ONCE}",
            ),
            *(
                (
                    {**ONCE, "start": ["opened"], "pause": ["pended"], "resume": ["resumed"], field: ["opened"]},
                    field,
                    "has opened, which never happens while it is measured: a ticket is opened once, at first",
                )
                for field in ("pause", "resume", "reset")
            ),
            (
                {**ONCE, "cancel": ["opened"]},
                "cancel",
                "has opened in common with `start`: it would begin and be cancelled at the same moment",
            ),
            (
                {**ONCE, "cancel": ["resolved", "closed"]},
                "cancel",
                "has resolved in common with `stop`: an obligation cannot be met and cancelled by the same fact",
            ),
            (
                {**ONCE, "pause": ["resolved"], "resume": ["reopened"]},
                "pause",
                "has resolved in common with `stop`: what is met cannot pause",
            ),
            (
                {**ONCE, "reset": ["resolved"]},
                "reset",
                "has resolved in common with `stop`: what is met is not begun again; use `repeats`",
            ),
            (
                {**ONCE, "cancel": ["escalated"], "reset": ["escalated"]},
                "reset",
                "has escalated in common with `cancel`: it would end for good and begin again",
            ),
            (
                {**ONCE, "pause": ["pended", "resumed"], "resume": ["resumed"]},
                "resume",
                "has resumed in common with `pause`: it would stop and go on counting at the same moment",
            ),
            (
                {**ONCE, "pause": ["pended"]},
                "resume",
                "is missing; once paused the metric would never count again",
            ),
            ({**ONCE, "resume": ["resumed"]}, "resume", "is there without `pause`; nothing is ever paused"),
        ],
    )
    def test_what_cannot_be_meant_is_told_at_its_condition(
        self, given: Mapping[str, Any], condition: str, why: str
    ) -> None:
        assert found(**given) == {condition: why}

    def test_all_of_them_are_told_at_once(self) -> None:
        assert set(found(start=["opened"], stop=["opened"], cancel=["opened"], pause=["pended"])) == {
            "stop",
            "cancel",
            "resume",
        }

    def test_one_fact_that_can_follow_is_enough(self) -> None:
        assert found(start=["closed", "opened"], stop=["opened", "resolved"]) == {
            "stop": f"has opened in common with `start`: {AT_ONCE}"
        }
        assert found(start=["closed", "escalated"], stop=["resolved"]) == {}

    def test_a_review_s_facts_happen_only_where_the_contract_has_one(self) -> None:
        after_review: dict[str, Any] = {"start": ["review_owed"], "stop": ["review_filed"]}
        assert set(found(**after_review)) == {"stop"}
        assert found(has_review=True, **after_review) == {}
        assert found(has_review=True, start=["closed"], stop=["review_filed"]) == {}
        assert set(found(has_review=True, start=["review_filed"], stop=["opened"])) == {"stop"}

    def test_a_preset_that_is_changed_into_a_contradiction_is_refused_at_that_condition(self) -> None:
        document = changed(metrics={"resolution": {"stop": ["waiting_for_customer"]}})
        assert faults(document) == {
            "metrics.resolution.pause": "has waiting_for_customer in common with `stop`: what is met cannot pause"
        }
        assert faults(changed(metrics={"resolution": {"resume": []}})) == {
            "metrics.resolution.resume": "is missing; once paused the metric would never count again"
        }

    @pytest.mark.parametrize("field", ["label", "repeats", "start", "waits", "of_tiers"])
    def test_the_form_of_a_metric_is_checked_like_every_other_part(self, field: str) -> None:
        document = changed(metrics={"x": {**ONCE, field: 5}}, targets={"P1": {"x": "1h"}})
        assert list(faults(document)) == [f"metrics.x.{field}"]


class TestAMetricOfOneSOwn:
    HAND_OVER: Mapping[str, Any] = {
        "start": ["escalated"],
        "stop": ["internal_note"],
        "pause": ["waiting_for_vendor"],
        "resume": ["resumed"],
        "cancel": ["resolved", "closed"],
        "reset": ["priority_changed"],
    }

    def story(self, **more: Any) -> Story:
        return Story(terms=measuring("hand_over", {**self.HAND_OVER, **more}))

    def test_it_starts_pauses_and_is_met_by_its_own_facts(self) -> None:
        story = self.story()
        assert "hand_over" not in story.ticket().current
        story.says(ev.Escalated, 10)
        story.says(ev.Pended, 20, waiting_for="vendor")
        assert story.state("hand_over", 100) == "paused"
        story.says(ev.Pended, 120, waiting_for="customer")
        # Ten minutes were used, then a hundred of the vendor's; waiting for the customer counts.
        assert story.due_at("hand_over") == after(170)
        story.says(ev.AgentNoted, 130)
        assert story.state("hand_over", 1_000) == "met"

    def test_a_customer_s_or_a_bot_s_note_is_not_an_agent_s(self) -> None:
        story = self.story()
        story.says(ev.Escalated, 10)
        story.says(ev.AgentNoted, 20, actor=CUSTOMER)
        story.says(ev.AgentNoted, 21, actor=BOT)
        assert story.state("hand_over", 22) == "running"

    def test_what_starts_it_again_while_it_runs_changes_nothing(self) -> None:
        story = self.story()
        story.says(ev.Escalated, 10)
        story.says(ev.Escalated, 50)
        assert story.due_at("hand_over") == after(70)

    def test_once_met_it_begins_again_with_the_next_escalation(self) -> None:
        story = self.story()
        story.says(ev.Escalated, 10)
        story.says(ev.AgentNoted, 20)
        story.says(ev.Escalated, 30)
        assert [(o.obligation_id, o.state(after(31))) for o in story.ticket().obligations()] == [
            ("hand_over#2", "met"),
            ("hand_over#4", "running"),
        ]

    def test_a_reset_begins_it_anew_and_leaves_the_old_one_unmet(self) -> None:
        story = self.story()
        story.says(ev.Escalated, 10)
        story.says(ev.PriorityChanged, 40, priority="P1")
        assert [(o.obligation_id, o.state(after(41)), o.due_at()) for o in story.ticket().obligations()] == [
            ("hand_over#2", "cancelled", after(70)),
            ("hand_over#3", "running", after(100)),
        ]

    def test_a_reset_does_not_undo_a_breach(self) -> None:
        story = self.story()
        story.says(ev.Escalated, 10)
        story.says(ev.PriorityChanged, 71, priority="P1")
        assert next(story.ticket().obligations()).state(after(80)) == "breached"
        story.assess(80)
        assert [e.obligation_id for e in story.recorded(ev.Breached)] == ["hand_over#2"]

    def test_a_reset_starts_nothing_that_does_not_run(self) -> None:
        story = self.story()
        story.says(ev.PriorityChanged, 5, priority="P1")
        assert "hand_over" not in story.ticket().current

    def test_a_reset_while_it_waits_begins_paused(self) -> None:
        story = self.story()
        story.says(ev.Escalated, 10)
        story.says(ev.Pended, 20, waiting_for="vendor")
        story.says(ev.PriorityChanged, 30, priority="P1")
        assert story.state("hand_over", 31) == "paused"
        story.says(ev.Resumed, 40)
        assert story.due_at("hand_over") == after(100)

    def test_one_that_repeats_begins_again_when_it_is_met_until_it_is_cancelled(self) -> None:
        story = self.story(repeats=True)
        story.says(ev.Escalated, 10)
        story.says(ev.AgentNoted, 20)
        story.says(ev.AgentNoted, 85)
        story.says(ev.Resolved, 90)
        story.says(ev.AgentNoted, 95)
        assert [(o.obligation_id, o.state(after(100))) for o in story.ticket().obligations()] == [
            ("hand_over#2", "met"),
            ("hand_over#3", "met_late"),
            ("hand_over#4", "cancelled"),
        ]

    def test_without_repeats_a_second_note_meets_nothing(self) -> None:
        story = self.story()
        story.says(ev.Escalated, 10)
        story.says(ev.AgentNoted, 20)
        story.says(ev.AgentNoted, 30)
        assert [o.obligation_id for o in story.ticket().obligations()] == ["hand_over#2"]

    def test_it_is_warned_about_breached_and_told_like_a_preset(self) -> None:
        terms_of_it = contract(
            calendar=None, metrics={"hand_over": self.HAND_OVER}, targets={"P1": {"hand_over": "1h"}}, warn_at=["50%"]
        )
        story = Story(terms=terms_of_it)
        story.says(ev.Escalated, 10)
        story.assess(10)
        story.says(ev.Acknowledged, 11)
        story.assess_until(70)
        assert [(e.occurred_at, e.metric) for e in story.recorded(ev.Warned)] == [(after(40), "hand_over")]
        assert [e.occurred_at for e in story.recorded(ev.Breached)] == [after(70)]
        assert story.told("customer_breach") == ["customer"]

    def test_the_customer_need_not_hear_of_it(self) -> None:
        story = self.story(customer_hears_of_breach=False)
        story.says(ev.Escalated, 10)
        story.assess_until(70)
        assert len(story.recorded(ev.Breached)) == 1
        assert story.told("customer_breach") == []

    def test_a_reopening_continues_it_only_where_it_says_so(self) -> None:
        for continues, state in ((True, "running"), (False, "met")):
            metric = {"start": ["opened"], "stop": ["resolved"], "continues_on_reopen": continues}
            story = Story(terms=measuring("cure", metric, "4h"))
            story.says(ev.Resolved, 60)
            story.says(ev.Reopened, 100)
            assert story.state("cure", 101) == state


def test_a_preset_that_a_contract_changed_is_measured_as_it_says() -> None:
    """Here the clock of the resolution stops for vendors too, and the customer's message alone starts the cadence."""
    found_terms = contract(
        calendar=None,
        metrics={"resolution": {"pause": ["pended"]}, "periodic_update": {"start": ["customer_replied"]}},
        targets={"P1": {"resolution": "4h", "periodic_update": "1h"}},
    )
    story = Story(terms=found_terms)
    assert "periodic_update" not in story.ticket().current
    story.says(ev.Pended, 10, waiting_for="vendor")
    story.says(ev.CustomerReplied, 20, actor=CUSTOMER)
    assert story.due_at("resolution") is None
    assert story.due_at("periodic_update") == after(80)
