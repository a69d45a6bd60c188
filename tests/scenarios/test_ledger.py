"""The ledger of notices: who was told what of a ticket, by which message, and what has not gone out yet."""

from __future__ import annotations

import json
from typing import Any
from unittest import mock

import pytest

from infra.local.engine import Engine
from tests.scenarios.conftest import FRIDAY
from tests.scenarios.desk import Desk


def ledger(desk: Desk, ticket_id: str = "T-1") -> list[dict[str, Any]]:
    return list(desk.expect(200, "GET", f"/v1/tickets/{ticket_id}/notices")["notices"])


def waiting(desk: Desk, query: str = "") -> list[tuple[str, str, str]]:
    found = desk.expect(200, "GET", f"/v1/notices{query}")
    assert found["next_cursor"] is None
    return [(each["ticket_id"], each["recipient"], each["state"]) for each in found["notices"]]


@pytest.mark.once_and_twice
def test_every_message_to_somebody_is_in_the_ledger_with_its_message_id(desk: Desk) -> None:
    for ticket_id in ("T-1", "T-2", "T-3"):
        desk.open(ticket_id)
    desk.engine.advance(hours=1)
    desk.acknowledge("ben", "T-2")
    desk.engine.advance(minutes=10)
    published = {alert.message_id: alert for alert in desk.engine.alerts()}
    digests = {each: len(json.loads(alert.message["default"]).get("notices", [])) for each, alert in published.items()}
    told = [each for ticket_id in ("T-1", "T-2", "T-3") for each in ledger(desk, ticket_id)]
    assert {each["state"] for each in told} == {"handed_over"}
    assert {each["message_id"] for each in told} == published.keys()
    for each in told:
        assert published[each["message_id"]].recipient == each["recipient"]
        assert (each["digest_of"] or 0) == digests[each["message_id"]]
        assert each["repeated_as"] == []
    assert len({each["notice_id"] for each in told}) == len(told)
    assert waiting(desk) == []


def test_no_link_is_in_the_ledger(desk: Desk) -> None:
    desk.open()
    desk.open("T-2")
    token = desk.link_to("ana").rpartition("/")[2]
    for path in ("/v1/tickets/T-1/notices", "/v1/tickets/T-2/notices", "/v1/notices"):
        answer = desk.call("GET", path).text
        assert "ana" in answer or path.endswith("/v1/notices")
        assert token not in answer
        assert "/a/" not in answer


def test_what_waits_in_mailboxes_and_what_sns_does_not_take_is_listed_until_it_is_told() -> None:
    with Engine(start=FRIDAY) as engine:
        desk = Desk(engine).prepare()
        desk.open("T-1")
        assert waiting(desk) == []
        desk.open("T-2")
        queued = [("T-2", "frontline", "queued"), ("T-2", "ana", "queued"), ("T-2", "customer", "queued")]
        assert waiting(desk) == waiting(desk, "?state=queued") == queued
        with mock.patch("tocsin.adapters.sns.SnsNotifier.publish", side_effect=ConnectionError("SNS is down")):
            engine.advance(minutes=2)
            assert waiting(desk) == waiting(desk, "?state=failed") == [(*each[:2], "failed") for each in queued]
        engine.advance(minutes=6)
        assert waiting(desk) == []
        assert {(each["state"], each["error"]) for each in ledger(desk, "T-2")} == {("handed_over", "ConnectionError")}


def test_what_has_been_handed_over_is_asked_for_ticket_by_ticket(desk: Desk) -> None:
    refused = desk.expect(422, "GET", "/v1/notices?state=handed_over")
    assert "GET /v1/tickets/{ticket_id}/notices" in refused["errors"][0]["message"]
    misspelt = desk.expect(422, "GET", "/v1/notices?state=lost")
    assert misspelt["errors"] == [
        {"path": "state", "message": "must be one of 'recorded', 'queued', 'failed' or 'handed_over'"}
    ]
