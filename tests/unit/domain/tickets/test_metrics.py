"""One short story for each metric that a contract may promise: what starts, meets, pauses, cancels and repeats it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.story import ANA, BOT, CUSTOMER, DOCUMENT, REVIEW, TEAMS, Story, after, contract, team
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.metrics import PRESETS
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor
from tocsin.domain.tickets.obligation import Obligation


def promising(**targets: str) -> Contract:
    """A contract that promises just that, round the clock, without warnings."""
    return contract(calendar=None, targets={"P1": targets}, warn_at=[])


def cycles(story: Story, metric: str) -> list[Obligation]:
    """Every measurement of a metric, the oldest first."""
    return [o for o in story.ticket().obligations() if o.metric.name == metric]


def course(story: Story, metric: str, at: float) -> list[tuple[float, str]]:
    """When each cycle of a metric began, in minutes after the opening, and where it stands."""
    begun = [(o.started_at - after(0)).total_seconds() / 60 for o in cycles(story, metric)]
    return list(zip(begun, [o.state(after(at)) for o in cycles(story, metric)], strict=True))


class TestFirstResponse:
    def test_waiting_for_somebody_else_does_not_pause_it(self) -> None:
        story = Story(terms=promising(first_response="1h"))
        story.says(ev.Pended, 5)
        story.says(ev.Pended, 10, waiting_for="vendor")
        assert story.due_at("first_response") == after(60)

    def test_a_message_of_our_own_that_the_helpdesk_took_for_an_answer_is_none(self) -> None:
        story = Story(terms=promising(first_response="1h"))
        story.says(ev.AgentReplied, 5, notice_id="8c1f")
        assert story.state("first_response", 6) == "running"
        story.says(ev.AgentReplied, 7)
        assert story.obligation("first_response").met_by == 3

    def test_our_own_message_that_pends_or_resolves_the_ticket_does_that_and_answers_nothing(self) -> None:
        story = Story(terms=promising(first_response="1h", resolution="4h"))
        story.says(ev.AgentReplied, 5, notice_id="8c1f", then="pended")
        assert (story.state("first_response", 6), story.state("resolution", 6)) == ("running", "paused")

    @pytest.mark.parametrize("who", [CUSTOMER, BOT])
    def test_a_resolution_by_the_customer_or_a_bot_is_no_response(self, who: Actor) -> None:
        story = Story(terms=promising(first_response="1h", resolution="4h"))
        story.says(ev.Resolved, 5, actor=who)
        assert story.state("first_response", 6) == "cancelled"
        assert story.state("resolution", 6) == "met"

    def test_the_customer_s_resolution_after_the_deadline_leaves_the_breach(self) -> None:
        story = Story(terms=promising(first_response="1h"))
        story.says(ev.Resolved, 61, actor=CUSTOMER)
        assert story.state("first_response", 62) == "breached"

    def test_a_reopened_ticket_owes_no_second_first_response(self) -> None:
        story = Story(terms=promising(first_response="1h", resolution="4h"))
        story.says(ev.AgentReplied, 5, then="resolved")
        story.says(ev.Reopened, 100, actor=CUSTOMER)
        assert course(story, "first_response", 200) == [(0, "met")]

    def test_one_answer_meets_the_response_and_never_the_resolution(self) -> None:
        story = Story(terms=promising(first_response="1h", resolution="4h"))
        story.says(ev.AgentReplied, 5)
        assert (story.state("first_response", 6), story.state("resolution", 6)) == ("met", "running")
        assert story.state("resolution", 240) == "breached"


class TestWhatCountsAsResponse:
    """Contracts differ, and each says which of these it means."""

    ACTS: Mapping[str, tuple[type[Any], Actor, dict[str, Any]]] = {
        "public_reply": (ev.AgentReplied, ANA, {}),
        "resolution": (ev.Resolved, ANA, {}),
        "bot_reply": (ev.AgentReplied, BOT, {}),
        "internal_note": (ev.AgentNoted, ANA, {}),
        "acknowledgement": (ev.Acknowledged, ANA, {}),
    }

    @pytest.mark.parametrize("counts", ACTS)
    @pytest.mark.parametrize("happens", ACTS)
    def test_only_what_the_contract_names_is_one(self, counts: str, happens: str) -> None:
        terms = contract(calendar=None, targets={"P1": {"first_response": "1h"}}, counts_as_response=[counts])
        story = Story(terms=terms)
        event_type, actor, details = self.ACTS[happens]
        story.says(event_type, 5, actor=actor, **details)
        unmet = "cancelled" if happens == "resolution" else "running"
        assert story.state("first_response", 6) == ("met" if counts == happens else unmet)

    def test_an_internal_answer_is_an_internal_note(self) -> None:
        terms = contract(calendar=None, targets={"P1": {"first_response": "1h"}}, counts_as_response=["internal_note"])
        story = Story(terms=terms)
        story.says(ev.AgentReplied, 5, public=False)
        assert story.state("first_response", 6) == "met"

    def test_a_bot_that_resolves_has_answered_where_bots_count(self) -> None:
        terms = contract(calendar=None, targets={"P1": {"first_response": "1h"}}, counts_as_response=["bot_reply"])
        story = Story(terms=terms)
        story.says(ev.Resolved, 5, actor=BOT)
        assert story.state("first_response", 6) == "met"

    @pytest.mark.parametrize(
        ("counted", "state"), [(["public_reply"], "running"), (["public_reply", "agent_opening"], "met")]
    )
    def test_a_ticket_that_an_agent_opens_for_the_customer_is_answered_only_where_the_contract_says_so(
        self, counted: list[str], state: str
    ) -> None:
        terms = contract(calendar=None, targets={"P1": {"first_response": "1h"}}, counts_as_response=counted)
        story = Story(terms=terms)
        first = story.log[0]
        story.log[0] = replace(first, actor=ANA)
        assert story.state("first_response", 5) == state

    def test_the_customer_s_own_opening_is_no_response_even_there(self) -> None:
        story = Story(
            terms=contract(
                calendar=None, targets={"P1": {"first_response": "1h"}}, counts_as_response=["agent_opening"]
            )
        )
        assert story.state("first_response", 5) == "running"


class TestNextResponse:
    def test_before_the_first_response_there_is_none_owed(self) -> None:
        story = Story(terms=promising(next_response="2h"))
        story.says(ev.CustomerReplied, 5, actor=CUSTOMER)
        assert cycles(story, "next_response") == []

    def test_the_oldest_unanswered_message_rules(self) -> None:
        story = Story(terms=promising(next_response="2h"))
        story.says(ev.AgentReplied, 5)
        for minute in (10, 60, 100):
            story.says(ev.CustomerReplied, minute, actor=CUSTOMER)
        assert story.due_at("next_response") == after(130)

    def test_an_older_message_that_we_learn_of_late_moves_the_deadline_back(self) -> None:
        story = Story(terms=promising(next_response="2h"))
        story.says(ev.AgentReplied, 5)
        story.says(ev.CustomerReplied, 60, actor=CUSTOMER)
        story.says(ev.CustomerReplied, 20, known_at=70, actor=CUSTOMER)
        assert story.due_at("next_response") == after(140)

    def test_each_answer_ends_one_cycle_and_the_next_message_begins_another(self) -> None:
        story = Story(terms=promising(next_response="2h"))
        story.says(ev.AgentReplied, 5)
        story.says(ev.CustomerReplied, 10, actor=CUSTOMER)
        story.says(ev.AgentReplied, 20)
        story.says(ev.CustomerReplied, 300, actor=CUSTOMER)
        story.says(ev.AgentReplied, 421)
        assert course(story, "next_response", 500) == [(10, "met"), (300, "met_late")]

    def test_it_is_not_overruled_by_the_cadence_of_updates_nor_overrules_it(self) -> None:
        story = Story(terms=promising(next_response="4h", periodic_update="1h"))
        story.says(ev.AgentReplied, 5)
        story.says(ev.CustomerReplied, 10, actor=CUSTOMER)
        assert (story.due_at("next_response"), story.due_at("periodic_update")) == (after(250), after(65))

    def test_a_note_or_a_bot_does_not_end_it_and_a_resolution_by_the_customer_cancels_it(self) -> None:
        story = Story(terms=promising(next_response="2h"))
        story.says(ev.AgentReplied, 5)
        story.says(ev.CustomerReplied, 10, actor=CUSTOMER)
        story.says(ev.AgentNoted, 12)
        story.says(ev.AgentReplied, 14, actor=BOT)
        assert story.state("next_response", 15) == "running"
        story.says(ev.Resolved, 20, actor=CUSTOMER)
        assert story.state("next_response", 21) == "cancelled"

    def test_who_answers_and_resolves_at_once_has_answered(self) -> None:
        story = Story(terms=promising(next_response="2h"))
        story.says(ev.AgentReplied, 5)
        story.says(ev.CustomerReplied, 10, actor=CUSTOMER)
        story.says(ev.AgentReplied, 20, then="resolved")
        assert story.obligation("next_response").met_by == 4

    def test_who_answers_and_pends_at_once_has_answered_and_owes_the_next_when_the_customer_writes(self) -> None:
        story = Story(terms=promising(next_response="2h"))
        story.says(ev.AgentReplied, 5, then="pended")
        story.says(ev.CustomerReplied, 100, actor=CUSTOMER)
        assert story.ticket().status == "open"
        assert story.due_at("next_response") == after(220)


class TestPeriodicUpdate:
    def test_each_answer_starts_the_next_whether_or_not_the_last_was_late(self) -> None:
        story = Story(terms=promising(periodic_update="2h"))
        story.says(ev.AgentReplied, 90)
        story.says(ev.AgentReplied, 300)
        assert course(story, "periodic_update", 301) == [(0, "met"), (90, "met_late"), (300, "running")]
        assert story.due_at("periodic_update") == after(420)

    def test_a_late_update_is_missed_once_and_the_cadence_waits_for_the_answer(self) -> None:
        story = Story(terms=promising(periodic_update="2h"))
        story.says(ev.Acknowledged, 1)
        story.assess_until(1_000)
        assert [e.occurred_at for e in story.recorded(ev.Breached)] == [after(120)]

    def test_it_goes_on_while_the_ticket_waits_and_ends_with_the_resolution(self) -> None:
        story = Story(terms=promising(periodic_update="2h"))
        story.says(ev.Pended, 10)
        assert story.due_at("periodic_update") == after(120)
        story.says(ev.Resolved, 60)
        assert course(story, "periodic_update", 61) == [(0, "met")]

    def test_the_customer_s_resolution_cancels_it_and_a_reopening_begins_another(self) -> None:
        story = Story(terms=promising(periodic_update="2h"))
        story.says(ev.Resolved, 60, actor=CUSTOMER)
        story.says(ev.Reopened, 200, actor=CUSTOMER)
        assert course(story, "periodic_update", 201) == [(0, "cancelled"), (200, "running")]
        assert story.due_at("periodic_update") == after(320)


class TestPausableUpdate:
    @pytest.mark.parametrize("waiting_for", ["customer", "vendor"])
    def test_the_cadence_stops_while_the_ticket_waits_for_anybody(self, waiting_for: str) -> None:
        story = Story(terms=promising(pausable_update="2h"))
        story.says(ev.Pended, 30, waiting_for=waiting_for)
        assert story.state("pausable_update", 500) == "paused"
        story.says(ev.Resumed, 530)
        # 30 minutes were used, 90 are left.
        assert story.due_at("pausable_update") == after(620)

    def test_an_answer_that_pends_meets_it_and_the_next_begins_paused(self) -> None:
        story = Story(terms=promising(pausable_update="2h"))
        story.says(ev.AgentReplied, 30, then="pended")
        assert course(story, "pausable_update", 500) == [(0, "met"), (30, "paused")]
        story.says(ev.CustomerReplied, 530, actor=CUSTOMER)
        assert story.due_at("pausable_update") == after(650)

    def test_an_answer_while_it_waits_begins_the_next_one_paused(self) -> None:
        story = Story(terms=promising(pausable_update="2h"))
        story.says(ev.Pended, 10)
        story.says(ev.AgentReplied, 30)
        assert course(story, "pausable_update", 31) == [(0, "met"), (30, "paused")]


class TestResolution:
    def test_it_pauses_for_the_customer_and_not_for_a_vendor(self) -> None:
        story = Story(terms=promising(resolution="4h"))
        story.says(ev.Pended, 10, waiting_for="vendor")
        assert story.state("resolution", 20) == "running"
        story.says(ev.Pended, 30, waiting_for="customer")
        assert story.state("resolution", 40) == "paused"
        story.says(ev.Pended, 50, waiting_for="vendor")
        # Twenty minutes were the customer's.
        assert story.due_at("resolution") == after(260)

    def test_an_answer_of_the_customer_does_not_end_the_waiting_for_a_vendor(self) -> None:
        story = Story(terms=promising(agent_work="4h"))
        story.says(ev.Pended, 10, waiting_for="vendor")
        story.says(ev.CustomerReplied, 20, actor=CUSTOMER)
        assert (story.ticket().status, story.state("agent_work", 21)) == ("pending", "paused")

    def test_closing_without_resolving_meets_it(self) -> None:
        story = Story(terms=promising(resolution="4h"))
        story.says(ev.Closed, 10)
        assert story.state("resolution", 11) == "met"

    def test_a_reopened_one_goes_on_and_the_time_between_is_no_pending_of_the_customer(self) -> None:
        story = Story(terms=promising(resolution="4h"))
        story.says(ev.Resolved, 100)
        story.says(ev.Reopened, 500)
        assert (story.ticket().status, story.ticket().waiting_for) == ("open", None)
        assert story.due_at("resolution") == after(640)


class TestFirstResolution:
    def test_a_reopening_does_not_touch_it(self) -> None:
        story = Story(terms=promising(first_resolution="4h", resolution="4h"))
        story.says(ev.Resolved, 100)
        story.says(ev.Reopened, 500)
        assert course(story, "first_resolution", 5_000) == [(0, "met")]
        assert course(story, "resolution", 5_000) == [(0, "breached")]

    def test_it_pauses_for_the_customer_like_the_resolution(self) -> None:
        story = Story(terms=promising(first_resolution="4h"))
        story.says(ev.Pended, 100)
        story.says(ev.Resumed, 160)
        assert story.due_at("first_resolution") == after(300)


class TestRequesterWaitAndAgentWork:
    def test_the_customer_waits_while_a_vendor_works_and_the_agents_do_not_work_then(self) -> None:
        story = Story(terms=promising(requester_wait="4h", agent_work="4h"))
        story.says(ev.Pended, 60, waiting_for="vendor")
        story.says(ev.Pended, 100, waiting_for="customer")
        story.says(ev.CustomerReplied, 160, actor=CUSTOMER)
        # The customer was waited for from 100 to 160; nobody of ours worked from 60 to 160.
        assert (story.due_at("requester_wait"), story.due_at("agent_work")) == (after(300), after(340))

    def test_both_go_on_after_a_reopening(self) -> None:
        story = Story(terms=promising(requester_wait="4h", agent_work="4h"))
        story.says(ev.Resolved, 60)
        story.says(ev.Reopened, 100)
        assert (story.due_at("requester_wait"), story.due_at("agent_work")) == (after(280), after(280))

    def test_the_customer_hears_of_a_long_wait_and_not_of_long_work(self) -> None:
        story = Story(terms=promising(requester_wait="4h", agent_work="2h"))
        story.says(ev.Acknowledged, 1)
        story.assess_until(240)
        assert [e.metric for e in story.recorded(ev.Breached)] == ["agent_work", "requester_wait"]
        told = [notice.about.metric for notice in story.notices("customer_breach")]
        assert told == ["requester_wait"]


class TestCustomerNotification:
    def test_only_a_formal_notification_meets_it(self) -> None:
        story = Story(terms=promising(customer_notification="1h"))
        story.says(ev.AgentReplied, 5)
        story.says(ev.Pended, 6)
        assert story.due_at("customer_notification") == after(60)
        story.says(ev.CustomerNotified, 30, channel="letter")
        assert story.obligation("customer_notification").met_by == 4

    def test_a_resolution_does_not_excuse_from_it_and_closing_does(self) -> None:
        story = Story(terms=promising(customer_notification="1h", resolution="4h"))
        story.says(ev.Resolved, 5)
        assert story.state("customer_notification", 6) == "running"
        assert not story.assess(6).ticket.settled
        story.says(ev.Closed, 10)
        assert story.state("customer_notification", 11) == "cancelled"
        assert story.assess(11).ticket.settled


class TestTiers:
    TERMS = contract(
        calendar=None,
        targets={"P1": {"resolution": "8h"}},
        warn_at=[],
        escalation={
            "tiers": [
                {"team": "frontline", "acknowledge_within": "15m", "resolve_within": "1h"},
                {"team": "engineering", "acknowledge_within": "30m", "resolve_within": "2h"},
                {"team": "management", "acknowledge_within": "1h"},
            ]
        },
    )

    def test_each_tier_has_its_own_time_to_acknowledge(self) -> None:
        story = Story(terms=self.TERMS)
        story.assess_until(20)
        story.says(ev.Acknowledged, 20, actor=Actor("agent", "ben"))
        # The first tier stayed silent until 15, the second was alerted then and answered.
        assert course(story, "tier_acknowledgement", 20) == [(0, "breached"), (15, "met")]
        assert story.due_at("tier_acknowledgement") == after(45)

    def test_a_tier_that_acknowledged_and_did_not_resolve_in_time_loses_the_ticket_to_the_next(self) -> None:
        story = Story(terms=self.TERMS)
        story.assess(0)
        story.says(ev.Acknowledged, 5)
        story.assess_until(100)
        alerts = [(e.tier, e.reason, e.occurred_at) for e in story.recorded(ev.TierAlerted)]
        assert alerts[:2] == [(1, "opened", after(0)), (2, "not_resolved", after(60))]
        assert course(story, "tier_resolution", 61)[0] == (0, "breached")

    def test_waiting_for_the_customer_pauses_the_tier_s_resolution(self) -> None:
        story = Story(terms=self.TERMS)
        story.assess(0)
        story.says(ev.Acknowledged, 5)
        story.says(ev.Pended, 10)
        assert story.look(1_000).timer is None
        story.says(ev.Resumed, 1_000)
        assert story.due_at("tier_resolution") == after(1_050)

    def test_a_resolution_meets_the_tier_s_and_cancels_what_was_to_be_acknowledged(self) -> None:
        story = Story(terms=self.TERMS)
        story.assess(0)
        story.says(ev.Resolved, 10)
        assert story.state("tier_resolution", 11) == "met"
        assert story.state("tier_acknowledgement", 11) == "cancelled"

    def test_who_asks_for_a_tier_starts_its_time_anew(self) -> None:
        story = Story(terms=self.TERMS)
        story.assess(0)
        story.says(ev.Acknowledged, 5)
        story.says(ev.Escalated, 10, tier=2)
        story.assess(10)
        assert course(story, "tier_acknowledgement", 11) == [(0, "met"), (10, "running")]
        assert story.due_at("tier_resolution") == after(130)

    def test_what_a_tier_missed_is_neither_an_alarm_nor_the_customer_s_business(self) -> None:
        story = Story(terms=self.TERMS)
        story.assess_until(200)
        assert story.recorded(ev.Breached) == []
        assert [each.about for each in story.notices("customer_breach")] == []


class TestReview:
    def test_it_is_owed_when_an_escalated_ticket_is_resolved_and_met_when_it_is_filed(self) -> None:
        terms = contract(review=REVIEW)
        story = Story("P3", terms=terms)
        story.says(ev.Escalated, 5, tier=2)
        story.assess(5)
        assert cycles(story, "review") == []
        story.says(ev.Resolved, 60)
        # Three business days after Monday end on Thursday 2 April at 17:00 in Berlin.
        assert story.due_at("review") == after((3 * 24 + 7) * 60)
        story.says(ev.ReviewFiled, 100, root_cause="x")
        assert course(story, "review", 101) == [(60, "met")]

    def test_waiting_does_not_pause_it_and_nobody_but_its_team_hears_that_it_is_late(self) -> None:
        terms = contract(review={**REVIEW, "from_tier": 1})
        story = Story("P3", terms=terms, teams={**TEAMS, "management": team("dora")})
        story.assess(0)
        story.says(ev.Resolved, 60)
        story.assess_until(6 * 24 * 60)
        assert story.told("customer_breach") == []
        assert set(story.told("review_due")) == {"management", "dora"}


def test_every_preset_can_be_promised_and_begins_with_the_words_that_people_know() -> None:
    terms = contract(targets={"P1": dict.fromkeys(PRESETS, "4h")})
    measured = [metric.name for metric in terms.rulebook.metrics]
    assert measured == [*PRESETS, "tier_acknowledgement"]
    assert Story(terms=terms).obligation("requester_wait").metric.label == "waiting time of the customer"


def test_what_no_row_promises_is_not_measured() -> None:
    terms = contract(targets={"P1": {"resolution": "4h"}}, escalation=DOCUMENT["escalation"])
    story = Story(terms=terms)
    story.says(ev.AgentReplied, 5)
    assert set(story.ticket().current) == {"resolution"}
