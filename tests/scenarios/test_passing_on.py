"""Handing a ticket over and escalating it by the link, without JavaScript: forms and what becomes of them."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from infra.local.gateway_events import Response
from tests.scenarios.desk import Desk

pytestmark = pytest.mark.once_and_twice

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def submit(desk: Desk, link: str, **fields: str) -> Response:
    return desk.engine.request("POST", link, body=urlencode(fields), headers=FORM)


def test_who_is_given_it_is_told_with_a_link_of_their_own_and_may_decline(desk: Desk) -> None:
    desk.open()
    link = desk.link_to("ana")
    assert '<option value="ben">Ben, Engineering, on call</option>' in desk.engine.request("GET", link).text
    page = submit(desk, link, action="hand_over", to="ben", reason="")
    assert (page.status, "Ben has it" in page.text) == (200, True)
    desk.engine.advance(minutes=1)
    assert desk.told("assignment") == [("assignment", "ben")]
    [given] = desk.alerts("assignment")
    bens = given.body[given.body.index("/a/") :].split()[0]
    assert "You have it" in desk.engine.request("GET", bens).text
    assert "You have declined" in submit(desk, bens, action="decline").text
    desk.engine.advance(minutes=1)
    assert desk.ticket()["tier"] == 3
    assert desk.ticket()["escalation"]["acknowledged_by"] is None


def test_the_next_tier_is_alerted_at_once_with_the_reason_in_the_log(desk: Desk) -> None:
    desk.open()
    link = desk.link_to("ana")
    page = submit(desk, link, action="escalate", tier="2", reason="Needs the database")
    assert (page.status, "You have escalated it" in page.text) == (200, True)
    desk.engine.advance(minutes=1)
    assert ("tier_alert", "ben") in desk.told("tier_alert")
    [escalated] = [each for each in desk.log() if each["type"] == "escalated"]
    assert (escalated["actor"]["id"], escalated["details"]["reason"]) == ("ana", "Needs the database")
    assert submit(desk, link, action="escalate", tier="2").status == 200
    assert desk.ticket()["tier"] == 2
