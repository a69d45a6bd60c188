"""Helpdesks and their tokens, on DynamoDB with AWS credentials."""

from __future__ import annotations

import hashlib
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, PartialCredentialsError, ProfileNotFound

from infra.cli import aws, tokens
from infra.cli.failure import Failure
from infra.local.engine import Engine
from infra.local.seed import create_stack
from tests.infra.cli.conftest import FRIDAY
from tests.infra.cli.terminal import Shell, Terminal
from tocsin.domain.access.credential import Credential


def status(engine: Engine, token: str) -> int:
    """What the API answers to somebody who wants to look."""
    return engine.request("GET", "/v1/tickets", token=token).status


def fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def test_a_new_helpdesks_token_is_all_of_stdout_and_works(terminal: Terminal, engine: Engine) -> None:
    result = terminal.run("helpdesk", "create", "acme")
    token = result.stdout.strip()
    assert token.startswith("tocsin_")
    assert f"fingerprint {fingerprint(token)}" in result.stderr
    assert token not in result.stderr
    assert status(engine, token) == 200


def test_a_helpdesk_is_created_once(terminal: Terminal) -> None:
    terminal.do("helpdesk", "create", "acme")
    assert "already a helpdesk 'acme'" in terminal.refused("helpdesk", "create", "acme")


def test_the_list_shows_fingerprints_scopes_and_dates_and_no_tokens(terminal: Terminal, engine: Engine) -> None:
    first = terminal.do("helpdesk", "create", "acme").strip()
    engine.advance(minutes=1)
    second = terminal.do("token", "issue", "acme", "--scope", "read", "--scope", "write").strip()
    lines = terminal.do("token", "list", "acme").splitlines()
    assert lines[0].split() == ["FINGERPRINT", "SCOPES", "CREATED", "STATE"]
    assert lines[1].split("  ") == [fingerprint(first), "admin, read, write", "2026-03-27 15:40:00Z", "valid"]
    assert lines[2].startswith(f"{fingerprint(second)}  read, write ")
    assert first not in "".join(lines)
    assert second not in "".join(lines)


def test_an_issued_token_may_do_what_its_scopes_say(terminal: Terminal, engine: Engine) -> None:
    terminal.do("helpdesk", "create", "acme")
    token = terminal.do("token", "issue", "acme", "--scope", "read").strip()
    assert status(engine, token) == 200
    assert engine.request("PUT", "/v1/teams/night", json={"name": "Night"}, token=token).status == 403


def test_after_a_rotation_the_old_token_works_for_another_day(terminal: Terminal, engine: Engine) -> None:
    old = terminal.do("helpdesk", "create", "acme").strip()
    result = terminal.run("token", "rotate", "acme")
    assert "valid until 2026-03-28 15:40:00Z" in result.stderr
    assert "valid until 2026-03-28 15:40:00Z" in terminal.do("token", "list", "acme")
    new = result.stdout.strip()
    assert (status(engine, old), status(engine, new)) == (200, 200)
    engine.advance(hours=24)
    assert (status(engine, old), status(engine, new)) == (401, 200)
    assert "revoked 2026-03-28 15:40:00Z" in terminal.do("token", "list", "acme")


def test_a_token_is_revoked_by_the_beginning_of_its_fingerprint(terminal: Terminal, engine: Engine) -> None:
    token = terminal.do("helpdesk", "create", "acme").strip()
    said = terminal.do("token", "revoke", "acme", fingerprint(token)[:8].upper())
    assert said.startswith(f"{fingerprint(token)} is revoked")
    assert status(engine, token) == 401


def test_revoking_again_keeps_the_date_of_the_first_time(terminal: Terminal, engine: Engine) -> None:
    token = terminal.do("helpdesk", "create", "acme").strip()
    terminal.do("token", "revoke", "acme", fingerprint(token))
    engine.advance(hours=1)
    assert "was revoked before: 2026-03-27 15:40:00Z" in terminal.do("token", "revoke", "acme", fingerprint(token))


