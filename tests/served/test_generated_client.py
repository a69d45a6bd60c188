"""A client that a stranger generates from the description works against the API as it is served."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.served.conftest import TOOLS, Served

PACKAGE = "generated_tocsin_client"


@pytest.fixture(scope="module")
def generated(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    folder = tmp_path_factory.mktemp("generated")
    settings = folder / "settings.yaml"
    # What it does to the layout of the code afterwards is of no interest here.
    settings.write_text("post_hooks: []\nliteral_enums: true\n")
    command: list[str | Path] = [
        TOOLS / "openapi-python-client",
        "generate",
        "--url",
        f"{served.url}/openapi.json",
        "--meta",
        "none",
    ]
    told = subprocess.run(
        [*command, "--config", settings, "--output-path", folder / PACKAGE],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=180,
    )
    assert told.returncode == 0, told.stdout
    # It knows no YAML and leaves it out; of everything else it makes code.
    warnings = re.findall(r"WARNING parsing (.+) within", told.stdout)
    assert sorted(warnings) == [
        "PUT /v1/contracts/{contract_id}",
        "PUT /v1/schedules/{schedule_id}",
        "PUT /v1/teams/{team_id}",
    ]
    assert told.stdout.count("Unsupported content type application/yaml") == len(warnings)
    sys.path.insert(0, str(folder))
    yield importlib.import_module(PACKAGE)
    sys.path.remove(str(folder))


@pytest.fixture
def client(generated: ModuleType, served: Served) -> Iterator[Any]:
    with generated.AuthenticatedClient(base_url=served.url, token=served.token, timeout=30) as made:
        yield made


def operation(name: str) -> Any:
    return importlib.import_module(f"{PACKAGE}.api.{name}")


def models() -> Any:
    return importlib.import_module(f"{PACKAGE}.models")


def test_it_has_every_operation(generated: ModuleType) -> None:
    found = {path.stem for path in Path(str(generated.__file__)).parent.glob("api/*/*.py")} - {"__init__"}
    assert {"open_ticket", "read_ticket", "list_tickets", "report_event", "put_contract", "put_team"} <= found
    assert len(found) == 50


def test_it_opens_reports_reads_and_lists(client: Any) -> None:
    opening = models().OpenTicket(contract_id="acme-gold", priority="P1", ticket_id="T-2", subject="Sync stopped")
    opened = operation("tickets.open_ticket").sync_detailed(client=client, body=opening, idempotency_key="k-1")
    assert (opened.status_code, opened.parsed.ticket_id, opened.parsed.status) == (201, "T-2", "open")
    assert opened.headers["ETag"] == '"1"'
    seen = operation("tickets.read_ticket").sync_detailed("T-2", client=client).headers["ETag"]
    replied = models().AgentReplied(type_="agent_replied", actor=models().ActorDocument(kind="agent", id="ana"))
    recorded = operation("tickets.report_event").sync("T-2", client=client, body=replied, if_match=seen)
    assert (recorded.type_, recorded.ticket.obligations[0].state) == ("agent_replied", "met")
    ticket = operation("tickets.read_ticket").sync("T-2", client=client)
    # The execution has told meanwhile who has the ticket, which is two events more.
    assert {**ticket.to_dict(), "sequence": recorded.sequence} == recorded.ticket.to_dict()
    listed = operation("tickets.list_tickets").sync(client=client, contract_id="acme-gold", limit=200)
    assert "T-2" in {each.ticket_id for each in listed.tickets}
    events = operation("tickets.list_events").sync("T-2", client=client)
    assert events.events[0].type_ == "opened"
    explanation = operation("tickets.explain_ticket").sync("T-2", client=client)
    resolution = next(each for each in explanation.obligations if each.metric == "resolution")
    assert sum(each.seconds for each in resolution.intervals) == 4 * 3600


def test_it_tells_contracts_and_reports(client: Any) -> None:
    contract = operation("contracts.read_contract").sync("acme-gold", client=client)
    assert (contract.contract_id, contract.contract["customer"]["name"]) == ("acme-gold", "ACME GmbH")
    request = models().PreviewRequest(priority="P1")
    preview = operation("contracts.preview_contract").sync("acme-gold", client=client, body=request)
    assert [tier.team for tier in preview.tiers] == ["frontline", "engineering", "management"]
    attainment = operation("contracts.read_attainment").sync("acme-gold", client=client, period="2026-Q1")
    assert (attainment.period, attainment.aggregates) == ("2026-Q1", [])
    text = operation("contract_texts.read_contract_text").sync("acme-gold", client=client)
    assert "ACME GmbH" in text


def test_it_reads_a_refusal_as_a_problem(client: Any) -> None:
    refused = operation("tickets.read_ticket").sync_detailed("nowhere", client=client)
    assert (refused.status_code, refused.parsed.title) == (404, "Not Found")
