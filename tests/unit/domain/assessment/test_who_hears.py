"""Who is told what: once, however often the ticket is assessed and however often the helpdesk says it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.story import CUSTOMER, REVIEW, TEAMS, Story, after, contract, team
from tocsin.domain.notices.notice import AboutHolder, Receipt
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor

BEN = Actor("agent", "ben")


def test_the_customer_gets_a_receipt_and_the_first_tier_its_alert() -> None:
    story = Story()
    story.assess(0)
    assert [(n.kind, n.audience, n.recipient, n.tier) for n in story.notices()] == [
        ("tier_alert", "team", "frontline", 1),
        ("tier_alert", "member", "ana", 1),
        ("customer_receipt", "customer", "customer", 1),
    ]


def test_a_notice_says_which_event_called_for_it() -> None:
    story = Story()
    story.assess(0)
    because = {notice.kind: notice.because for notice in story.notices()}
    assert because == {"customer_receipt": 1, "tier_alert": 2}


def test_two_executions_that_assess_the_same_log_owe_the_same_notices() -> None:
    story = Story()
    first, second = story.look(0), story.look(0)
    assert first.ticket.unsent.keys() == second.ticket.unsent.keys()
    assert len(first.ticket.unsent) == 3


def test_ids_differ_between_tickets_helpdesks_recipients_kinds_and_repetitions() -> None:
    story = Story()
    story.assess_until(1_000)
    ids = [notice.notice_id for notice in story.notices()]
    assert len(ids) == len(set(ids))
    assert all(len(notice_id) == 32 for notice_id in ids)


def test_before_anybody_took_it_those_on_call_are_warned_and_afterwards_who_took_it() -> None:
    story = Story(teams={**TEAMS, "frontline": team("ana", "bo")})
    story.assess(0)
    story.assess(11.25)
    assert story.told("warning") == ["frontline", "ana", "bo"]
    story.says(ev.Acknowledged, 12)
    story.assess(12)
    story.assess(15)
    assert story.told("breach") == ["frontline", "ana"]


def test_who_took_it_and_has_left_the_team_is_replaced_by_those_on_call() -> None:
    story = Story()
    story.assess(0)
    story.says(ev.Acknowledged, 1)
    story.assess(1)
    story.teams["frontline"] = team("zoe")
    story.assess(15)
    assert story.told("breach") == ["frontline", "zoe"]


def test_who_took_it_by_the_link_of_an_earlier_tier_is_warned_and_the_customer_is_not_told_of_another_team() -> None:
    story = Story()
    story.assess(0)
    story.says(ev.AgentReplied, 1)
    story.assess(15)
    story.says(ev.Acknowledged, 16, tier=1, link="n")
    story.assess(16)
    assert story.told("customer_update") == []
    story.assess(91)
    assert story.told("customer_update_due") == ["frontline", "ana"]


def test_who_takes_it_is_told_to_everybody_else_who_was_alerted_and_another_team_to_the_customer() -> None:
    story = Story()
    story.assess(0)
    story.assess(15)
    story.assess(45)
    story.says(ev.Acknowledged, 50, actor=Actor("agent", "dora"))
    story.assess(50)
    assert story.told("handover") == ["frontline", "ana", "engineering", "ben", "management"]
    [update] = story.notices("customer_update")
    assert update.about == AboutHolder(team="management", by="dora")


def test_a_tier_that_loses_the_ticket_is_told_to_whom_it_went() -> None:
    story = Story()
    story.assess_until(170)
    assert [(n.recipient, n.about.to_team) for n in story.notices("escalation")] == [
        ("frontline", "engineering"),
        ("engineering", "management"),
    ]


def test_who_takes_it_from_somebody_has_it_and_of_the_same_team_the_customer_hears_once() -> None:
    story = Story(teams={**TEAMS, "engineering": team("ben", "caro")})
    story.assess(0)
    story.assess(15)
    for minute, name in ((16, "ben"), (20, "caro")):
        story.says(ev.Acknowledged, minute, actor=Actor("agent", name))
        story.assess(minute)
    assert [n.about.by for n in story.notices("customer_update")] == ["ben"]
    assert [n.recipient for n in story.notices("handover") if n.about.by == "caro"] == [
        *("frontline", "ana", "engineering", "ben"),
    ]
    story.assess_until(200)
    assert set(story.told("warning")[-2:]) == {"engineering", "caro"}


def test_an_acknowledgement_delivered_twice_is_announced_once() -> None:
    story = Story()
    story.assess(0)
    story.assess(15)
    story.says(ev.Acknowledged, 16, actor=BEN)
    story.says(ev.Acknowledged, 16, actor=BEN, known_at=17)
    story.assess(18)
    assert len(story.notices("customer_update")) == 1
    assert story.told("handover") == ["frontline", "ana", "engineering"]


def test_a_resolution_delivered_twice_is_told_the_customer_once() -> None:
    story = Story()
    story.assess(0)
    story.says(ev.Resolved, 10)
    story.says(ev.Resolved, 10, known_at=11)
    story.assess(11)
    assert len(story.notices("customer_resolution")) == 1


def test_an_answer_that_resolves_and_the_resolution_in_the_same_second_are_told_the_customer_once() -> None:
    story = Story()
    story.assess(0)
    story.says(ev.AgentReplied, 10, then="resolved")
    story.says(ev.Resolved, 10)
    story.assess(10)
    assert len(story.notices("customer_resolution")) == 1


def test_a_resolution_that_we_learn_occurred_earlier_is_not_told_again() -> None:
    story = Story(terms=contract(review={**REVIEW, "from_tier": 1}))
    story.assess(0)
    story.says(ev.Resolved, 30)
    story.assess(30)
    story.says(ev.Resolved, 20, known_at=40)
    story.assess(40)
    assert len(story.notices("customer_resolution")) == 1


def test_each_resolution_after_a_reopening_is_told() -> None:
    story = Story()
    for event_type, minute in ((ev.Resolved, 10), (ev.Reopened, 20), (ev.Resolved, 30)):
        story.says(event_type, minute)
        story.assess(minute)
    assert len(story.notices("customer_resolution")) == 2


def test_a_resolution_that_was_taken_back_before_anybody_looked_is_not_told() -> None:
    story = Story()
    story.says(ev.Resolved, 10)
    story.says(ev.Reopened, 11)
    story.assess(12)
    assert story.told("customer_resolution") == []


def test_the_customer_is_told_of_a_breach_but_not_of_a_missed_update_or_of_our_warnings() -> None:
    story = Story()
    story.assess_until(130)
    assert [n.about.metric for n in story.notices("customer_breach")] == ["first_response"]
    assert story.told("customer_update_due") == ["management", "dora"]


def test_the_cadence_is_measured_from_the_last_answer_and_not_from_what_the_customer_writes() -> None:
    story = Story()
    story.says(ev.AgentReplied, 60)
    story.says(ev.CustomerReplied, 100, actor=CUSTOMER)
    assert story.due_at("periodic_update") == after(180)


def test_whatever_is_late_on_arrival_is_told_in_one_notice_a_recipient() -> None:
    story = Story(known_after=600)
    story.assess(600)
    assert story.told("late_on_arrival") == ["frontline", "ana"]
    assert not {"breach", "warning", "customer_breach"} & {notice.kind for notice in story.notices()}


def test_a_change_of_priority_that_makes_several_things_late_is_told_in_one_notice() -> None:
    story = Story("P2", terms=contract(calendar=None))
    story.assess(0)
    story.says(ev.Acknowledged, 1)
    story.says(ev.AgentReplied, 5)
    story.assess(5)
    story.says(ev.PriorityChanged, 300, priority="P1")
    story.assess(300)
    breached = {event.metric for event in story.recorded(ev.Breached)}
    assert breached == {"resolution", "periodic_update"}
    assert story.told("late_on_arrival") == ["frontline", "ana"]


def test_two_changes_that_both_arrive_late_are_told_in_two() -> None:
    story = Story("P2", terms=contract(calendar=None))
    story.assess(0)
    story.says(ev.Acknowledged, 1)
    story.assess_until(299)
    story.says(ev.PriorityChanged, 300, priority="P1")
    story.assess(300)
    story.says(ev.PriorityChanged, 500, priority="P2")
    story.assess(500)
    assert story.told("late_on_arrival") == ["frontline", "ana"] * 2


def test_a_team_in_several_tiers_is_told_once_that_nobody_has_it() -> None:
    tiers = [{"team": "frontline", "acknowledge_within": "15m"}, {"team": "frontline", "acknowledge_within": "15m"}]
    story = Story(terms=contract(escalation={"tiers": tiers, "repeat_last_tier": 0}))
    story.assess_until(60)
    assert story.told("escalation_exhausted") == ["frontline", "ana"]
    assert story.told("escalation") == ["frontline"]


def test_a_review_is_reminded_of_and_told_when_it_is_overdue() -> None:
    story = Story(terms=contract(review={**REVIEW, "from_tier": 1}))
    story.assess(0)
    story.says(ev.Resolved, 10)
    story.assess_until(14 * 24 * 60)
    assert story.told("review_due") == ["management", "dora"] * 2
    assert [n.about.threshold for n in story.notices("review_due")][::2] == ["2bd", "overdue"]
    assert story.told("breach") == story.told("customer_breach") == []


def test_a_team_that_does_not_exist_any_more_is_told_by_its_topic_alone() -> None:
    story = Story(teams={})
    story.assess(0)
    assert set(story.told("tier_alert")) == {"frontline", "engineering", "management"}


@pytest.mark.parametrize("event_type", [ev.AgentNoted, ev.Pended, ev.Resumed, ev.AttributesChanged, ev.Closed])
def test_the_small_change_of_a_ticket_is_told_nobody(event_type: type[Any]) -> None:
    story = Story()
    story.assess(0)
    before = len(story.notices())
    story.says(event_type, 5)
    story.assess(5)
    assert len(story.notices()) == before


def test_what_was_sent_is_not_owed_again_and_what_was_not_still_is() -> None:
    story = Story()
    story.assess(0)
    first, *rest = [notice.notice_id for notice in story.notices()]
    story.says(ev.NoticesSent, 1, receipts=(Receipt(first, "m-1"),))
    assert list(story.ticket().unsent) == rest
    assert not story.look(1).events


def test_the_alert_is_told_before_what_it_explains() -> None:
    """Who is woken by tier 2's turn hears of the breach, too; first of all why it is theirs."""
    story = Story()
    for minute in (0, 15):
        story.assess(minute)
    told = [notice.kind for event in story.recorded(ev.NoticesRecorded)[1:] for notice in event.notices]
    assert {"breach", "customer_breach"} <= set(told)
    assert told[:2] == ["tier_alert", "tier_alert"]
    assert "tier_alert" not in told[2:]
