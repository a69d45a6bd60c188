"""Nobody gets in without a token, and nothing crosses from one helpdesk to another."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.engine import Engine
from tests.scenarios.desk import SCHEDULE, TEAMS, Desk
from tests.scenarios.routes import PUBLIC, ROUTES, address


def test_every_route_is_walked() -> None:
    from tocsin.handlers.api.app import app

    existing = {(method, route.path) for route in app._static_routes + app._dynamic_routes for method in [route.method]}
    assert existing == ROUTES.keys() | PUBLIC


@pytest.fixture
def stranger(desk: Desk) -> Desk:
    desk.open()
    return Desk(desk.engine, "globex")


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_another_helpdesk_sees_and_changes_nothing(desk: Desk, stranger: Desk, route: tuple[str, str]) -> None:
    method, path = route
    body, status = ROUTES[route]
    before = (desk.log(), desk.expect(200, "GET", "/v1/teams/frontline"), desk.expect(200, "GET", "/v1/contracts"))
    response = stranger.call(method, address(path), body)
    assert response.status == status, response.body
    if method == "GET":
        for secret in ("Sync stopped", "ACME", "ana@example.com"):
            assert secret not in response.text
    after = (desk.log(), desk.expect(200, "GET", "/v1/teams/frontline"), desk.expect(200, "GET", "/v1/contracts"))
    assert after == before


def test_a_cursor_of_another_helpdesk_is_no_key_to_its_tickets(desk: Desk, stranger: Desk) -> None:
    desk.open("T-2")
    cursor = desk.expect(200, "GET", "/v1/tickets?limit=1")["next_cursor"]
    assert stranger.call("GET", f"/v1/tickets?cursor={cursor}").status == 422


def issue(engine: Engine, helpdesk_id: str, *scopes: str) -> str:
    from tocsin.adapters.clock import SystemClock
    from tocsin.adapters.dynamodb.credentials import DynamoCredentials
    from tocsin.adapters.dynamodb.table import Table
    from tocsin.use_cases.access.tokens import issue_token

    credentials = DynamoCredentials(Table(engine.client("dynamodb"), engine.attributes["TableName"]))
    return issue_token(helpdesk_id, frozenset(scopes), credentials=credentials, clock=SystemClock())


@pytest.mark.parametrize(("scope", "allowed"), [("read", {"GET"}), ("write", {"POST"}), ("admin", {"PUT"})])
def test_a_token_does_only_what_its_scope_allows(desk: Desk, scope: str, allowed: set[str]) -> None:
    desk.open()
    desk.token = issue(desk.engine, "acme", scope)
    tried: list[tuple[str, str, Any]] = [
        ("GET", "/v1/tickets/T-1", None),
        ("POST", "/v1/tickets/T-1/events", {"type": "agent_noted"}),
        ("PUT", "/v1/teams/frontline", TEAMS["frontline"]),
    ]
    for method, path, body in tried:
        status = desk.call(method, path, body).status
        assert (status == 403) is (method not in allowed), (method, status)


def test_tokens_are_stored_as_hashes_only(desk: Desk) -> None:
    table = desk.engine.client("dynamodb").scan(TableName=desk.engine.attributes["TableName"])
    assert desk.token not in str(table["Items"])


def test_a_function_calls_only_what_its_grants_name(desk: Desk) -> None:
    """Nothing is called that is not granted; moto itself would allow everything."""
    desk.open()
    link = desk.link_to("ana")
    desk.engine.request("GET", link)
    desk.engine.request("POST", link)
    desk.expect(201, "PUT", "/v1/schedules/emea", SCHEDULE)
    desk.expect(200, "DELETE", "/v1/schedules/emea")
    desk.expect(200, "PUT", "/v1/teams/frontline", {"name": "Frontline", "members": []})
    desk.expect(201, "PUT", "/v1/members/eve", {"name": "Eve"})
    desk.expect(200, "DELETE", "/v1/members/eve")
    desk.expect(200, "GET", "/v1/tickets")
    [execution] = desk.engine.executions()
    desk.engine.stop_execution(execution.arn)
    desk.engine.advance(hours=2)
    assert desk.engine.invoke("Sweeper", {}) == {"rescued": ["T-1"], "reminded": []}
    desk.report("resolved")
    topology = desk.engine.topology
    granting = [(each.name, each.grants) for each in topology.functions]
    granting.append((topology.state_machine.name, topology.state_machine.grants))
    granted = {(name, action) for name, grants in granting for grant in grants for action in grant.actions}
    assert desk.engine.api_calls - granted == set()
