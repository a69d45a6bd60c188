"""How tickets find their row of targets: by priority or by selectors, at the opening and whenever something changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.story import DOCUMENT, KEY, OPENED_AT, Story, after, contract, event
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.selectors import ATTRIBUTES, Circumstances
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Actor
from tocsin.domain.tickets.fold import fold
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.faults import Fault
from tocsin.domain.values.instants import format_instant

ROWS = [
    {"when": {"tags": "outage", "affected_users_at_least": 50}, "resolution": "1h"},
    {"when": {"segment": "enterprise", "priority": ["P1", "P2"]}, "resolution": "2h", "first_response": "15m"},
    {"when": {"category": ["billing", "legal"]}, "resolution": "3h"},
    {"when": {"customer_deadline_within": "24h"}, "resolution": "4h"},
    {"resolution": "8h"},
]
MATRIX = {"high": {"high": "P1", "low": "P2"}, "low": {"high": "P2", "low": "P3"}}


def selecting(**parts: Any) -> Contract:
    return contract(**{"calendar": None, "warn_at": [], "targets": ROWS, **parts})


def opened(terms: Contract, **details: Any) -> Ticket:
    """A ticket that says of itself just that."""
    opening = event(1, ev.Opened, OPENED_AT, OPENED_AT, Actor("customer"), {"contract_version": 1, **details})
    return fold(KEY, {1: terms}, [opening])


def row(ticket: Ticket) -> str | None:
    return ticket.row.name if ticket.row else None


class TestTheFirstMatchWins:
    @pytest.mark.parametrize(
        ("about", "name", "hours"),
        [
            ({"tags": ["outage", "beta"], "affected_users": 60, "segment": "enterprise"}, "0", 1),
            ({"tags": ["outage"], "affected_users": 49, "segment": "enterprise"}, "1", 2),
            ({"segment": "enterprise", "category": "billing"}, "1", 2),
            ({"category": "legal"}, "2", 3),
            ({"customer_deadline": format_instant(after(24 * 60))}, "3", 4),
            ({"customer_deadline": format_instant(after(24 * 60 + 1)), "category": "hardware"}, "4", 8),
            ({}, "4", 8),
        ],
    )
    def test_in_the_order_of_the_document(self, about: Mapping[str, Any], name: str, hours: int) -> None:
        ticket = opened(selecting(), priority="P1", **about)
        assert row(ticket) == name
        assert ticket.current["resolution"].due_at() == after(60 * hours)

    def test_the_customer_s_segment_is_that_of_tickets_that_name_none(self) -> None:
        terms = selecting(customer={"name": "ACME", "segment": "enterprise"})
        assert row(opened(terms, priority="P2")) == "1"
        assert row(opened(terms, priority="P2", segment="trial")) == "4"
        assert row(opened(terms, priority="P3")) == "4"

    def test_what_the_row_does_not_promise_is_not_promised(self) -> None:
        assert [o.metric.name for o in opened(selecting(), priority="P1").promised()] == ["resolution"]
        promised = opened(selecting(), priority="P1", segment="enterprise").promised()
        assert [o.metric.name for o in promised] == ["first_response", "resolution"]

    def test_each_row_has_its_calendar_and_its_warnings(self) -> None:
        rows = [
            {"when": {"category": "x"}, "resolution": "8h", "calendar": "always", "warn_at": ["1h left"]},
            {"resolution": "8h"},
        ]
        terms = contract(targets=rows)
        always = opened(terms, priority="P1", category="x").current["resolution"]
        assert (always.due_at(), always.warnings()) == (after(480), [("1h left", after(420))])
        # Monday ten o'clock: two hours until lunch, four after it, and two on Tuesday from nine.
        office = opened(terms, priority="P1").current["resolution"]
        assert office.due_at() == after((24 + 1) * 60)


class TestByPriority:
    def test_the_default_is_the_last_resort_wherever_it_stands(self) -> None:
        terms = contract(targets={"default": {"resolution": "9h"}, "P1": {"resolution": "1h"}})
        assert [r.name for r in terms.rows] == ["P1", "default"]
        assert row(opened(terms, priority="P1")) == "P1"
        assert row(opened(terms, priority="whatever")) == "default"

    def test_without_a_default_a_priority_that_is_not_listed_is_refused_and_with_one_it_is_not(self) -> None:
        assert list(contract().priority_faults("P9", {})) == [
            Fault("priority", "contract 'acme-gold' has no targets for it; it knows P1, P2, P3")
        ]
        assert list(contract(targets={"default": {"resolution": "9h"}}).priority_faults("P9", {})) == []

    def test_closed_priorities_are_closed_also_where_there_is_a_row_for_all_others(self) -> None:
        for targets in ({"P1": {"resolution": "1h"}, "default": {"resolution": "9h"}}, ROWS):
            terms = contract(targets=targets, priorities=["P1", "P2"])
            assert list(terms.priority_faults("P2", {})) == []
            assert [fault.path for fault in terms.priority_faults("P3", {})] == ["priority"]

    def test_a_ticket_of_a_priority_that_is_not_known_any_more_is_promised_nothing(self) -> None:
        """Logs outlive contracts: such a ticket is still read, years later."""
        assert contract().row(Circumstances("P9", OPENED_AT, {})) is None
        assert opened(contract(), priority="P9").promised() == []


class TestTheMatrix:
    TERMS = contract(calendar=None, warn_at=[], priority_matrix=MATRIX)

    @pytest.mark.parametrize(
        ("impact", "urgency", "priority"),
        [("high", "high", "P1"), ("high", "low", "P2"), ("low", "high", "P2"), ("low", "low", "P3")],
    )
    def test_impact_and_urgency_give_the_priority(self, impact: str, urgency: str, priority: str) -> None:
        ticket = opened(self.TERMS, impact=impact, urgency=urgency)
        assert (ticket.priority, row(ticket)) == (priority, priority)

    def test_a_stated_priority_wins_now_and_when_they_change(self) -> None:
        story = Story("P3", terms=self.TERMS, impact="high", urgency="high")
        assert story.ticket().priority == "P3"
        story.says(ev.AttributesChanged, 5, urgency="low")
        assert (story.ticket().priority, story.obligation("resolution").obligation_id) == ("P3", "resolution#1")

    def test_a_change_of_impact_or_urgency_is_a_change_of_priority(self) -> None:
        terms = contract(calendar=None, warn_at=[], priority_matrix=MATRIX)
        story = Story(terms=terms)
        about = {"contract_version": 1, "impact": "low", "urgency": "low"}
        story.log[0] = event(1, ev.Opened, OPENED_AT, OPENED_AT, Actor("customer"), about)
        assert story.due_at("resolution") == after(16 * 60)
        story.says(ev.AttributesChanged, 5, urgency="high")
        assert (story.ticket().priority, story.due_at("resolution")) == ("P2", after(8 * 60))
        story.says(ev.PriorityChanged, 10, priority="P1")
        story.says(ev.AttributesChanged, 20, urgency="low")
        assert (story.ticket().priority, story.due_at("resolution")) == ("P1", after(4 * 60))

    def test_a_ticket_without_a_priority_needs_both_of_them(self) -> None:
        why = "is missing, and impact and urgency do not give it; known impacts are high, low"
        for about in ({}, {"impact": "high"}, {"urgency": "low"}, {"impact": "middling", "urgency": "low"}):
            assert list(self.TERMS.priority_faults(None, about)) == [Fault("priority", why)]
        assert list(self.TERMS.priority_faults(None, {"impact": "high", "urgency": "low"})) == []
        assert list(contract().priority_faults(None, {"impact": "high"})) == [Fault("priority", "is required")]

    def test_rows_may_look_at_the_priority_that_it_gives(self) -> None:
        rows = [{"when": {"priority": "P1"}, "resolution": "1h"}, {"resolution": "8h"}]
        terms = contract(calendar=None, targets=rows, priority_matrix=MATRIX)
        assert row(opened(terms, impact="high", urgency="high")) == "0"
        assert row(opened(terms, impact="low", urgency="high")) == "1"


class TestAttributesThatChange:
    def test_the_ticket_falls_under_another_row_from_the_original_start(self) -> None:
        story = Story(terms=selecting())
        story.says(ev.Pended, 30)
        story.says(ev.Resumed, 50)
        story.says(ev.AttributesChanged, 60, category="billing")
        # Three hours from the opening and the twenty minutes that the ticket waited.
        assert story.due_at("resolution") == after(200)
        assert story.obligation("resolution").obligation_id == "resolution#1.4"

    def test_and_back_again(self) -> None:
        story = Story(terms=selecting())
        story.says(ev.AttributesChanged, 60, category="billing")
        story.says(ev.AttributesChanged, 70, category="hardware")
        assert story.due_at("resolution") == after(480)

    def test_what_no_selector_looks_at_changes_no_target(self) -> None:
        story = Story(terms=selecting())
        story.says(ev.AttributesChanged, 60, subject="other", channel="phone", handoff={"log": "x"})
        assert story.obligation("resolution").obligation_id == "resolution#1"
        assert story.ticket().attributes["channel"] == "phone"

    def test_more_affected_users_and_tags_may_make_it_late_at_once(self) -> None:
        story = Story(terms=selecting(), tags=["outage"])
        story.assess(0)
        story.says(ev.Acknowledged, 1)
        story.says(ev.AttributesChanged, 100, affected_users=50)
        story.assess(100)
        assert [(e.occurred_at, e.on_arrival) for e in story.recorded(ev.Breached)] == [(after(60), True)]
        assert story.told("late_on_arrival") == ["frontline", "ana"]
        assert story.told("breach") == []

    def test_what_the_new_row_promises_and_the_old_one_did_not_has_its_whole_history(self) -> None:
        story = Story(terms=selecting())
        story.says(ev.AgentReplied, 10)
        story.says(ev.AttributesChanged, 100, segment="enterprise")
        assert story.state("first_response", 101) == "met"

    def test_what_the_new_row_does_not_promise_is_owed_no_longer(self) -> None:
        story = Story(terms=selecting(), segment="enterprise")
        story.says(ev.AttributesChanged, 5, segment="trial")
        assert [o.metric.name for o in story.ticket().promised()] == ["resolution"]
        assert story.look(1_000).ticket.current["first_response"].due_at() is None

    def test_the_customer_s_deadline_is_looked_at_when_it_is_told_later(self) -> None:
        story = Story(terms=selecting())
        story.says(ev.AttributesChanged, 30, customer_deadline=format_instant(after(300)))
        assert story.due_at("resolution") == after(240)


def test_the_whole_document_s_rows_are_found_by_their_priority() -> None:
    terms = contract()
    assert [r.path for r in terms.rows] == [f"targets.{name}" for name in DOCUMENT["targets"]]


@pytest.mark.parametrize(
    ("parts", "deciding"),
    [
        ({}, {"site"}),
        ({"priority_matrix": MATRIX}, {"site", "impact", "urgency"}),
        (
            {"targets": ROWS},
            {"site", "tags", "affected_users", "segment", "category", "customer_deadline"},
        ),
    ],
)
def test_a_contract_knows_which_attributes_of_a_ticket_decide_its_targets(
    parts: Mapping[str, Any], deciding: set[str]
) -> None:
    assert {name for name in ATTRIBUTES if name in contract(**parts).deciding} == deciding
