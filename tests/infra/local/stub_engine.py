"""An engine of the real topology and the real state machine, with the handlers of `stub_helpdesk`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from infra.local.engine import Engine
from infra.local.moto.sns import Alert
from infra.topology import TOCSIN, Topology

HELPDESK = "tests.infra.local.stub_helpdesk"
START = datetime(2026, 3, 27, 15, 40, tzinfo=UTC)


def stub_topology(**handlers: str) -> Topology:
    """Tocsin's topology with stub handlers; `handlers` names others, by function."""
    functions = [
        replace(function, handler=handlers.get(function.name, f"{HELPDESK}.{function.name.lower()}"))
        for function in TOCSIN.functions
    ]
    return replace(TOCSIN, functions=tuple(functions))


def stub_engine(topology: Topology | None = None, **options: Any) -> Engine:
    """An engine, still closed."""
    return Engine(START, topology or stub_topology(), system_clock=f"{HELPDESK}.WallClock", **options)


def open_ticket(engine: Engine, ticket_id: str = "ZD-1") -> None:
    """Opens a ticket through the API."""
    assert engine.request("POST", "/v1/tickets", json={"ticket_id": ticket_id}, token="good").status == 201


def acknowledge(engine: Engine, ticket_id: str = "ZD-1") -> None:
    """Acknowledges it."""
    assert engine.request("POST", f"/v1/tickets/{ticket_id}/acknowledge", token="good").status == 201


def said(alerts: list[Alert]) -> list[tuple[str, str | None]]:
    """When each alert was published, and its subject."""
    return [(f"{alert.at:%H:%M:%S.%f}", alert.subject) for alert in alerts]
