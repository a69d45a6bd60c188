"""Requests that schemathesis makes up from the description: what is answered is what is described."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.served.conftest import TOOLS, Served

# What exists, so that requests get further than 404; and what counts as a refusal of a body that is too large.
SETTINGS = """
[parameters]
"path.contract_id" = "acme-gold"
"path.team_id" = "frontline"
"path.schedule_id" = "emea"
"path.override_id" = "o2"
"path.ticket_id" = "T-1"
"path.version" = 1

[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "503"]
"""


@pytest.mark.parametrize(("caller", "examples"), [("tenant", 10), ("nobody", 3)])
def test_every_answer_is_as_described(served: Served, tmp_path: Path, caller: str, examples: int) -> None:
    (tmp_path / "schemathesis.toml").write_text(SETTINGS)
    headers = ["--header", f"Authorization: Bearer {served.token}"] if caller == "tenant" else []
    command: list[str | Path] = [
        TOOLS / "schemathesis",
        "run",
        f"{served.url}/openapi.json",
        *headers,
        "--no-color",
        "--no-shrink",
    ]
    # A body may fit the description and still be refused for what it means, such as a team that does not exist.
    checks = ["--checks", "all", "--exclude-checks", "positive_data_acceptance"]
    bounds = ["--phases", "fuzzing", "--max-examples", str(examples), "--seed", "1", "--continue-on-failure"]
    told = subprocess.run(
        [*command, *checks, *bounds], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300
    )
    assert told.returncode == 0, told.stdout + told.stderr
