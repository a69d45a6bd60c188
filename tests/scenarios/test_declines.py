"""Declining an alert, over the API: the next one is alerted at once, whatever the time."""

from __future__ import annotations

import pytest

from tests.scenarios.desk import TEAMS, Desk

pytestmark = pytest.mark.once_and_twice


def decline(desk: Desk, member_id: str) -> None:
    desk.report("declined", actor={"kind": "agent", "id": member_id}, reason="On a train")
    desk.engine.advance(minutes=1)


def test_the_next_tier_is_alerted_at_once_when_all_of_a_tier_decline_and_at_the_end_all_are_told(desk: Desk) -> None:
    desk.open()
    for member_id in ("ana", "ben", "dora"):
        decline(desk, member_id)
    asked = [each["details"] for each in desk.log() if each["type"] == "tier_alerted"]
    assert [(each["tier"], each["members"], each.get("not_reached")) for each in asked] == [
        (1, ["ana"], None),
        (1, [], "everybody_declined"),
        (2, ["ben"], None),
        (2, [], "everybody_declined"),
        (3, ["dora"], "no_channel"),
        (3, [], "everybody_declined"),
    ]
    assert desk.types().count("escalation_exhausted") == 1
    assert {who for _, who in desk.told("escalation_exhausted")} == {*TEAMS, "ana", "ben", "dora"}
    [gist] = {alert.subject for alert in desk.alerts("escalation_exhausted") if alert.recipient == "management"}
    assert gist == "[P1] EVERYBODY has declined T-1"
    assert desk.states() == ("AwaitChange", "WaitForResponseWarning")


def test_who_declines_for_nobody_is_refused_and_who_was_not_asked_changes_nothing(desk: Desk) -> None:
    desk.open()
    answer = desk.expect(422, "POST", "/v1/tickets/T-1/events", {"type": "declined"})
    assert "it is somebody who declines" in answer["errors"][0]["message"]
    decline(desk, "ben")
    assert desk.types() == ["opened", "tier_alerted", "declined"]


def test_by_the_link_the_next_one_is_alerted_at_once_and_the_page_and_a_chat_s_button_say_so(desk: Desk) -> None:
    desk.open()
    link = desk.link_to("ana")
    page = desk.engine.request(
        "POST",
        link,
        body=b"action=decline&reason=Asleep",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert (page.status, "You have declined" in page.text) == (200, True)
    assert "Ben was alerted instead." in page.text
    desk.engine.advance(minutes=1)
    assert ("tier_alert", "ben") in desk.told("tier_alert")
    answer = desk.engine.request("POST", desk.link_to("ben"), json={"action": "decline"})
    assert (answer.status, answer.json()["done"], answer.json()["has_it"]) == (200, "decline", None)
    assert answer.json()["text"].startswith("Dora was alerted instead.")
    again = desk.engine.request("POST", link, json={"action": "decline"})
    assert (again.json()["done"], again.json()["title"]) == (None, "You have declined")
    assert desk.types().count("declined") == 2
