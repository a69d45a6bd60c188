"""Nobody is woken too often, everybody's turn comes, and whoever answers for the chain hears when nobody is there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.desk import CONTRACT, Desk

MEMBERS = [
    {"member_id": each, "name": each.title(), "channels": [{"type": "email", "address": f"{each}@example.com"}]}
    for each in ("ana", "bo", "cy")
]
ROTATION = {"every": "weekly", "starts_on": "2026-01-05", "at": "09:00", "timezone": "Europe/Berlin"}
NIGHT_TEAM: dict[str, Any] = {
    "name": "Night",
    "timezone": "Europe/Berlin",
    "members": MEMBERS,
    "rotation": {**ROTATION, "order": ["ana", "bo", "cy"]},
}
TO_MIDNIGHT = 6 * 60 + 20
"""Minutes, from the engine's 16:40 in Berlin to 23:00 there."""


def one_tier(**tier: Any) -> dict[str, Any]:
    tiers = [{"team": "night", "acknowledge_within": "15m", **tier}]
    return {**CONTRACT, "escalation": {"tiers": tiers, "repeat_last_tier": 0}}


def alerted(desk: Desk, ticket_id: str) -> list[str]:
    """Who was alerted as a person."""
    return [recipient for kind, recipient in desk.told("tier_alert", ticket_id) if recipient != "night"]


def sort_by_member(found: dict[str, Any]) -> dict[str, Any]:
    return {each["member_id"]: each for each in found["shares"]}


def test_after_so_many_pages_in_a_night_the_next_person_is_woken_and_told_why(desk: Desk) -> None:
    desk.expect(201, "PUT", "/v1/teams/night", {**NIGHT_TEAM, "most_pages_per_night": 2})
    desk.expect(201, "PUT", "/v1/contracts/nightly", one_tier())
    schedule = {"name": "S", "timezone": "Europe/Berlin", "layers": [_turns("cy", "ana", "bo")]}
    desk.expect(201, "PUT", "/v1/schedules/turns", schedule)
    on_call = desk.expect(200, "GET", "/v1/teams/night/on-call")["on_call"][0]["member_id"]
    assert on_call == "cy"
    desk.open("BY-DAY", contract_id="nightly")
    desk.engine.advance(minutes=1)
    desk.engine.advance(minutes=TO_MIDNIGHT)
    for number in range(4):
        desk.open(f"N-{number}", contract_id="nightly")
        desk.engine.advance(minutes=5)
    assert [alerted(desk, f"N-{number}") for number in range(4)] == [["cy"], ["cy"], ["ana"], ["ana"]]
    [stood_in] = [each for each in desk.alerts("tier_alert", "N-2") if each.recipient == "ana"]
    assert (
        "Instead of Cy, who is on call, has night now and is not to be alerted more often in it."
        in stood_in.message["email"]
    )
    shown = desk.expect(200, "GET", "/v1/tickets/N-2/explain")["escalation"]["steps"][0]
    assert shown["passed_over"] == ["cy"]
    shares = sort_by_member(desk.expect(200, "GET", "/v1/schedules/turns/fairness"))
    assert {who: (each["pages"], each["night_pages"], each["passed_over"]) for who, each in shares.items()} == {
        "cy": (3, 2, 2),
        "ana": (2, 2, 0),
        "bo": (0, 0, 0),
    }


def _turns(*people: str) -> dict[str, Any]:
    return {"name": "week", "participants": [*people], "starts_on": "2026-01-05", "hand_over": {"unit": "weeks"}}


@pytest.mark.parametrize("by_link", [False, True])
def test_turns_by_ticket_go_to_whoever_has_taken_none_for_the_longest_time(desk: Desk, *, by_link: bool) -> None:
    turns = {"name": "Night", "members": MEMBERS, "on_call": {"round_robin": ["ana", "bo", "cy"]}}
    assert desk.expect(201, "PUT", "/v1/teams/night", turns)["on_call"] == {"round_robin": ["ana", "bo", "cy"]}
    desk.expect(201, "PUT", "/v1/contracts/nightly", one_tier())

    def takes(member_id: str, ticket_id: str) -> None:
        if by_link:
            assert desk.call("POST", desk.link_to(member_id, ticket_id)).status == 200
        else:
            desk.acknowledge(member_id, ticket_id)
        desk.engine.advance(minutes=2)

    for ticket_id in ("T-1", "T-2"):
        desk.open(ticket_id, contract_id="nightly")
        desk.engine.advance(minutes=2)
    assert (alerted(desk, "T-1"), alerted(desk, "T-2")) == (["ana"], ["ana"]), "nobody has taken one yet"
    takes("ana", "T-1")
    desk.open("T-3", contract_id="nightly")
    desk.engine.advance(minutes=2)
    assert alerted(desk, "T-3") == ["bo"]
    takes("bo", "T-3")
    on_call = desk.expect(200, "GET", "/v1/teams/night/on-call")
    assert ([each["member_id"] for each in on_call["on_call"]], on_call["by"]) == (["cy"], "round_robin")


def test_a_backup_is_the_next_one_on_call_and_at_last_everybody_is_woken(desk: Desk) -> None:
    desk.expect(201, "PUT", "/v1/teams/night", NIGHT_TEAM)
    tiers = [
        {"team": "night", "acknowledge_within": "5m"},
        {"team": "night", "who": "next", "acknowledge_within": "5m"},
        {"team": "night", "who": "everybody", "acknowledge_within": "5m"},
    ]
    desk.expect(201, "PUT", "/v1/contracts/nightly", {**CONTRACT, "escalation": {"tiers": tiers}})
    desk.open(contract_id="nightly")
    desk.engine.advance(minutes=12)
    steps = [each["details"]["members"] for each in desk.log() if each["type"] == "tier_alerted"]
    assert steps == [["cy"], ["ana"], ["ana", "bo", "cy"]]
    matrix = desk.expect(200, "GET", "/v1/contracts/nightly/matrix")
    assert [row["role"] for row in matrix["roles"]] == ["tier 1", "tier 2, next on call", "tier 3, everybody"]


def test_the_owner_is_told_that_nobody_is_on_call_by_a_message_of_their_own(desk: Desk) -> None:
    rotation = {**ROTATION, "starts_on": "2027-01-01", "order": ["ana"]}
    desk.expect(201, "PUT", "/v1/teams/night", {**NIGHT_TEAM, "rotation": rotation})
    tiers = [{"team": "night", "acknowledge_within": "15m"}, {"team": "engineering", "acknowledge_within": "15m"}]
    escalation = {"tiers": tiers, "owner": "frontline"}
    desk.expect(201, "PUT", "/v1/contracts/nightly", {**CONTRACT, "escalation": escalation})
    desk.open(contract_id="nightly")
    desk.engine.advance(minutes=1)
    [mail] = [each for each in desk.alerts("tier_not_reached") if each.recipient == "ana"]
    assert mail.subject == "[P1] An alert about T-1 reached nobody in tier 1"
    assert "reached nobody: nobody was on call, and nothing" in mail.message["email"]
    assert ("tier_alert", "ben") in desk.told("tier_alert")
    assert "/a/" in mail.message["email"], "they can take it"
