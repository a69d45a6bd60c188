from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from infra.cli import api
from infra.local.engine import Engine
from tests.infra.cli.terminal import URL, EngineTransport, Shell, Terminal

FRIDAY = datetime(2026, 3, 27, 15, 40, tzinfo=UTC)


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine(start=FRIDAY) as running:
        yield running
        # The authorizer says "Unauthorized" by failing; nothing else may fail.
        assert [fault for fault in running.faults if fault.message != "Unauthorized"] == []


@pytest.fixture(autouse=True)
def _no_variables_of_the_person_who_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOCSIN_URL", "TOCSIN_TOKEN", "TOCSIN_TABLE", "TOCSIN_STACK"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def shell() -> Shell:
    """Where nothing answers: for what must not be sent at all."""
    return Shell({"TOCSIN_URL": URL, "TOCSIN_TABLE": "tocsin"})


@pytest.fixture
def terminal(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setattr(api, "new_transport", lambda: EngineTransport(engine))
    return Terminal(engine)


@pytest.fixture
def operator(terminal: Terminal) -> Terminal:
    """With a token that may do everything in the helpdesk `demo`."""
    return terminal.sign_in()
