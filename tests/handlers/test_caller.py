"""Who may do what, and with what conditions."""

from __future__ import annotations

from typing import Any

import pytest

from tocsin.domain.values.faults import Forbidden, Invalid, Unauthenticated
from tocsin.handlers.api.caller import check_scope, expected_number


def event(scopes: str | None) -> dict[str, Any]:
    """What is known of a caller with these scopes; of nobody, when there are none."""
    return {"requestContext": {} if scopes is None else {"authorizer": {"helpdesk_id": "acme", "scopes": scopes}}}


@pytest.mark.parametrize("scopes", ["", "read", "read write", "administrator", "admin,read", "Admin"])
def test_who_lacks_the_scope_is_refused(scopes: str) -> None:
    with pytest.raises(Forbidden, match="'admin'"):
        check_scope("admin", event(scopes))


def test_one_scope_does_not_include_another() -> None:
    check_scope("admin", event("admin"))
    with pytest.raises(Forbidden):
        check_scope("read", event("admin"))


@pytest.mark.parametrize("context", [{}, {"authorizer": None}, {"authorizer": {"principalId": "acme"}}])
def test_nobody_passes_only_where_no_scope_is_needed(context: dict[str, Any]) -> None:
    check_scope(None, {"requestContext": context})
    with pytest.raises(Unauthenticated):
        check_scope("read", {"requestContext": context})


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
