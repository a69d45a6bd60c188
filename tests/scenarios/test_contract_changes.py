"""A contract changes while its tickets run: who moves to the new version, and what that does to their deadlines."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from infra.local.engine import Engine
from tests.scenarios.desk import CONTRACT, Desk

MONDAY = datetime(2026, 6, 1, 7, 0, tzinfo=UTC)
"""Nine o'clock in Berlin."""

HOLIDAYS = {"country": "DE", "subdivision": "BY", "dates": {"2026-06-02": "The office moves"}}
EDITED = {**CONTRACT, "calendar": {**CONTRACT["calendar"], "holidays": HOLIDAYS}}


@pytest.fixture
def desk(engine: Engine) -> Desk:
    engine.advance_to(MONDAY)
    return Desk(engine).prepare()


def migrate(desk: Desk, **fields: Any) -> dict[str, Any]:
    return desk.expect(200, "POST", "/v1/contracts/acme-gold/migrations", {"reason": "The office moves", **fields})


def every_page(desk: Desk) -> list[str]:
    moved, cursor = [], ""
    while True:
        path = f"/v1/contracts/acme-gold/migrations?limit=1{cursor}"
        page = desk.expect(200, "POST", path, {"reason": "The office moves"})
        moved += page["migrated"]
        if page["next_cursor"] is None:
            return moved
        cursor = f"&cursor={page['next_cursor']}"


def test_a_version_for_later_is_stored_now_and_tickets_get_it_from_its_day_on(desk: Desk) -> None:
    later = {**EDITED, "revision": {"author": "Kim", "in_force_from": "2026-06-03", "changes": ["The office moves"]}}
    put = desk.expect(201, "PUT", "/v1/contracts/acme-gold", later)
    assert (put["version"], put["in_force_from"], put["version_in_force"]) == (2, "2026-06-03", 1)
    preview = {"priority": "P2", "opened_at": "2026-06-02T21:59:59Z"}
    path = "/v1/contracts/acme-gold/preview"
    assert desk.expect(200, "POST", path, preview)["contract"]["version"] == 1
    assert desk.expect(200, "POST", path, {**preview, "opened_at": "2026-06-02T22:00:00Z"})["contract"]["version"] == 2
    desk.engine.advance_to(datetime(2026, 6, 2, 21, 0, tzinfo=UTC))
    assert desk.open(priority="P2")["contract"]["version"] == 1
    assert migrate(desk)["contract_version"] == 1
    desk.engine.advance_to(datetime(2026, 6, 2, 22, 0, tzinfo=UTC))
    assert desk.open("T-2")["contract"]["version"] == 2
    newest = desk.expect(200, "GET", "/v1/contracts/acme-gold")
    assert (newest["version"], newest["version_in_force"]) == (2, 2)
    assert migrate(desk)["migrated"] == ["T-1"]
    versions = desk.expect(200, "GET", "/v1/contracts/acme-gold/versions?limit=1")
    assert [(each["version"], each["author"], each["changes"]) for each in versions["versions"]] == [
        (2, "Kim", ["The office moves"])
    ]
    rest = desk.expect(200, "GET", f"/v1/contracts/acme-gold/versions?cursor={versions['next_cursor']}")
    assert ([each["version"] for each in rest["versions"]], rest["next_cursor"]) == ([1], None)
    changed = desk.expect(200, "GET", "/v1/contracts/acme-gold/versions/2")["changed"]
    assert {each["path"] for each in changed} == {"calendar.holidays.dates", "revision"}
    first = desk.expect(200, "GET", "/v1/contracts/acme-gold/versions/1")
    assert first["changed"] == []
    assert first["public_holidays"]["DE-BY"]["2026"]["2026-01-06"] == "Heilige Drei Könige"


