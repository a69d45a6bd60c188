"""From the first token to the last, as an operator types it: processes of their own, against `make serve`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from infra.topology import ROOT
from tests.infra.cli.terminal import SAMPLES

PATIENCE = 60.0
"""Seconds until a process counts as stuck."""

FOREIGN = ("AWS_", "TOCSIN_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def clean_environment(**more: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith(FOREIGN)}
    return {**inherited, "PYTHONPATH": str(ROOT / "functions"), **more}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Where the server is, and its token. Its clock stands still, so that the test decides when a minute is over."""
    command = [sys.executable, "-m", "infra.local.serve"]
    with (
        (tmp_path / "log").open("w+") as log,
        subprocess.Popen(
            command, cwd=ROOT, env=clean_environment(PORT="0", SPEED="0"), stdout=subprocess.PIPE, stderr=log, text=True
        ) as server,
        ThreadPoolExecutor() as reader,
    ):
        assert server.stdout is not None
        try:
            ready = reader.submit(server.stdout.readline).result(PATIENCE)
            found = re.fullmatch(r"ready (\S+) token=(\S+)\n", ready)
            assert found, (ready, (tmp_path / "log").read_text())
            yield found[1], found[2]
        finally:
            end(server)


@pytest.fixture
def url(served: tuple[str, str]) -> str:
    return served[0]


def end(server: subprocess.Popen[str]) -> None:
    server.terminate()
    try:
        server.wait(PATIENCE)
    finally:
        server.kill()


class Operator:
    """Types commands."""

    def __init__(self, url: str, home: Path) -> None:
        # Region, credentials and table are found, and not in the settings of the person who tests.
        nobody = {"AWS_CONFIG_FILE": str(home / "none"), "AWS_SHARED_CREDENTIALS_FILE": str(home / "none")}
        self.environment = clean_environment(**nobody, TOCSIN_URL=url, AWS_ENDPOINT_URL=url)

    def type(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "infra.cli", *map(str, arguments)]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )

    def do(self, *arguments: str | Path) -> str:
        done = self.type(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def test_an_operator_sets_up_a_helpdesk_and_changes_its_token(url: str, tmp_path: Path) -> None:
    operator = Operator(url, tmp_path)
    old = operator.environment["TOCSIN_TOKEN"] = operator.do("helpdesk", "create", "acme")
    assert "engineering created" in operator.do("team", "put", SAMPLES / "teams.yaml")
    assert operator.do("contract", "put", SAMPLES / "acme-enterprise.yaml").endswith("version 1 is now in force")
    ticket = {"ticket_id": "ZD-1", "contract_id": "acme-enterprise", "priority": "P1", "subject": "Sync stopped"}
    httpx.post(
        f"{url}/v1/tickets", json=ticket, headers={"Authorization": f"Bearer {old}"}, timeout=PATIENCE
    ).raise_for_status()
    assert "tier 1, frontline: ana" in operator.do("ticket", "show", "ZD-1")

    # A server's clock may be far ahead of this machine's: the day that is left to the tokens before is a day there.
    httpx.post(f"{url}/_local/clock/advance", json={"seconds": 2 * 86_400}, timeout=PATIENCE).raise_for_status()
    new = operator.do("token", "rotate", "acme")
    assert "ZD-1" in operator.do("ticket", "list")
    [fingerprint] = re.findall(r"^([0-9a-f]{16}) .* valid until ", operator.do("token", "list", "acme"), re.MULTILINE)
    assert operator.do("token", "revoke", "acme", fingerprint).startswith(f"{fingerprint} is revoked")
    httpx.post(f"{url}/_local/clock/advance", json={"seconds": 3600}, timeout=PATIENCE).raise_for_status()
    refused = operator.type("ticket", "list")
    assert (refused.returncode, refused.stderr) == (1, "Unauthorized: The token is not known.\n")
    operator.environment["TOCSIN_TOKEN"] = new
    assert "ZD-1" in operator.do("ticket", "list")

    told = (tmp_path / "log").read_text().splitlines()
    assert told[0] == "The functions log to build/serve.log; with VERBOSE=1 they log here."
    for line in told[1:]:
        assert re.match(r"\w{3} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+  \S+  \w", line), line
    first, second = (line.partition("  ZD-1  ")[2] for line in told[1:3])
    assert first == "opened by customer: P1 under acme-enterprise version 1: Sync stopped"
    assert second.startswith("tier alerted: tier 1")
    assert any("  ZD-1  told ana by email to ana@" in line for line in told)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the quick start uses curl")
def test_the_quick_start_of_the_readme_works_word_for_word(served: tuple[str, str]) -> None:
    url, token = served
    section = (ROOT / "README.md").read_text().split("## For helpdesk developers\n", 1)[1]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    first_line, rest = blocks[0].split("\n", 1)
    assert first_line.startswith("export URL=http://127.0.0.1:8000 TOKEN=…")
    done = subprocess.run(
        ["bash", "-euc", rest],
        env=clean_environment(URL=url, TOKEN=token),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert done.stderr == ""
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["status"] for answer in answers if answer.get("type") == "about:blank"] == []
    previewed, alerts, log = answers[3], answers[6]["alerts"], answers[10]["events"]
    assert previewed["obligations"][0]["due_at"] == "2026-03-30T07:50:00Z"
    told = {(alert["kind"], channel["type"]) for alert in alerts for channel in alert["channels"]}
    assert {("tier_alert", "email"), ("tier_alert", "sms")} <= told
    assert [event["type"] for event in log if event["actor"]["kind"] != "system"] == [
        "opened",
        "acknowledged",
        "agent_replied",
        "resolved",
    ]


def test_what_is_not_set_up_is_told_without_a_trace(tmp_path: Path) -> None:
    operator = Operator("http://127.0.0.1:1", tmp_path)
    told = operator.type("helpdesk", "create", "acme")
    assert (told.returncode, told.stderr.partition(":")[0]) == (1, "AWS cannot be reached")
    del operator.environment["AWS_ENDPOINT_URL"]
    operator.environment |= {"AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "eu-central-1"}
    told = operator.type("helpdesk", "create", "acme")
    assert (told.returncode, told.stderr.partition(";")[0]) == (1, "There are no AWS credentials")
    operator.environment["PYTHONPATH"] = ""
    told = operator.type("helpdesk", "create", "acme")
    assert (told.returncode, told.stderr.rpartition("; ")[2]) == (1, "run this with PYTHONPATH=functions.\n")
