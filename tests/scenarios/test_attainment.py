"""Targets over many tickets: what they come to is read from what the tickets have come to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from infra.local.engine import Engine
from tests.scenarios.desk import CONTRACT, Desk

ATTAINMENT = "/v1/contracts/acme-gold/attainment"
MONTHLY = {"metric": "first_response", "period": "month"}
AGGREGATES: list[dict[str, Any]] = [
    {**MONTHLY, "statistic": "attainment", "at_least": "95%"},
    {**MONTHLY, "statistic": "average", "target": "30m"},
    {**MONTHLY, "statistic": "median", "target": "20m"},
    {**MONTHLY, "statistic": "p90", "target": "2h", "priorities": ["P1"]},
    {**MONTHLY, "statistic": "average", "target": "1h", "priorities": ["P2"]},
    {"metric": "resolution", "statistic": "attainment", "at_least": "99.5%", "period": "week"},
]


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """Three tickets: one is answered after 5 minutes, one after 25, and one is closed after 60 without an answer."""
    desk = Desk(engine).prepare({**CONTRACT, "aggregates": AGGREGATES})
    for ticket_id in ("T-1", "T-2", "T-3"):
        desk.open(ticket_id)
        desk.acknowledge("ana", ticket_id)
    engine.advance(minutes=5)
    desk.report("agent_replied", "T-1", then="resolved")
    engine.advance(minutes=20)
    desk.report("agent_replied", "T-2", then="resolved")
    engine.advance(minutes=35)
    desk.report("closed", "T-3")
    engine.advance(minutes=1)
    return desk


def read(desk: Desk, period: str = "") -> dict[str, Any]:
    return desk.expect(200, "GET", ATTAINMENT + (f"?period={period}" if period else ""))


def values(desk: Desk, period: str) -> list[tuple[int, float | None, bool | None]]:
    return [(each["measured"], each["value"], each["kept"]) for each in read(desk, period)["aggregates"]]


def test_a_month_with_a_ticket_in_time_one_late_and_one_that_nobody_answered(desk: Desk) -> None:
    answer = read(desk)
    aggregates = answer.pop("aggregates")
    assert answer == {
        "contract_id": "acme-gold",
        "version": 1,
        "period": "2026-03",
        "timezone": "Europe/Berlin",
        "from": "2026-02-28T23:00:00Z",
        "until": "2026-03-31T22:00:00Z",
    }
    assert aggregates[0] == {
        "metric": "first_response",
        "statistic": "attainment",
        "priorities": None,
        "measured": 3,
        "unit": "share",
        "value": 1 / 3,
        "target": 0.95,
        "kept": False,
    }
    # 300, 1500 and 3600 seconds.
    assert [(a["statistic"], a["measured"], a["value"], a["target"], a["kept"]) for a in aggregates[1:]] == [
        ("average", 3, 1800.0, 1800.0, True),
        ("median", 3, 1500.0, 1200.0, False),
        ("p90", 3, 3600.0, 7200.0, True),
        ("average", 0, None, 3600.0, None),
    ]
    assert values(desk, "2026-W13") == [(3, 1.0, True)]
    assert values(desk, "2026-Q1") == []


def test_a_ticket_that_is_resolved_again_in_another_month_counts_there_alone(desk: Desk) -> None:
    desk.engine.advance_to(datetime(2026, 4, 2, 8, 0, tzinfo=UTC))
    assert values(desk, "2026-04")[0] == (0, None, None)
    desk.report("reopened", "T-2")
    desk.report("resolved", "T-2")
    desk.engine.advance(minutes=1)
    assert values(desk, "2026-03")[:2] == [(2, 0.5, False), (2, 1950.0, False)]
    assert values(desk, "2026-04")[:2] == [(1, 0.0, False), (1, 1500.0, True)]


def test_a_reopened_ticket_counts_again_when_it_is_resolved_again(desk: Desk) -> None:
    desk.report("reopened", "T-1", actor={"kind": "customer"})
    assert read(desk, "2026-03")["aggregates"][0]["measured"] == 2
    desk.engine.advance(minutes=1)
    assert read(desk, "2026-03")["aggregates"][0]["measured"] == 2
    desk.report("resolved", "T-1")
    desk.engine.advance(minutes=1)
    assert read(desk, "2026-03")["aggregates"][0]["measured"] == 3


def test_of_what_is_merged_or_deleted_only_what_was_late_counts(desk: Desk) -> None:
    desk.report("deleted", "T-1")
    desk.report("merged", "T-2", into="T-1")
    desk.engine.advance(minutes=1)
    assert values(desk, "2026-03")[:2] == [(2, 0.0, False), (2, 2550.0, False)]


def test_what_is_no_period_is_refused_and_an_unknown_contract_is_not_found(desk: Desk) -> None:
    for wrong in ("2026", "2026-13", "2026-W54", "march", "2026-Q5", "9999-01"):
        [fault] = desk.expect(422, "GET", f"{ATTAINMENT}?period={wrong}")["errors"]
        assert fault["path"] == "period"
    assert desk.call("GET", "/v1/contracts/globex/attainment?period=2026-03").status == 404


def test_the_version_in_force_says_what_is_measured_of_tickets_of_every_version(desk: Desk) -> None:
    desk.expect(201, "PUT", "/v1/contracts/acme-gold", {**CONTRACT, "aggregates": AGGREGATES[:1]})
    answer = read(desk, "2026-03")
    assert answer["version"] == 2
    assert [(each["measured"], each["value"]) for each in answer["aggregates"]] == [(3, 1 / 3)]
