"""The ticket as the API shows it."""

from __future__ import annotations

import json

from tests.unit.story import ANA, Story, after, contract
from tocsin.domain.assessment.views import event_view, obligation_view, ticket_view
from tocsin.domain.tickets import events as ev


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
    story.says(ev.Pended, 10)
    view = obligation_view(story.obligation("resolution"), after(20), "Europe/Berlin")
    assert (view["state"], view["due_at"], view["warn_at"], view["ended_at"]) == ("paused", None, [], None)


def test_a_met_obligation_names_the_event_that_met_it() -> None:
    story = Story()
    story.says(ev.AgentReplied, 10)
    view = obligation_view(story.obligation("first_response"), after(20), "Europe/Berlin")
    assert (view["state"], view["met_by"], view["ended_at"]) == ("met", 2, "2026-03-30T08:10:00Z")


def test_the_escalation_shows_who_has_it_and_when_it_goes_on() -> None:
    story = Story()
    story.assess(0)
    escalation = ticket_view(story.look(1), 3, after(1))["escalation"]
    assert [(o["metric"], o["state"], o["due_at"]) for o in escalation.pop("obligations")] == [
        ("tier_acknowledgement", "running", "2026-03-30T08:15:00Z")
    ]
    assert escalation == {
        "policy": "main",
        "team": "frontline",
        "targets": [{"team": "frontline"}],
        "alerted_at": "2026-03-30T08:00:00Z",
        "acknowledged_by": None,
        "acknowledged_at": None,
        "snoozed_until": None,
        "escalates_at": "2026-03-30T08:15:00Z",
        "exhausted": False,
    }
    story.says(ev.Acknowledged, 5)
    taken = ticket_view(story.look(5), 4, after(5))["escalation"]
    assert (taken["acknowledged_by"], taken["acknowledged_at"], taken["escalates_at"]) == (
        "ana",
        "2026-03-30T08:05:00Z",
        None,
    )


def test_a_resolved_ticket_escalates_no_more() -> None:
    story = Story()
    story.assess(0)
    story.says(ev.Resolved, 5)
    view = ticket_view(story.look(6), 4, after(6))
    assert (view["status"], view["resolved_at"], view["settled"]) == ("resolved", "2026-03-30T08:05:00Z", True)
    assert (view["escalation"]["escalates_at"], view["next_due_at"]) == (None, None)


def test_an_event_shows_both_instants_and_who_did_it() -> None:
    story = Story()
    event = story.says(ev.AgentReplied, 5, known_at=7, public=True)
    assert event_view(event) == {
        "sequence": 2,
        "type": "agent_replied",
        "occurred_at": "2026-03-30T08:05:00Z",
        "recorded_at": "2026-03-30T08:07:00Z",
        "actor": {"kind": ANA.kind, "id": "ana"},
        "details": {"public": True, "tier": 1},
    }


BERLIN = "Europe/Berlin"


def texts(story: Story, minute: float) -> dict[str, str]:
    view = ticket_view(story.look(minute), 1, after(minute))
    return {each["metric"]: each["text"] for each in view["obligations"]}


def test_a_running_obligation_says_how_much_is_left_until_when() -> None:
    assert texts(Story(), 30)["resolution"] == (
        "3 hours 30 minutes of 4 hours left, due Mon 2026-03-30 14:00 (Europe/Berlin)"
    )


def test_outside_its_hours_it_says_when_they_open_again() -> None:
    text = texts(Story("P2"), 8 * 60)["resolution"]
    assert text.startswith("2 hours of 8 hours left, due Tue 2026-03-31 11:00 (Europe/Berlin)")
    assert text.endswith(", outside its hours until Tue 2026-03-31 09:00 (Europe/Berlin)")


def test_a_paused_obligation_says_how_much_will_be_left() -> None:
    story = Story()
    story.says(ev.Pended, 10)
    assert texts(story, 500)["resolution"] == "3 hours 50 minutes of 4 hours left, paused"


def test_business_days_are_counted_as_such() -> None:
    story = Story(terms=contract(targets={"P1": {"resolution": "3bd"}}))
    assert texts(story, 32 * 60)["resolution"].startswith(
        "2 of 3 business days left, due Thu 2026-04-02 17:00 (Europe/Berlin)"
    )


def test_a_due_date_by_hand_says_whose_it_is() -> None:
    story = Story()
    story.says(ev.DueDateSet, 5, metric="resolution", due_at="2026-03-31T08:00:00Z", reason="agreed by phone")
    assert texts(story, 10)["resolution"] == (
        "due Tue 2026-03-31 10:00 (Europe/Berlin), set by hand by ana: agreed by phone"
    )


def test_what_has_ended_says_how() -> None:
    story = Story()
    story.says(ev.AgentReplied, 10)
    assert texts(story, 20)["first_response"] == "met Mon 2026-03-30 10:10 (Europe/Berlin), in time"
    late = Story()
    late.says(ev.AgentReplied, 20)
    assert texts(late, 20)["first_response"] == (
        "met Mon 2026-03-30 10:20 (Europe/Berlin), but it was due Mon 2026-03-30 10:15 (Europe/Berlin)"
    )
    merged = Story()
    merged.says(ev.Merged, 20, into="T-2")
    assert texts(merged, 30) == {
        "first_response": "not met; it was due Mon 2026-03-30 10:15 (Europe/Berlin)",
        "resolution": "owed no longer since Mon 2026-03-30 10:20 (Europe/Berlin)",
        "periodic_update": "owed no longer since Mon 2026-03-30 10:20 (Europe/Berlin)",
    }


def test_what_is_late_says_since_when() -> None:
    assert texts(Story(), 20)["first_response"] == "late; it was due Mon 2026-03-30 10:15 (Europe/Berlin)"


def test_what_comes_next_is_told_with_its_instant() -> None:
    story = Story(terms=contract(taken_by=["acknowledgement"]))

    def coming(minute: float) -> tuple[str, str, str]:
        found = ticket_view(story.look(minute), 1, after(minute))["next_event"]
        return found["type"], found["at"], found["text"]

    story.assess(0)
    assert coming(1) == ("warned", "2026-03-30T08:11:15Z", "first response: the warning at 75%")
    story.assess(12)
    assert coming(13) == ("breached", "2026-03-30T08:15:00Z", "first response: due")
    story.says(ev.AgentReplied, 13)
    assert coming(14) == ("tier_alerted", "2026-03-30T08:15:00Z", "tier 2 (engineering) is alerted")


def test_a_chain_that_will_give_up_says_so_and_a_settled_ticket_has_nothing_to_come() -> None:
    story = Story("P9", terms=contract(targets={"default": {"resolution": "400h"}}, calendar=None))
    story.assess_until(15 + 30 + 60)
    assert ticket_view(story.look(110), 1, after(110))["next_event"]["text"] == (
        "tier 3 (management) is alerted, for the 3rd time"
    )
    story.assess_until(15 + 30 + 60 + 60)
    assert ticket_view(story.look(170), 1, after(170))["next_event"]["text"] == (
        "every tier was alerted, and nobody acknowledged"
    )
    story.says(ev.Resolved, 180)
    assert ticket_view(story.look(181), 1, after(181))["next_event"] is None
