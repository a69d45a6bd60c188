"""What goes wrong on the way to the API is told in words, and the token is told to nobody."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from infra.cli import api
from tests.infra.cli.terminal import SAMPLES, Shell, Terminal

SECRET = "tocsin_not-to-be-shown"


def answering(monkeypatch: pytest.MonkeyPatch, answer: Callable[[httpx.Request], httpx.Response]) -> None:
    monkeypatch.setattr(api, "new_transport", lambda: httpx.MockTransport(answer))


def test_a_token_that_is_not_known_is_refused_without_being_shown(terminal: Terminal) -> None:
    terminal.variables["TOCSIN_TOKEN"] = SECRET
    assert terminal.refused("ticket", "list") == "Unauthorized: The token is not known.\n"


def test_a_token_without_the_scope_is_refused_team_by_team(terminal: Terminal) -> None:
    terminal.do("helpdesk", "create", "acme")
    terminal.variables["TOCSIN_TOKEN"] = terminal.do("token", "issue", "acme", "--scope", "read").strip()
    told = terminal.refused("team", "put", SAMPLES / "teams.yaml")
    assert "frontline: Forbidden: The token does not have the scope 'admin'." in told


def test_an_url_where_nobody_listens_is_told(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "new_transport", httpx.HTTPTransport)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        told = shell.refused("ticket", "list", "--url", url, "--token", SECRET)
    assert told.startswith(f"{url} cannot be reached: ")
    assert SECRET not in told


def test_an_api_that_does_not_answer_in_time_is_told(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def dawdle(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("too slow", request=request)

    answering(monkeypatch, dawdle)
    assert "does not answer" in shell.refused("ticket", "list", "--token", SECRET)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>Welcome</html>"),
        httpx.Response(200, json=["a list"]),
        httpx.Response(301, headers={"Location": "https://elsewhere.example"}),
        httpx.Response(503, text="<html>Busy</html>"),
        httpx.Response(403, json={"message": "Missing Authentication Token"}),
        httpx.Response(400, json="no"),
    ],
)
def test_somebody_else_who_answers_is_told_from_tocsin(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, answer: httpx.Response
) -> None:
    answering(monkeypatch, lambda _request: answer)
    assert "is this the URL of Tocsin's API?" in shell.refused("ticket", "list", "--token", SECRET)


def test_an_url_with_a_path_keeps_it(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(200, json={"tickets": []})

    answering(monkeypatch, note)
    shell.do("ticket", "list", "--url", "https://api.example/stage/", "--token", SECRET)
    assert seen == ["https://api.example/stage/v1/tickets?limit=51&status=open"]


@pytest.mark.parametrize(
    "url", ["tocsin.example", "ftp://tocsin.example", "http://tocsin.example", "https://", "https://a:b"]
)
def test_an_url_that_would_not_do_is_wrong_usage(shell: Shell, url: str) -> None:
    assert "--url" in shell.misused("ticket", "list", "--url", url, "--token", SECRET)


@pytest.mark.parametrize("token", ["", f"{SECRET} and more", f"{SECRET}\nX-Header: 1", f"{SECRET}é"])
def test_a_token_that_cannot_be_one_is_wrong_usage_and_not_quoted(shell: Shell, token: str) -> None:
    assert SECRET not in shell.misused("ticket", "list", "--token", token)


def test_url_and_token_have_to_be_given(shell: Shell) -> None:
    assert "TOCSIN_TOKEN" in shell.misused("ticket", "list")
    del shell.variables["TOCSIN_URL"]
    assert "TOCSIN_URL" in shell.misused("ticket", "list", "--token", SECRET)


def test_help_does_not_show_the_token(shell: Shell, tmp_path: Path) -> None:
    shell.variables["TOCSIN_TOKEN"] = SECRET
    assert "TOCSIN_TOKEN" in shell.do("ticket", "list", "--help")
