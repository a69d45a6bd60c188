"""Every answer of a link: used twice, late, forged, after the ticket moved on, was handed over, is over, or at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from infra.local.gateway_events import Response
from tests.scenarios.desk import Desk

ACTIONS: Mapping[str, Mapping[str, Any]] = {
    "acknowledged": {"action": "acknowledge"},
    "snoozed": {"action": "snooze", "for": "30m"},
    "assigned": {"action": "hand_over", "to": "ben"},
    "escalated": {"action": "escalate", "tier": 2},
    "breach_expected": {"action": "will_be_missed", "metric": "resolution"},
    "declined": {"action": "decline"},
}
"""What can be done, by the event that is recorded of it."""

OTHERS = [kind for kind in ACTIONS if kind != "acknowledged"]


def act(desk: Desk, link: str, kind: str) -> Response:
    """As a chat's button does it."""
    return desk.engine.request("POST", link, json=ACTIONS[kind])


def opened(desk: Desk) -> str:
    """The path of Ana's link."""
    desk.open()
    return desk.link_to("ana")


def refusal(response: Response) -> tuple[int, str]:
    return response.status, response.json()["detail"]


def holder(desk: Desk) -> Any:
    return desk.ticket()["escalation"]["acknowledged_by"]


@pytest.mark.parametrize("kind", ACTIONS)
def test_used_twice_it_answers_the_same_and_is_recorded_once(desk: Desk, kind: str) -> None:
    link = opened(desk)
    first, second = act(desk, link, kind), act(desk, link, kind)
    assert (first.status, second.status) == (200, 200)
    assert (first.json()["done"], second.json()["done"]) == (ACTIONS[kind]["action"], None)
    assert first.json()["has_it"] == second.json()["has_it"]
    assert desk.types().count(kind) == 1


@pytest.mark.parametrize("kind", ACTIONS)
def test_after_72_hours_it_says_so_and_does_nothing(desk: Desk, kind: str) -> None:
    link = opened(desk)
    desk.engine.advance(hours=72, seconds=1)
    before = desk.types()
    assert refusal(act(desk, link, kind)) == (410, "This link has expired; acknowledge in the helpdesk.")
    page = desk.engine.request("GET", link)
    assert (page.status, "<h1>This link has expired</h1>" in page.text) == (410, True)
    assert desk.types() == before


def test_forged_truncated_or_changed_it_says_so_and_does_nothing(desk: Desk) -> None:
    link = opened(desk)
    token = link.rpartition("/")[2]
    for tried in (token[:-1], token + "A", token.swapcase(), token[::-1], "A" * 16):
        for kind in ACTIONS:
            status, detail = refusal(act(desk, f"/a/{tried}", kind))
            assert (status, "not one of ours, or it is incomplete" in detail) == (404, True)
        assert "<h1>This link is not valid</h1>" in desk.engine.request("POST", f"/a/{tried}").text
    assert desk.types() == ["opened", "tier_alerted"]


def test_it_is_its_person_s_whoever_follows_it_and_whatever_they_send(desk: Desk) -> None:
    link = opened(desk)
    for stranger in ({"actor": "mallory"}, {"member": "ben"}, {"ticket": "T-2"}):
        answer = desk.engine.request("POST", link, json={"action": "decline", **stranger})
        assert (answer.status, answer.json()["errors"][0]["message"]) == (422, "is not a field here")
    assert desk.types() == ["opened", "tier_alerted"]
    act(desk, link, "acknowledged")
    assert holder(desk) == "ana"


def test_once_the_next_tier_was_alerted_it_takes_the_ticket_and_passes_on_nothing_that_was_passed_on(
    desk: Desk,
) -> None:
    link = opened(desk)
    desk.engine.advance(minutes=15)
    assert refusal(act(desk, link, "declined")) == (
        409,
        "It is not your turn to take the ticket, so there is nothing for you to decline.",
    )
    assert refusal(act(desk, link, "escalated")) == (409, "That tier has been alerted meanwhile.")
    page = desk.engine.request("GET", link).text
    assert "Do you have it?" in page
    assert "Escalate it to Management" in page
    assert act(desk, link, "acknowledged").json()["has_it"] == {"id": "ana", "name": "Ana"}


