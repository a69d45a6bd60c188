"""The customer hears of a breach before it comes: somebody says so, or nobody has the ticket and time runs out."""

from __future__ import annotations

import pytest

from tests.scenarios.desk import CONTRACT, Desk

pytestmark = pytest.mark.once_and_twice


def test_somebody_says_so_and_how_long_before_stays_on_record_for_a_year(desk: Desk) -> None:
    desk.open()
    desk.acknowledge("ana")
    desk.engine.advance(minutes=20)
    desk.report(
        "breach_expected",
        metric="resolution",
        expected_at="2026-03-28T08:00:00Z",
        reason="Ben's vendor is asleep",
        actor={"kind": "agent", "id": "dora"},
    )
    desk.engine.advance(minutes=2)
    [told] = desk.alerts("customer_breach_expected")
    assert (
        "We promised you the resolution by Fri 27 Mar 20:40 CET. By what we know now, we will not keep that."
        in told.body
    )
    assert "We expect it by Sat 28 Mar 09:00 CET." in told.body
    assert "Ben" not in told.body
    assert "vendor" not in told.body
    assert ("breach_expected", "ana") in desk.told("breach_expected")
    desk.report("breach_expected", metric="resolution")
    desk.engine.advance(minutes=2)
    assert len(desk.alerts("customer_breach_expected")) == 1
    desk.report("resolved")
    desk.engine.advance(days=365)
    shown = desk.obligation("resolution")
    assert (shown["breach_told_at"], shown["breach_told_ahead_seconds"]) == ("2026-03-27T16:00:00Z", 13_200)


def test_nothing_that_the_customer_was_not_promised_can_be_late(desk: Desk) -> None:
    desk.open()
    report = {"type": "breach_expected", "metric": "periodic_update"}
    answer = desk.expect(422, "POST", "/v1/tickets/T-1/events", report)
    [error] = answer["errors"]
    assert error["path"] == "metric"
    assert error["message"].endswith("there are: first_response, resolution")
    assert "breach_expected" not in desk.types()


def test_by_the_clock_when_nobody_has_it_and_little_time_is_left(desk: Desk) -> None:
    desk.expect(201, "PUT", "/v1/contracts/acme-gold", {**CONTRACT, "forecast": {"unacknowledged_with_left": "30m"}})
    desk.open()
    desk.engine.advance(hours=3, minutes=29)
    assert desk.alerts("customer_breach_expected") == []
    desk.engine.advance(minutes=2)
    [told] = desk.alerts("customer_breach_expected")
    assert told.subject == "T-1: the resolution will be late"
    assert desk.types().count("breach_forecast") == 1
    assert desk.obligation("resolution")["breach_told_ahead_seconds"] == 1_800
    assert "breach_told_at" not in desk.obligation("first_response"), "a promise of 15 minutes leaves no half hour"
