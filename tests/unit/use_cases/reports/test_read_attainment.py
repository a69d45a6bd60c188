"""Reading what targets over many tickets have come to: which period, and of whom."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.story import DOCUMENT, REVIEW
from tests.unit.use_cases.world import World
from tocsin.domain.values.faults import Invalid, NotFound
from tocsin.use_cases.reports.read_attainment import read_attainment

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


class TestOfATicketThatOwesAReview:
    """Escalated to the tier from which one is owed, and resolved in March."""

    @pytest.fixture
    def reviewed(self, world: World) -> World:
        world.put({**DOCUMENT, "aggregates": [MONTHLY], "review": {**REVIEW, "from_tier": 1}})
        world.clock.at = datetime(2026, 3, 31, 20, 0, tzinfo=UTC)
        world.open()
        world.run()
        world.clock.advance(hours=1)
        world.report("resolved")
        world.run()
        return world

    def measured(self, world: World) -> list[int]:
        return [read(world, period)["aggregates"][0]["measured"] for period in ("2026-03", "2026-04")]

    def test_it_counts_when_it_is_resolved_though_the_review_is_never_filed(self, reviewed: World) -> None:
        assert self.measured(reviewed) == [1, 0]
        assert not reviewed.context().ticket().settled
        reviewed.clock.advance(days=30)
        reviewed.run()
        assert self.measured(reviewed) == [1, 0]
        assert reviewed.types().count("concluded") == 1

    def test_it_counts_once_when_the_review_is_filed(self, reviewed: World) -> None:
        reviewed.clock.advance(days=3)
        reviewed.report("review_filed", root_cause="a cable")
        reviewed.run()
        assert self.measured(reviewed) == [1, 0]
        assert reviewed.context().ticket().settled

    def test_reopened_while_the_review_is_owed_it_moves_to_when_it_is_resolved_again(self, reviewed: World) -> None:
        reviewed.clock.advance(hours=2)
        reviewed.report("reopened")
        reviewed.run()
        reviewed.report("resolved")
        reviewed.run()
        assert self.measured(reviewed) == [0, 1]
