"""Messages about several tickets: what somebody does with one, and what becomes of a ticket that waits for it."""

from __future__ import annotations

import re

import pytest

from tests.scenarios.desk import Desk

pytestmark = pytest.mark.once_and_twice


def test_each_ticket_of_a_digest_can_be_acknowledged_by_its_own_link(desk: Desk) -> None:
    engine = desk.engine
    for ticket_id in ("T-1", "T-2", "T-3"):
        desk.open(ticket_id, "P2")
    engine.advance(minutes=2)
    [digest] = [
        alert for alert in engine.alerts() if alert.recipient == "ana" and "notices" in alert.message["default"]
    ]
    [path] = re.findall(r"https?://[^/]+(/a/\S+)", digest.text_for("sms"))
    page = engine.request("GET", path)
    links = re.findall(rb'href="https?://[^/]+(/a/[^"]+)">([^<]+)<', page.body)
    assert [subject.decode().split()[1] for _, subject in links] == ["T-2", "T-3"]
    assert engine.request("POST", path).status == 200
    assert desk.ticket("T-2")["escalation"]["acknowledged_by"] is None, "the page of a digest acknowledges nothing"
    engine.request("POST", links[1][0].decode())
    assert desk.ticket("T-3")["escalation"]["acknowledged_by"] == "ana"
    assert desk.ticket("T-2")["escalation"]["acknowledged_by"] is None


def test_a_ticket_whose_last_notice_waits_is_done_with_only_when_it_was_sent(desk: Desk) -> None:
    engine = desk.engine
    for ticket_id in ("T-1", "T-2"):
        desk.open(ticket_id, "P2")
    engine.advance(minutes=2)
    for ticket_id in ("T-1", "T-2"):
        desk.report("resolved", ticket_id)
    assert [each.status for each in engine.executions()] == ["SUCCEEDED", "RUNNING"]
    assert set(desk.states("T-2")) == {"WaitForDigest", "AwaitChange"}
    engine.advance(minutes=1)
    assert [each.status for each in engine.executions()] == ["SUCCEEDED", "SUCCEEDED"]
    assert ("customer_resolution", "customer") in desk.told(ticket_id="T-2")
