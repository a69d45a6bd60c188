"""In somebody's quiet hours only what is important is told; the rest comes in one message when they end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from infra.local.moto.sns import Alert
from tests.scenarios.desk import CONTRACT, Desk, notices_in

pytestmark = pytest.mark.once_and_twice

EVE: dict[str, Any] = {
    "name": "Eve",
    "timezone": "Europe/Berlin",
    "channels": [{"type": "email", "address": "eve@example.com"}],
    "quiet_hours": {"mon-sun": ["22:00-07:00"]},
}
TIERS = [{"targets": [{"member": "eve"}], "acknowledge_within": "1h"}]
TO_23_00 = 6 * 60 + 20
"""Minutes, from the engine's 16:40 in Berlin."""


@pytest.fixture
def desk(desk: Desk) -> Desk:
    assert desk.expect(201, "PUT", "/v1/members/eve", EVE)["quiet_hours"] == EVE["quiet_hours"]
    desk.expect(201, "PUT", "/v1/contracts/by-eve", {**CONTRACT, "escalation": {"tiers": TIERS}})
    desk.engine.advance(minutes=TO_23_00)
    return desk


def told(desk: Desk) -> list[tuple[str, str]]:
    """What Eve was told, and when, by UTC; a digest is one, whatever is in it."""
    alerts = [each for each in desk.engine.alerts() if each.recipient == "eve"]
    return [("digest" if each in digests(desk) else each.attributes["kind"], f"{each.at:%d %H:%M}") for each in alerts]


def digests(desk: Desk) -> list[Alert]:
    return [each for each in desk.engine.alerts() if each.recipient == "eve" and '"digest"' in each.attributes["kind"]]


def at_seven(desk: Desk) -> None:
    desk.engine.advance_to(datetime(2026, 3, 28, 6, 2, tzinfo=UTC))


def test_an_alert_is_told_at_night_and_what_is_late_by_then_in_the_morning(desk: Desk) -> None:
    desk.open(contract_id="by-eve")
    desk.engine.advance(minutes=1)
    desk.acknowledge("eve")
    desk.engine.advance(minutes=300)
    assert told(desk) == [("tier_alert", "27 22:00")]
    assert {"warned", "breached"} <= set(desk.types())
    assert desk.states()[-1] in ("WaitForDigest", "WaitForUpdateDeadline", "WaitForResolutionDeadline")
    at_seven(desk)
    assert told(desk)[1:] == [("digest", "28 06:00")]
    [digest] = digests(desk)
    assert {each["kind"] for each in notices_in(digest)} >= {"warning", "breach"}


def test_an_alert_about_another_ticket_comes_alone_and_brings_nothing_along(desk: Desk) -> None:
    desk.open(contract_id="by-eve")
    desk.engine.advance(minutes=1)
    desk.acknowledge("eve")
    desk.engine.advance(minutes=60)
    desk.open("T-2", contract_id="by-eve")
    desk.engine.advance(minutes=30)
    assert told(desk) == [("tier_alert", "27 22:00"), ("tier_alert", "27 23:01")]
    desk.acknowledge("eve", "T-2")
    at_seven(desk)
    assert [kind for kind, _ in told(desk)] == ["tier_alert", "tier_alert", "digest"]


def test_what_waits_of_several_tickets_is_one_message(desk: Desk) -> None:
    for number in range(3):
        desk.open(f"T-{number}", contract_id="by-eve")
        desk.engine.advance(minutes=2)
        desk.acknowledge("eve", f"T-{number}")
    desk.engine.advance(minutes=240)
    at_seven(desk)
    assert {each["ticket_id"] for each in notices_in(digests(desk)[-1])} == {"T-0", "T-1", "T-2"}
    told_of = [notice["notice_id"] for each in digests(desk) for notice in notices_in(each)]
    assert len(told_of) == len(set(told_of)), "nothing is told twice"
    for number in range(3):
        log = desk.log(f"T-{number}")
        recorded = {
            n["notice_id"] for each in log if each["type"] == "notices_recorded" for n in each["details"]["notices"]
        }
        sent = {n["notice_id"] for each in log if each["type"] == "notices_sent" for n in each["details"]["receipts"]}
        assert recorded == sent, "and nothing is lost"


def test_by_day_nothing_waits(desk: Desk) -> None:
    at_seven(desk)
    desk.engine.advance(minutes=60)
    desk.open(contract_id="by-eve")
    desk.engine.advance(minutes=1)
    desk.acknowledge("eve")
    desk.engine.advance(minutes=20)
    assert told(desk)[-2:] == [("warning", "28 07:13"), ("breach", "28 07:17")]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"timezone": None}, "no `timezone`"),
        ({"quiet_hours": {}}, "without any window"),
        ({"quiet_hours": {"mon-sun": ["00:00-24:00"]}}, "never end"),
        ({"quiet_hours": {"mon-sun": ["22-07"]}}, ""),
    ],
)
def test_hours_that_cannot_be_meant_are_refused(desk: Desk, changes: dict[str, Any], message: str) -> None:
    refused = desk.expect(422, "PUT", "/v1/members/zoe", {**EVE, **changes})
    assert any(message in each["message"] for each in refused["errors"])
