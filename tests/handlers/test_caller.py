"""Who may do what, and with what conditions."""

from __future__ import annotations

from typing import Any

import pytest

from tocsin.domain.values.faults import Forbidden, Invalid
from tocsin.handlers.api.caller import check_scope, expected_number, scope_for


def event(method: str, path: str, scopes: str | None) -> dict[str, Any]:
    authorizer = {} if scopes is None else {"authorizer": {"helpdesk_id": "acme", "scopes": scopes}}
    return {"httpMethod": method, "path": path, "requestContext": authorizer}


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/v1/tickets", "read"),
        ("HEAD", "/v1/tickets/T-1", "read"),
        ("POST", "/v1/contracts/acme-gold/preview", "read"),
        ("POST", "/v1/tickets", "write"),
        ("POST", "/v1/tickets/T-1/events", "write"),
        ("PUT", "/v1/contracts/acme-gold", "admin"),
        ("PUT", "/v1/teams/frontline", "admin"),
        ("PUT", "/v1/contracts/preview", "admin"),
        ("PUT", "/v1/teams/preview", "admin"),
        ("POST", "/v1/tickets/preview", "write"),
        ("DELETE", "/v1/contracts/x/preview", "admin"),
        ("PATCH", "/v1/tickets/T-1", "admin"),
        ("OPTIONS", "/v1/tickets", "admin"),
    ],
)
def test_each_request_needs_the_scope_of_what_it_does_whatever_things_are_called(
    method: str, path: str, scope: str
) -> None:
    assert scope_for(method, path) == scope


@pytest.mark.parametrize("scopes", ["", "read", "read write", "administrator", "admin,read", "Admin"])
def test_who_lacks_the_scope_is_refused(scopes: str) -> None:
    with pytest.raises(Forbidden, match="'admin'"):
        check_scope(event("PUT", "/v1/teams/frontline", scopes))


def test_one_scope_does_not_include_another() -> None:
    check_scope(event("PUT", "/v1/teams/frontline", "admin"))
    with pytest.raises(Forbidden):
        check_scope(event("GET", "/v1/teams/frontline", "admin"))


def test_a_public_route_has_no_caller_to_check() -> None:
    check_scope(event("POST", "/a/x", None))
    check_scope({**event("GET", "/health", None), "requestContext": {"authorizer": None}})


@pytest.mark.parametrize(
    ("header", "number"),
    [(None, None), ("*", None), (' "4" ', 4), ("4", 4), ('W/"4"', 4), ('"0"', 0), ('"999999999"', 999_999_999)],
)
def test_an_etag_comes_back_as_it_was_given(header: str | None, number: int | None) -> None:
    assert expected_number(header) == number


@pytest.mark.parametrize("header", ["", '""', "-1", '"1", "2"', "1.5", "٣", "w/4", '"9999999999"', "four", "1 2"])
def test_what_is_none_of_our_etags_is_refused(header: str) -> None:
    with pytest.raises(Invalid) as caught:
        expected_number(header)
    assert [fault.path for fault in caught.value.faults] == ["If-Match"]
