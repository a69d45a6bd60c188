"""Which version of a contract is in force when, who gets it, and what each version changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.story import DOCUMENT
from tests.unit.use_cases.world import World
from tocsin.domain.tickets.commands import MigrateTickets
from tocsin.domain.values.faults import Invalid, NotFound
from tocsin.use_cases.contracts.contract_versions import changed_by, list_versions, version_for_ticket, version_in_force
from tocsin.use_cases.reports.read_attainment import read_attainment
from tocsin.use_cases.tickets.migrate_tickets import migrate_tickets

ATTAINMENT = {"metric": "resolution", "statistic": "attainment", "period": "month"}


def document(in_force_from: str | None = None, **parts: Any) -> dict[str, Any]:
    revision = {"revision": {"in_force_from": in_force_from}} if in_force_from else {}
    return {**DOCUMENT, **revision, **parts}


def number_at(world: World, at: str) -> int | None:
    instant = datetime.fromisoformat(at).astimezone(UTC)
    version = version_in_force("acme", "acme-gold", instant, contracts=world.contracts)
    return version.version if version else None


def test_a_ticket_gets_the_newest_version_that_is_in_force_on_the_day_of_its_opening(world: World) -> None:
    world.put(document("2026-03-30"))
    world.put(document("2026-04-15"))
    assert world.open("T-1")["contract"]["version"] == 2
    assert world.open("T-2", opened_at="2026-03-29T21:59:59Z")["contract"]["version"] == 1
    assert world.open("T-3", opened_at="2026-03-29T22:00:00Z")["contract"]["version"] == 2
    world.clock.advance(days=16)
    assert world.open("T-4")["contract"]["version"] == 3


def test_versions_of_the_same_day_follow_each_other_and_the_last_one_counts(world: World) -> None:
    world.put(document("2026-03-30"))
    world.put(document("2026-03-30", warn_at=["50%"]))
    assert [number_at(world, at) for at in ("2026-03-29T12:00:00Z", "2026-03-30T12:00:00Z")] == [1, 3]


def test_a_planned_version_may_be_replaced_by_one_from_an_earlier_day_that_is_named(world: World) -> None:
    world.put(document("2062-04-15"))
    for parts in ({}, {"effective_from": "2026-01-01"}):
        with pytest.raises(Invalid) as caught:
            world.put(document(warn_at=["50%"], **parts))
        assert [fault.path for fault in caught.value.faults] == ["revision.in_force_from"], "or the plan would be lost"
    world.put(document("2026-04-15"))
    found = [number_at(world, at) for at in ("2026-04-14T12:00:00Z", "2026-04-15T12:00:00Z", "2062-04-15T12:00:00Z")]
    assert found == [1, 3, 3]
    world.clock.advance(days=30)
    with pytest.raises(Invalid):
        world.put(document("2026-04-14"))


def test_a_ticket_from_before_every_version_is_refused_and_told_since_when_there_is_one(world: World) -> None:
    world.contracts.versions.clear()
    world.put(document(effective_from="2026-03-10"))
    world.put(document("2026-03-20", effective_from="2026-03-01"))
    with pytest.raises(Invalid) as caught:
        world.open(opened_at="2026-03-09T22:59:59Z", priority="P9")
    assert {fault.path: fault.message for fault in caught.value.faults} == {
        "opened_at": "is 2026-03-09 there; contract 'acme-gold' is in force from 2026-03-10"
    }
    assert world.open(opened_at="2026-03-09T23:00:00Z")["contract"]["version"] == 1


def test_running_tickets_move_to_the_version_in_force_unless_another_is_named(world: World) -> None:
    world.open()
    world.run()
    world.put(document("2026-03-30"))
    world.put(document("2026-04-15"))
    moved = migrate_tickets("acme", "acme-gold", MigrateTickets(reason="r"), 10, None, **world.store)
    assert (moved["contract_version"], moved["migrated"]) == (2, ["T-1"])
    named = MigrateTickets(reason="r", contract_version=3)
    assert migrate_tickets("acme", "acme-gold", named, 10, None, **world.store)["migrated"] == ["T-1"]


def test_where_no_version_is_in_force_yet_a_migration_has_to_name_one(world: World) -> None:
    world.contracts.versions.clear()
    world.put(document(effective_from="2026-04-15"))
    with pytest.raises(Invalid) as caught:
        migrate_tickets("acme", "acme-gold", MigrateTickets(reason="r"), 10, None, **world.store)
    assert [fault.message for fault in caught.value.faults] == ["is required: no version is in force yet"]


def test_a_period_is_measured_by_the_version_that_was_in_force_when_it_ended(world: World) -> None:
    world.put(document("2026-03-01", aggregates=[{**ATTAINMENT, "at_least": "90%"}]))
    world.put(document("2026-04-01", aggregates=[{**ATTAINMENT, "at_least": "95%"}]))
    world.clock.advance(days=40)
    found = {
        month: read_attainment("acme", "acme-gold", month, log=world.log, contracts=world.contracts, clock=world.clock)
        for month in ("2026-02", "2026-03", "2026-04", None)
    }
    assert {month: (each["version"], [a["target"] for a in each["aggregates"]]) for month, each in found.items()} == {
        "2026-02": (1, []),
        "2026-03": (2, [0.9]),
        "2026-04": (3, [0.95]),
        None: (3, [0.95]),
    }


def test_the_changelog_has_every_version_once_the_newest_first(world: World) -> None:
    revision = {"author": "Kim", "approved_by": "Jo", "approved_on": "2026-03-01", "changes": ["Faster"]}
    world.put(document(revision={**revision, "in_force_from": "2026-04-01"}))
    world.put(document("2026-05-01"))
    found: list[Mapping[str, Any]] = []
    cursor = None
    while True:
        page = list_versions("acme", "acme-gold", 2, cursor, contracts=world.contracts)
        found += page.items
        if (cursor := page.next_cursor) is None:
            break
    assert [each["version"] for each in found] == [3, 2, 1]
    second = {name: value for name, value in found[1].items() if name not in ("put_at", "sha256")}
    assert second == {"version": 2, **revision, "in_force_from": "2026-04-01"}
    assert (found[2]["author"], found[2]["in_force_from"], found[2]["changes"]) == (None, None, [])


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "٣", "9" * 50])
def test_what_is_no_cursor_of_the_changelog_is_refused(world: World, cursor: str) -> None:
    with pytest.raises(Invalid):
        list_versions("acme", "acme-gold", 2, cursor, contracts=world.contracts)


def test_what_a_version_changed_is_found_even_if_nobody_wrote_it_down(world: World) -> None:
    first, _ = world.put()
    second, _ = world.put(
        {**DOCUMENT, "warn_at": ["50%"], "targets": {**DOCUMENT["targets"], "P2": {"resolution": "8h"}}}
    )
    assert changed_by("acme", first, contracts=world.contracts) == []
    assert changed_by("acme", second, contracts=world.contracts) == [
        {"path": "targets.P2.first_response", "before": "1h", "after": None},
        {"path": "warn_at", "before": None, "after": ["50%"]},
    ]


def test_an_unknown_contract_has_no_versions(world: World) -> None:
    with pytest.raises(NotFound):
        list_versions("other", "acme-gold", 2, None, contracts=world.contracts)
    assert version_in_force("other", "acme-gold", world.clock.now(), contracts=world.contracts) is None
    found = version_for_ticket("other", "acme-gold", world.clock.now(), contracts=world.contracts)
    assert getattr(found, "path", None) == "contract_id"
