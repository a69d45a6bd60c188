"""What the local server says on the terminal."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from infra.local.engine import Engine
from infra.local.seed import create_demo_helpdesk
from infra.local.timeline import Timeline
from infra.topology import TOCSIN
from tests.infra.local.stub_engine import stub_engine, stub_topology

START = datetime(2026, 3, 27, 15, 0, tzinfo=UTC)

CONTRACT = {
    "customer": {"name": "ACME GmbH"},
    "targets": {"P1": {"resolution": "1h"}},
    "escalation": {"tiers": [{"team": "frontline", "acknowledge_within": "2h"}], "repeat_last_tier": 0},
}
ANA = {
    "member_id": "ana",
    "name": "Ana",
    "channels": [{"type": "email", "address": "ana@example.com"}, {"type": "sms", "address": "+4915112345678"}],
}


@dataclass
class Terminal:
    """Somebody who looks at the timeline of an engine on a machine in Berlin."""

    engine: Engine
    token: str
    output: io.StringIO
    timeline: Timeline

    def send(self, method: str, path: str, document: object) -> None:
        answer = self.engine.request(method, path, json=document, token=self.token)
        assert answer.status < 300, answer.text

    def open_ticket(self, **fields: object) -> None:
        self.send("POST", "/v1/tickets", {"ticket_id": "ZD-1", "contract_id": "acme", "priority": "P1", **fields})

    def told(self) -> list[str]:
        """The lines that are new."""
        self.output.seek(0)
        self.output.truncate()
        self.timeline.tell()
        return self.output.getvalue().splitlines()


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def terminal(berlin: None) -> Iterator[Terminal]:
    with Engine(START) as engine:
        output = io.StringIO()
        opened = Terminal(engine, create_demo_helpdesk(engine), output, Timeline(engine, output))
        opened.send("PUT", "/v1/teams/frontline", {"name": "Frontline", "members": [ANA]})
        opened.send("PUT", "/v1/contracts/acme", CONTRACT)
        yield opened


def test_a_line_is_told_for_each_thing_that_happens_in_the_order_of_time(terminal: Terminal) -> None:
    terminal.open_ticket(subject="Sync stopped")
    told = terminal.told()
    assert told[0] == "Fri 2026-03-27 16:00:00 CET  ZD-1  opened by customer: P1 under acme version 1: Sync stopped"
    assert told[1] == "Fri 2026-03-27 16:00:00 CET  ZD-1  tier alerted: tier 1, frontline: ana (opened)"
    ana = "Fri 2026-03-27 16:00:00 CET  ZD-1  told ana by email to ana@example.com, by sms to +4915112345678: [P1] ZD-1"
    assert sum(line.startswith(ana) for line in told) == 1
    nobody = "Fri 2026-03-27 16:00:00 CET  ZD-1  nobody is subscribed to tocsin-demo_team_frontline: [P1] ZD-1"
    assert sum(line.startswith(nobody) for line in told) == 1

    terminal.engine.advance(minutes=61)
    told = terminal.told()
    assert [line for line in told if "  ZD-1  warned: " in line] == [
        "Fri 2026-03-27 16:45:00 CET  ZD-1  warned: resolution at 75%, due Fri 2026-03-27 17:00:00 CET"
    ]
    assert [line for line in told if "  ZD-1  breached: " in line] == [
        "Fri 2026-03-27 17:00:00 CET  ZD-1  breached: resolution, due Fri 2026-03-27 17:00:00 CET"
    ]
    assert [line[:27] for line in told] == sorted(line[:27] for line in told)
    assert terminal.told() == []


def test_what_is_learned_late_says_when_it_happened(terminal: Terminal) -> None:
    terminal.open_ticket()
    terminal.engine.advance(minutes=10)
    terminal.told()
    acknowledged = {"type": "acknowledged", "actor": {"kind": "agent", "id": "ana"}}
    terminal.send("POST", "/v1/tickets/ZD-1/events", {**acknowledged, "occurred_at": "2026-03-27T15:02:00Z"})
    assert terminal.told()[0] == (
        "Fri 2026-03-27 16:10:00 CET  ZD-1  acknowledged by ana: for tier 1 (happened Fri 2026-03-27 16:02:00 CET)"
    )


def test_what_customers_write_stays_on_its_line_and_steers_no_terminal(terminal: Terminal) -> None:
    terminal.open_ticket(subject="\x1b[2Jx\u2028y" + "long " * 55)
    for line in terminal.told():
        assert line.isprintable()
        assert len(line) < 300


@pytest.mark.usefixtures("berlin")
def test_a_function_that_fails_is_told_and_a_token_that_is_refused_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    topology = stub_topology(Sweeper="tests.infra.local.test_timeline.fail")
    with stub_engine(replace(topology, schedules=TOCSIN.schedules), schedules=True) as engine:
        output = io.StringIO()
        timeline = Timeline(engine, output)
        assert engine.request("GET", "/v1/tickets", token="unknown").status == 401
        timeline.tell()
        assert output.getvalue() == ""
        engine.advance(minutes=1)
        timeline.tell()
    assert output.getvalue() == "Fri 2026-03-27 16:41:00 CET  -  Sweeper failed: RuntimeError: the table is gone\n"
    assert "raise RuntimeError" in capsys.readouterr().out, "the trace is in the log"


def fail(_event: object, _context: object) -> None:
    """A handler."""
    raise RuntimeError("the table is gone")


def test_what_other_tools_write_to_the_table_is_no_event(engine: Engine) -> None:
    item = {"pk": {"S": "TICKET#h#t"}, "sk": {"S": "EVENT#1"}}
    engine.client("dynamodb").put_item(TableName=engine.attributes["TableName"], Item=item)
    output = io.StringIO()
    Timeline(engine, output).tell()
    assert output.getvalue() == ""
    assert engine.changes()[0]["dynamodb"]["NewImage"] == item
