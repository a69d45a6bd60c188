"""Without a token there is nothing."""

from __future__ import annotations

import pytest

from infra.local.engine import Engine
from tests.scenarios.routes import ROUTES, address


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer wrong", "Basic dTpw", "tocsin_x"])
def test_without_a_valid_token_there_is_nothing(
    module_engine: Engine, route: tuple[str, str], authorization: str | None
) -> None:
    method, path = route
    headers: dict[str, str] = {} if authorization is None else {"Authorization": authorization}
    response = module_engine.request(method, address(path), json=ROUTES[route][0], headers=headers)
    assert response.status == 401
    assert response.headers["content-type"].startswith("application/problem+json")