def test_a_fingerprint_that_nothing_has_is_refused(terminal: Terminal) -> None:
    token = terminal.do("helpdesk", "create", "acme").strip()
    other = hashlib.sha256(fingerprint(token).encode()).hexdigest()
    assert "No token of this helpdesk" in terminal.refused("token", "revoke", "acme", other)


def test_a_fingerprint_that_two_tokens_share_has_to_be_longer() -> None:
    credential = Credential("acme", frozenset({"read"}), FRIDAY)
    found = {"abcdef1": credential, "abcdef2": credential}
    assert tokens._the_one("abcdef2", found) == ("abcdef2", credential)
    with pytest.raises(Failure, match="2 tokens have a fingerprint that begins with abcdef; give more of it"):
        tokens._the_one("abcdef", found)


def test_a_misspelt_helpdesk_is_refused_and_not_created(terminal: Terminal) -> None:
    for verb, *rest in (("issue", "--scope", "read"), ("rotate",), ("revoke", "abcdef"), ("list",)):
        assert "no helpdesk 'acmee'" in terminal.refused("token", verb, "acmee", *rest)


@pytest.mark.parametrize(
    "arguments",
    [
        ("helpdesk", "create", "ACME Inc."),
        ("token", "issue", "acme"),
        ("token", "issue", "acme", "--scope", "everything"),
        ("token", "revoke", "acme", "abc"),
        ("token", "revoke", "acme", "not-hexadecimal"),
        ("token", "burn", "acme"),
    ],
)
def test_wrong_usage_has_an_exit_code_of_its_own(shell: Shell, arguments: tuple[str, ...]) -> None:
    assert "Error: " in shell.misused(*arguments)


def test_the_table_is_the_one_that_the_stack_names(terminal: Terminal, engine: Engine) -> None:
    create_stack(engine, TableName=terminal.variables.pop("TOCSIN_TABLE"))
    terminal.do("helpdesk", "create", "acme")
    assert "valid" in terminal.do("token", "list", "acme", "--stack", "tocsin")


def test_a_stack_that_is_not_there_or_names_no_table_is_told(terminal: Terminal, engine: Engine) -> None:
    del terminal.variables["TOCSIN_TABLE"]
    assert "There is no stack 'tocsin'" in terminal.refused("token", "list", "acme")
    create_stack(engine, ApiUrl="https://example.com")
    assert "no output TableName" in terminal.refused("token", "list", "acme")


def test_a_table_that_is_not_there_is_told(terminal: Terminal) -> None:
    assert "There is no table 'nowhere'" in terminal.refused("helpdesk", "create", "acme", "--table", "nowhere")


def test_without_a_region_it_says_what_to_set(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", "nowhere")
    assert "set AWS_REGION" in terminal.refused("helpdesk", "create", "acme")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            ClientError({"Error": {"Code": "AccessDeniedException", "Message": "You may not."}}, "GetItem"),
            "AWS refused GetItem: You may not. (AccessDeniedException)",
        ),
        (EndpointConnectionError(endpoint_url="https://aws.example"), "AWS cannot be reached: Could not connect"),
        (ProfileNotFound(profile="work"), "AWS cannot be asked: The config profile (work) could not be found"),
        (PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), "There are no AWS credentials"),
    ],
)
def test_whatever_aws_refuses_is_told_in_words(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    monkeypatch.setattr(aws, "DynamoCredentials", Mock(side_effect=error))
    monkeypatch.setattr("boto3.client", Mock())
    assert shell.refused("token", "list", "acme").startswith(told)


def test_a_refused_look_at_the_stack_is_not_taken_for_a_missing_stack(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = ClientError({"Error": {"Code": "AccessDenied", "Message": "You may not."}}, "DescribeStacks")
    monkeypatch.setattr("boto3.client", Mock(return_value=Mock(describe_stacks=Mock(side_effect=error))))
    del shell.variables["TOCSIN_TABLE"]
    assert shell.refused("token", "list", "acme") == "AWS refused DescribeStacks: You may not. (AccessDenied)\n"
