"""Every route needs the scope that is declared beside it, however the path is written that leads to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.topology import TOCSIN
from tests.handlers.conftest import Api
from tests.scenarios.desk import OVERRIDE, SCHEDULE
from tests.scenarios.routes import PUBLIC, ROUTES, address
from tocsin.domain.access.credential import Credential
from tocsin.handlers.api.app import app
from tocsin.use_cases.access.tokens import SCOPES

# What each route needs, written down a second time: who changes a scope has to change it here.
NEEDED = {
    "read": {
        ("GET", "/v1/contracts"),
        ("GET", "/v1/contracts/<contract_id>"),
        ("GET", "/v1/contracts/<contract_id>/versions"),
        ("GET", "/v1/contracts/<contract_id>/versions/<version>"),
        ("GET", "/v1/contracts/<contract_id>/text"),
        ("GET", "/v1/contracts/<contract_id>/diagram"),
        ("GET", "/v1/contracts/<contract_id>/matrix"),
        ("GET", "/v1/contracts/<contract_id>/attainment"),
        ("GET", "/v1/contracts/<contract_id>/subscriptions"),
        ("POST", "/v1/contracts/<contract_id>/preview"),
        ("POST", "/v1/calendars/import"),
        ("GET", "/v1/schedules/<schedule_id>/fairness"),
        ("GET", "/v1/schedules/<schedule_id>/feeds"),
        ("GET", "/v1/members"),
        ("GET", "/v1/members/<member_id>"),
        ("GET", "/v1/teams/<team_id>"),
        ("GET", "/v1/teams/<team_id>/on-call"),
        ("GET", "/v1/teams/<team_id>/subscriptions"),
        ("GET", "/v1/schedules"),
        ("GET", "/v1/schedules/<schedule_id>"),
        ("GET", "/v1/schedules/<schedule_id>/on-call"),
        ("GET", "/v1/schedules/<schedule_id>/shifts"),
        ("GET", "/v1/schedules/<schedule_id>/overrides"),
        ("GET", "/v1/tickets"),
        ("GET", "/v1/tickets/<ticket_id>"),
        ("GET", "/v1/tickets/<ticket_id>/events"),
        ("GET", "/v1/tickets/<ticket_id>/explain"),
        ("GET", "/v1/tickets/<ticket_id>/notices"),
        ("GET", "/v1/notices"),
    },
    "write": {("POST", "/v1/tickets"), ("POST", "/v1/tickets/<ticket_id>/events")},
    "admin": {
        ("PUT", "/v1/contracts/<contract_id>"),
        ("POST", "/v1/contracts/<contract_id>/migrations"),
        ("POST", "/v1/schedules/<schedule_id>/feeds"),
        ("DELETE", "/v1/schedules/<schedule_id>/feeds/<feed_id>"),
        ("PUT", "/v1/members/<member_id>"),
        ("DELETE", "/v1/members/<member_id>"),
        ("PUT", "/v1/teams/<team_id>"),
        ("DELETE", "/v1/teams/<team_id>"),
        ("DELETE", "/v1/schedules/<schedule_id>"),
        ("PUT", "/v1/schedules/<schedule_id>"),
        ("POST", "/v1/members/<member_id>/test"),
        ("POST", "/v1/schedules/<schedule_id>/import"),
        ("POST", "/v1/schedules/<schedule_id>/overrides"),
        ("DELETE", "/v1/schedules/<schedule_id>/overrides/<override_id>"),
    },
}


def variants(path: str) -> Iterator[str]:
    """Ways to write a path that a router may take for the same."""
    yield path
    yield f"{path}/"
    yield f"{path}//"
    yield f"/{path}"
    yield path.replace("/v1/", "/v1//")
    yield path.replace("/v1/", "/v1/./")
    yield path.replace("/v1/", "/V1/")
    yield path.upper()
    yield f"{path}%2F"
    yield f"{path}%20"
    yield f"{path};x=1"
    yield f"{path}%00"
    yield f"/a/..{path}"
    head, _, last = path.rpartition("/")
    yield f"{head}%2F{last}"
    yield f"{head}/%{ord(last[0]):02X}{last[1:]}"
    yield f"{head}/x/../{last}"


def test_the_scope_of_every_route_is_the_one_that_is_expected() -> None:
    declared = {route: declaration.scope for route, declaration in app.declared.items()}
    assert declared == {route: scope for scope, routes in NEEDED.items() for route in routes} | dict.fromkeys(PUBLIC)
    assert NEEDED.keys() == SCOPES


def test_only_public_routes_are_reached_without_the_authorizer() -> None:
    without = {
        (route.method, route.path.replace("{", "<").replace("}", ">")) for route in TOCSIN.routes if route.public
    }
    assert without == PUBLIC


def prepare(api: Api) -> None:
    """What the addresses of the routes name."""
    api.world.open()
    assert api.call("PUT", "/v1/schedules/emea", SCHEDULE).status == 201
    assert api.call("POST", "/v1/schedules/emea/overrides", OVERRIDE).status == 201
    assert api.call("PUT", "/v1/members/eve", {"name": "Eve"}).status == 201
    feed = Credential("acme", frozenset({"feed:emea"}), api.world.clock.now())
    api.credentials.put("0123456789ab", feed)


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_no_way_to_write_a_path_leads_to_a_route_with_less_than_its_scope(api: Api, route: tuple[str, str]) -> None:
    method, path = route
    [needed] = [scope for scope, routes in NEEDED.items() if route in routes]
    prepare(api)
    before = (
        api.world.events,
        dict(api.world.contracts.versions),
        dict(api.world.teams.teams),
        api.world.schedules.all("acme"),
    )
    for written in variants(address(path)):
        answer = api.call(method, written, ROUTES[route][0], scopes=" ".join(SCOPES - {needed}))
        assert answer.status in (403, 404, 405), (written, answer)
        assert api.call(method, written, ROUTES[route][0], scopes=None).status in (401, 404, 405), written
    assert (
        api.world.events,
        dict(api.world.contracts.versions),
        dict(api.world.teams.teams),
        api.world.schedules.all("acme"),
    ) == before


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_with_its_scope_and_nothing_more_a_route_is_reached(api: Api, route: tuple[str, str]) -> None:
    method, path = route
    [needed] = [scope for scope, routes in NEEDED.items() if route in routes]
    prepare(api)
    assert api.call(method, address(path), ROUTES[route][0], scopes=needed).status not in (401, 403, 404, 405)
