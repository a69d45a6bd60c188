"""On the running system: a due date by hand, quiet nights, and tickets that are merged or deleted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from infra.local.engine import Engine
from tests.scenarios.desk import CONTRACT, Desk

MONDAY = datetime(2026, 6, 1, 7, 0, tzinfo=UTC)
"""Nine o'clock in Berlin."""
ANA = {"kind": "agent", "id": "ana"}


@pytest.fixture
def desk(engine: Engine) -> Desk:
    engine.advance_to(MONDAY)
    return Desk(engine).prepare()


def test_a_due_date_by_hand_is_missed_at_its_own_instant_whatever_else_changes(desk: Desk) -> None:
    desk.open(priority="P2")
    desk.acknowledge("ana")
    desk.report("agent_replied")
    due = {"metric": "resolution", "due_at": "2026-06-01T08:00:00Z"}
    desk.report("due_date_set", actor=ANA, reason="Agreed by phone", **due)
    desk.report("priority_changed", priority="P1")
    desk.engine.advance(minutes=59)
    assert "breached" not in desk.types()
    desk.engine.advance(minutes=1)
    [breach] = [event for event in desk.log() if event["type"] == "breached"]
    assert (breach["details"]["metric"], breach["occurred_at"]) == ("resolution", "2026-06-01T08:00:00Z")
    assert desk.told("customer_breach") == [("customer_breach", "customer")]
    shown = desk.obligation("resolution")["set_by_hand"]
    assert (shown["by"], shown["reason"], shown["due_by_contract"]) == (
        "ana",
        "Agreed by phone",
        "2026-06-01T11:00:00Z",
    )


def test_nobody_is_warned_at_night_where_the_contract_says_so(engine: Engine) -> None:
    engine.advance_to(MONDAY)
    daytime = {"timezone": "Europe/Berlin", "weekly": {"daily": ["08:00-20:00"]}}
    targets = {"P1": {"resolution": "32h", "calendar": "always"}}
    contract = {**CONTRACT, "targets": targets, "calendars": {"daytime": daytime}, "warnings_in": "daytime"}
    desk = Desk(engine).prepare({**contract, "warn_at": ["50%"]})
    desk.open()
    desk.acknowledge("ana")
    engine.advance(hours=22, minutes=59)
    assert desk.alerts("warning") == []
    engine.advance(minutes=1)
    assert desk.told("warning") == [("warning", "frontline"), ("warning", "ana")]


@pytest.mark.parametrize(("event_type", "fields"), [("merged", {"into": "T-2"}), ("deleted", {})])
def test_a_merged_or_deleted_ticket_ends_its_execution_and_alerts_nobody_any_more(
    desk: Desk, event_type: str, fields: dict[str, str]
) -> None:
    desk.open()
    desk.report(event_type, **fields)
    before = len(desk.alerts())
    desk.engine.advance(hours=12)
    assert desk.ticket()["status"] == event_type
    assert desk.ticket()["settled"] is True
    assert len(desk.alerts()) == before
    assert {each["state"] for each in desk.ticket()["obligations"]} == {"cancelled"}
    listed = desk.expect(200, "GET", f"/v1/tickets?status={event_type}")["tickets"]
    assert [each["ticket_id"] for each in listed] == ["T-1"]
    assert desk.expect(200, "GET", "/v1/tickets")["tickets"] == []


def test_what_was_late_when_a_ticket_was_deleted_stays_late(desk: Desk) -> None:
    desk.open()
    desk.acknowledge("ana")
    desk.engine.advance(minutes=16)
    desk.report("deleted")
    desk.engine.advance(hours=1)
    assert desk.obligation("first_response")["state"] == "breached"
    assert "corrected" not in desk.types()


def test_an_own_metric_is_measured_warned_about_and_missed_on_the_running_system(engine: Engine) -> None:
    engine.advance_to(MONDAY)
    contract = {
        **CONTRACT,
        "metrics": {"hand_over": {"start": ["escalated"], "stop": ["internal_note"], "cancel": ["resolved"]}},
        "targets": {"P1": {"hand_over": "1h", "calendar": "always"}},
    }
    desk = Desk(engine).prepare(contract)
    desk.open()
    desk.acknowledge("ana")
    engine.advance(minutes=10)
    desk.report("escalated", tier=2)
    desk.acknowledge("ben")
    engine.advance(minutes=60)
    recorded = [
        (event["type"], event["occurred_at"]) for event in desk.log() if event["type"] in ("warned", "breached")
    ]
    assert recorded == [("warned", "2026-06-01T07:55:00Z"), ("breached", "2026-06-01T08:10:00Z")]
    assert desk.told("breach") == [("breach", "engineering"), ("breach", "ben")]
    engine.advance(minutes=1)
    desk.report("agent_noted")
    assert desk.obligation("hand_over")["state"] == "met_late"
