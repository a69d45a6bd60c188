"""Reading what targets over many tickets have come to: which period, and of whom."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.story import DOCUMENT
from tests.unit.use_cases.world import World
from tocsin.domain.faults import Invalid, NotFound
from tocsin.use_cases.read_attainment import read_attainment

MONTHLY = {"metric": "resolution", "statistic": "average", "target": "4h", "period": "month"}


def read(world: World, period: str | None = None, helpdesk_id: str = "acme") -> dict[str, Any]:
    ports = world.store
    return read_attainment(
        helpdesk_id, "acme-gold", period, log=ports["log"], contracts=ports["contracts"], clock=ports["clock"]
    )


@pytest.mark.parametrize(
    ("now", "period"),
    [
        (datetime(2026, 3, 31, 21, 59, 59, tzinfo=UTC), "2026-03"),
        (datetime(2026, 3, 31, 22, 0, 0, tzinfo=UTC), "2026-04"),
    ],
)
def test_the_current_month_is_that_of_the_contract_s_zone(world: World, now: datetime, period: str) -> None:
    world.clock.at = now
    assert read(world)["period"] == period


def test_a_ticket_resolved_at_the_very_midnight_counts_for_the_month_that_begins(world: World) -> None:
    world.put({**DOCUMENT, "aggregates": [MONTHLY]})
    world.clock.at = datetime(2026, 3, 31, 21, 0, tzinfo=UTC)
    world.open()
    world.clock.advance(hours=1)
    world.report("resolved")
    world.run()
    assert [read(world, period)["aggregates"][0]["measured"] for period in ("2026-03", "2026-04")] == [0, 1]
    assert read(world, "2026-04")["aggregates"][0]["value"] == 3_600.0


def test_another_helpdesk_s_contract_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        read(world, helpdesk_id="other")


def test_what_is_no_period_is_refused(world: World) -> None:
    with pytest.raises(Invalid) as caught:
        read(world, "2026-13")
    assert [(fault.path, fault.message) for fault in caught.value.faults] == [
        ("period", "'2026-13' does not exist; check the month or the week")
    ]
