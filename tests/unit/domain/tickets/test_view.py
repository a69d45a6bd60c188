"""The ticket as the API shows it."""

from __future__ import annotations

import json

from tests.unit.story import ANA, Story, after
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.view import event_view, obligation_view, ticket_view


def test_a_new_ticket_shows_the_fields_that_clients_depend_on() -> None:
    story = Story(subject="Sync stopped", category="integration")
    view = ticket_view(story.look(0), 1, after(0))
    assert view["ticket_id"] == "T-1"
    assert view["status"] == "open"
    assert view["contract"] == {"contract_id": "acme-gold", "version": 1}
    assert (view["tier"], view["sequence"], view["subject"], view["category"]) == (1, 1, "Sync stopped", "integration")
    assert view["next_due_at"] == "2026-03-30T08:11:15Z"
    first = view["obligations"][0]
    assert (first["metric"], first["state"], first["due_at"], first["warn_at"]) == (
        "first_response",
        "running",
        "2026-03-30T08:15:00Z",
        ["2026-03-30T08:11:15Z"],
    )
    json.dumps(view, allow_nan=False)


def test_what_is_not_promised_is_not_shown() -> None:
    assert [o["metric"] for o in ticket_view(Story("P3").look(0), 1, after(0))["obligations"]] == ["resolution"]


def test_a_paused_obligation_shows_no_instant() -> None:
    story = Story()
    story.says(ev.PENDED, 10)
    view = obligation_view(story.obligation("resolution"), after(20))
    assert (view["state"], view["due_at"], view["warn_at"], view["ended_at"]) == ("paused", None, [], None)


def test_a_met_obligation_names_the_event_that_met_it() -> None:
    story = Story()
    story.says(ev.AGENT_REPLIED, 10)
    view = obligation_view(story.obligation("first_response"), after(20))
    assert (view["state"], view["met_by"], view["ended_at"]) == ("met", 2, "2026-03-30T08:10:00Z")


def test_the_escalation_shows_who_has_it_and_when_it_goes_on() -> None:
    story = Story()
    story.assess(0)
    escalation = ticket_view(story.look(1), 3, after(1))["escalation"]
    assert [(o["metric"], o["state"], o["due_at"]) for o in escalation.pop("obligations")] == [
        ("tier_acknowledgement", "running", "2026-03-30T08:15:00Z")
    ]
    assert escalation == {
        "team": "frontline",
        "alerted_at": "2026-03-30T08:00:00Z",
        "acknowledged_by": None,
        "acknowledged_at": None,
        "escalates_at": "2026-03-30T08:15:00Z",
        "exhausted": False,
    }
    story.says(ev.ACKNOWLEDGED, 5)
    taken = ticket_view(story.look(5), 4, after(5))["escalation"]
    assert (taken["acknowledged_by"], taken["acknowledged_at"], taken["escalates_at"]) == (
        "ana",
        "2026-03-30T08:05:00Z",
        None,
    )


def test_a_resolved_ticket_escalates_no_more() -> None:
    story = Story()
    story.assess(0)
    story.says(ev.RESOLVED, 5)
    view = ticket_view(story.look(6), 4, after(6))
    assert (view["status"], view["resolved_at"], view["settled"]) == ("resolved", "2026-03-30T08:05:00Z", True)
    assert (view["escalation"]["escalates_at"], view["next_due_at"]) == (None, None)


def test_an_event_shows_both_instants_and_who_did_it() -> None:
    story = Story()
    event = story.says(ev.AGENT_REPLIED, 5, known_at=7, public=True)
    assert event_view(event) == {
        "sequence": 2,
        "type": "agent_replied",
        "occurred_at": "2026-03-30T08:05:00Z",
        "recorded_at": "2026-03-30T08:07:00Z",
        "actor": {"kind": ANA.kind, "id": "ana"},
        "details": {"public": True},
    }