@pytest.mark.parametrize("kind", ["snoozed", "escalated", "breach_expected", "declined"])
def test_after_a_hand_over_it_says_who_has_it_and_does_nothing(desk: Desk, kind: str) -> None:
    link = opened(desk)
    act(desk, link, "acknowledged")
    act(desk, link, "assigned")
    before = desk.types()
    assert refusal(act(desk, link, kind)) == (409, "Somebody else has the ticket by now.")
    assert act(desk, link, "acknowledged").json()["title"] == "Ben has it"
    assert "<h1>Ben has it</h1>" in desk.engine.request("GET", link).text
    assert (desk.types(), holder(desk)) == (before, "ben")


@pytest.mark.parametrize("end", ["resolved", "closed", "deleted"])
def test_after_the_end_nothing_is_left_to_do_and_an_acknowledgement_is_recorded_only(desk: Desk, end: str) -> None:
    link = opened(desk)
    desk.report(end)
    for kind in OTHERS:
        assert refusal(act(desk, link, kind)) == (409, f"The ticket is {end}; nothing is left to do by this link.")
    late = act(desk, link, "acknowledged")
    assert (late.json()["title"], late.json()["has_it"], late.json()["possible"]) == (f"T-1 is {end}", None, [])
    assert [each for each in desk.types() if each in ACTIONS] == ["acknowledged"]
    assert desk.ticket()["status"] == end


@pytest.mark.parametrize("resolved_first", [True, False])
def test_acknowledged_and_resolved_in_the_same_instant_it_is_resolved_whichever_is_recorded_first(
    desk: Desk, resolved_first: bool
) -> None:
    link = opened(desk)
    if resolved_first:
        desk.report("resolved")
    act(desk, link, "acknowledged")
    if not resolved_first:
        desk.report("resolved")
    both = [each for each in desk.log() if each["type"] in ("acknowledged", "resolved")]
    assert len({each["occurred_at"] for each in both}) == 1
    assert (both[0]["type"] == "resolved") is resolved_first
    assert desk.ticket()["status"] == "resolved"
    assert holder(desk) == (None if resolved_first else "ana")


def test_whoever_declined_may_take_it_after_all(desk: Desk) -> None:
    link = opened(desk)
    act(desk, link, "declined")
    desk.engine.advance(minutes=1)
    assert act(desk, link, "acknowledged").json()["title"] == "You have it"
    assert holder(desk) == "ana"


def test_a_reopened_ticket_may_be_declined_anew_by_the_link_that_declined_it(desk: Desk) -> None:
    link = opened(desk)
    act(desk, link, "declined")
    desk.report("resolved")
    desk.report("reopened")
    desk.report("escalated", tier=1)
    desk.engine.advance(minutes=1)
    assert act(desk, link, "declined").json()["done"] == "decline"
    assert desk.types().count("declined") == 2


def test_the_link_of_a_digest_leads_to_its_tickets_and_does_nothing_by_itself(desk: Desk) -> None:
    for ticket_id in ("T-1", "T-2", "T-3"):
        desk.open(ticket_id, "P2")
    desk.engine.advance(minutes=2)
    alerts = [alert for alert in desk.engine.alerts() if alert.recipient == "ana"]
    [digest] = [alert for alert in alerts if "notices" in alert.message["default"]]
    [link] = re.findall(r"https?://[^/]+(/a/\S+)", digest.text_for("sms"))
    answer = act(desk, link, "declined").json()
    assert (answer["ticket_id"], answer["done"], answer["title"]) == (None, None, "2 tickets to look at")
    assert len(answer["tickets"]) == 2
    assert all("declined" not in desk.types(ticket_id) for ticket_id in ("T-1", "T-2", "T-3"))
