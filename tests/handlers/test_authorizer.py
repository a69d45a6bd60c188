"""The authorizer: lets in who has a token, tells nobody else anything, and never writes the token down."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from tests.handlers.conftest import Api, Context
from tocsin.handlers.authorizer import handler
from tocsin.use_cases.access.tokens import create_helpdesk, issue_token, revoke_token, token_sha256

METHOD_ARN = "arn:aws:execute-api:eu-central-1:123456789012:abc123/live/GET/v1/tickets/T-1"


@pytest.fixture
def token(api: Api) -> str:
    return create_helpdesk("acme", credentials=api.credentials, clock=api.world.clock)


def ask(authorization: str | None, name: str = "Authorization") -> dict[str, Any]:
    headers = {} if authorization is None else {name: authorization}
    context: Any = Context()
    return handler({"type": "REQUEST", "methodArn": METHOD_ARN, "headers": headers}, context)


def refused(authorization: str | None) -> bool:
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        ask(authorization)
    return True


@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER ", "Bearer   "])
def test_a_token_lets_in_however_header_and_scheme_are_written(api: Api, token: str, name: str, scheme: str) -> None:
    answer = ask(f"{scheme}{token}", name)
    assert answer["principalId"] == "acme"
    assert answer["context"] == {"helpdesk_id": "acme", "scopes": "admin read write"}


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic {}",
        "{}",
        "Token {}",
        "Bearer{}",
        "Bearer x{}",
        "Bearer {} x",
        "Bearer {},Bearer {}",
    ],
)
def test_anything_else_does_not(api: Api, token: str, authorization: str | None) -> None:
    assert refused(authorization.replace("{}", token) if authorization else authorization)


def test_where_there_are_no_headers_nobody_is_let_in(api: Api) -> None:
    context: Any = Context()
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        handler({"methodArn": METHOD_ARN, "headers": None}, context)


@pytest.mark.parametrize("junk", ["\x00", "ä", "🔥" * 100, "x" * 100_000])
def test_a_token_of_junk_is_refused_and_no_crash(api: Api, token: str, junk: str) -> None:
    assert refused(f"Bearer {junk}")


def test_a_cached_answer_covers_every_route_of_this_api_and_stage_and_no_other(api: Api, token: str) -> None:
    [statement] = ask(f"Bearer {token}")["policyDocument"]["Statement"]
    assert statement == {
        "Action": "execute-api:Invoke",
        "Effect": "Allow",
        "Resource": "arn:aws:execute-api:eu-central-1:123456789012:abc123/live/*",
    }


def test_scopes_are_those_of_the_token(api: Api) -> None:
    token = issue_token("acme", frozenset({"read"}), credentials=api.credentials, clock=api.world.clock)
    assert ask(f"Bearer {token}")["context"]["scopes"] == "read"


def test_a_revoked_token_is_refused(api: Api, token: str) -> None:
    revoke_token(token_sha256(token), credentials=api.credentials, clock=api.world.clock)
    assert refused(f"Bearer {token}")


def test_no_token_and_no_hash_of_one_is_ever_logged(
    api: Api, token: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        ask(f"Bearer {token}")
        refused(f"Bearer {token}x")
    written = caplog.text + "".join(capsys.readouterr()) + json.dumps(ask(f"Bearer {token}"))
    assert token not in written
    assert token_sha256(token) not in written
