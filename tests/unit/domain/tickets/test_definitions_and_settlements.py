"""Where definitions change under a running measurement, where one event does two things, where the end was no end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.unit.story import ANA, DOCUMENT, Story, after, contract
from tocsin.domain.tickets import events as ev

UPDATES: Mapping[str, Any] = {
    "targets": {"P1": {"periodic_update": "2h", "resolution": "8h"}},
    "calendar": None,
    "warn_at": [],
}
PAUSING = {"periodic_update": {"pause": ["pended"], "resume": ["resumed"]}}


def test_a_metric_that_no_longer_pauses_counts_again_when_the_ticket_moves_to_that_version() -> None:
    story = Story(terms=contract(**UPDATES, metrics=PAUSING))
    story.versions[2] = contract(**UPDATES)
    story.says(ev.Pended, 30)
    assert story.due_at("periodic_update") is None
    story.says(ev.ContractChanged, 60, contract_version=2, reason="updates do not wait")
    assert story.due_at("periodic_update") == after(150)


def test_a_metric_that_pauses_from_now_on_pauses_for_the_wait_that_there_is() -> None:
    story = Story(terms=contract(**UPDATES))
    story.versions[2] = contract(**UPDATES, metrics=PAUSING)
    story.says(ev.Pended, 30)
    assert story.due_at("periodic_update") == after(120)
    story.says(ev.ContractChanged, 60, contract_version=2, reason="updates wait")
    assert story.due_at("periodic_update") is None
    story.says(ev.Resumed, 100)
    assert story.due_at("periodic_update") == after(160)


def test_a_cycle_is_not_met_by_the_event_that_begins_it_so_every_name_is_one_obligation_s() -> None:
    terms = contract(**UPDATES, counts_as_response=["public_reply", "agent_opening"])
    story = Story(terms=terms)
    opened = story.log[0]
    story.log[0] = replace(opened, actor=ANA)
    names = [obligation.obligation_id for obligation in story.ticket().obligations()]
    assert names.count("periodic_update#1") == 1
    assert story.due_at("periodic_update") == after(120)


def test_a_settled_ticket_for_which_something_learned_late_is_owed_is_not_settled() -> None:
    targets = {"P1": {"resolution": "4h", "customer_notification": "24h"}, "P2": {"resolution": "8h"}}
    story = Story("P2", terms=contract(targets=targets, calendar=None))
    story.assess(0)
    story.says(ev.Resolved, 60)
    assert story.assess(60).ticket.settled
    story.says(ev.PriorityChanged, 30, known_at=90, priority="P1")
    assessment = story.assess(90)
    assert not assessment.ticket.settled
    assert assessment.timer is not None
    story.says(ev.CustomerNotified, 100)
    assert story.assess(100).ticket.settled


def test_the_earlier_deadline_is_kept_however_often_what_was_promised_last_is_looked_up_again() -> None:
    terms = contract(
        targets=[
            {"when": {"priority": "P1"}, "resolution": "4h"},
            {"when": {"category": "outage", "priority": "P9"}, "resolution": "1h"},
            {"resolution": "8h"},
        ],
        retarget={"priority": "best_for_customer"},
        calendar=None,
        escalation=DOCUMENT["escalation"],
    )
    story = Story("P1", terms=terms)
    story.says(ev.PriorityChanged, 10, priority="P2")
    assert story.due_at("resolution") == after(240)
    story.says(ev.AttributesChanged, 20, category="other")
    assert story.due_at("resolution") == after(240)