def test_an_edited_calendar_moves_only_what_is_left_of_running_obligations(desk: Desk) -> None:
    desk.open(priority="P2")
    assert desk.obligation("resolution")["due_at"] == "2026-06-02T08:00:00Z", "seven hours on Monday, one on Tuesday"
    desk.engine.advance(hours=5)  # Noon to one is lunch, so four hours are used up.
    desk.report("agent_replied")
    desk.expect(201, "PUT", "/v1/contracts/acme-gold", EDITED)
    assert desk.obligation("resolution")["due_at"] == "2026-06-02T08:00:00Z", "a ticket keeps the version it pinned"
    before = desk.obligation("first_response")
    assert migrate(desk)["migrated"] == ["T-1"]
    moved = desk.obligation("resolution")
    assert moved["due_at"] == "2026-06-03T08:00:00Z", "three more hours on Monday, none on Tuesday, one on Wednesday"
    assert moved["used_seconds"] == 4 * 3600
    assert desk.obligation("first_response") == before, "what has ended stays as it was"
    assert desk.ticket()["contract"] == {"contract_id": "acme-gold", "version": 2}
    [recorded] = [event for event in desk.log() if event["type"] == "contract_changed"]
    assert recorded["details"] == {"contract_version": 2, "reason": "The office moves"}
    desk.engine.advance_to(datetime(2026, 6, 3, 8, 0, 1, tzinfo=UTC))
    assert "breached" in desk.types()


def test_waiting_tickets_move_settled_ones_are_passed_over_and_nobody_is_migrated_twice(desk: Desk) -> None:
    for number in range(5):
        desk.open(f"T-{number}", priority="P2")
        desk.report("agent_replied", f"T-{number}")
    desk.report("resolved", "T-0")
    desk.report("pended", "T-1")
    desk.engine.advance(minutes=1)
    settled = desk.log("T-0")
    desk.expect(201, "PUT", "/v1/contracts/acme-gold", EDITED)
    assert sorted(every_page(desk)) == ["T-1", "T-2", "T-3", "T-4"]
    assert every_page(desk) == []
    whys = {each["ticket_id"]: each["why"] for each in migrate(desk)["unaffected"]}
    assert whys["T-2"] == "is under that version already"
    assert desk.ticket("T-1")["contract"]["version"] == 2
    assert desk.log("T-0") == settled
    assert desk.ticket("T-0")["contract"]["version"] == 1


def test_a_version_that_does_not_exist_or_does_not_know_the_priority_is_refused(desk: Desk) -> None:
    desk.open(priority="P2")
    problem = desk.expect(422, "POST", "/v1/contracts/acme-gold/migrations", {"reason": "x", "contract_version": 9})
    assert problem["errors"] == [{"path": "contract_version", "message": "contract 'acme-gold' has no version 9"}]
    desk.expect(201, "PUT", "/v1/contracts/acme-gold", {**CONTRACT, "targets": {"P1": CONTRACT["targets"]["P1"]}})
    page = migrate(desk)
    assert page["migrated"] == []
    [refused] = page["refused"]
    assert refused["ticket_id"] == "T-1"
    assert "it knows P1" in refused["why"]
    assert desk.ticket()["contract"]["version"] == 1
    assert "contract_changed" not in desk.types()


def test_a_ticket_under_a_version_with_fewer_tiers_is_escalated_no_further_than_to_its_last(desk: Desk) -> None:
    desk.open(priority="P1")
    desk.engine.advance(minutes=50)
    assert desk.ticket()["tier"] == 3
    one_tier = {**CONTRACT, "escalation": {"tiers": CONTRACT["escalation"]["tiers"][:1], "repeat_last_tier": 0}}
    desk.expect(201, "PUT", "/v1/contracts/acme-gold", one_tier)
    migrate(desk)
    desk.engine.advance(hours=3)
    assert "escalation_exhausted" in desk.types()
    desk.acknowledge("ana")
    assert desk.ticket()["escalation"]["acknowledged_by"] == "ana"


def test_a_cursor_of_another_list_is_refused(desk: Desk) -> None:
    for cursor in ("nonsense", "open:nonsense", "closed:"):
        path = f"/v1/contracts/acme-gold/migrations?cursor={cursor}"
        assert desk.call("POST", path, {"reason": "x"}).status == 422, cursor
