"""The API over real HTTP, as `make serve` serves it, with a contract, its teams and a ticket."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import httpx
import pytest

from infra.topology import ROOT
from tests.scenarios.desk import CONTRACT, OVERRIDE, SCHEDULE, TEAMS

TOOLS = Path(sys.executable).parent


@dataclass(frozen=True)
class Served:
    """Where the API is served, and the token of a helpdesk."""

    url: str
    token: str


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    environment = {
        **os.environ,
        "PORT": "0",
        "SPEED": "0",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "functions"), str(ROOT)]),
    }
    command = [sys.executable, "-m", "infra.local.serve"]
    with (
        TemporaryFile() as log,
        subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            _, url, token = process.stdout.readline().split()
            served = Served(url, token.removeprefix("token="))
            prepare(served)
            yield served
        finally:
            process.terminate()


def prepare(served: Served) -> None:
    headers = {"Authorization": f"Bearer {served.token}"}
    with httpx.Client(base_url=served.url, headers=headers, timeout=30) as http:
        for team_id, team in TEAMS.items():
            assert http.put(f"/v1/teams/{team_id}", json=team).status_code == 201
        assert http.put("/v1/schedules/emea", json=SCHEDULE).status_code == 201
        assert http.post("/v1/schedules/emea/overrides", json=OVERRIDE).status_code == 201
        assert http.put("/v1/contracts/acme-gold", json=CONTRACT).status_code == 201
        ticket = {"ticket_id": "T-1", "contract_id": "acme-gold", "priority": "P1"}
        assert http.post("/v1/tickets", json=ticket).status_code == 201
