"""What the local server says on the terminal: a line for every event of a ticket, every message and every fault.

    Wed 2026-11-25 18:18:23 CET  ZD-1042  tier alerted: tier 1, frontline: ana (opened)
    Wed 2026-11-25 18:18:23 CET  ZD-1042  told ana by email to ana@example.com: [P1] ZD-1042 …

Times are those of the clock on the wall of this machine (`TZ`), of the server's own time.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TextIO

from infra.local.engine import Engine
from infra.local.lambda_runtime import FunctionFault
from infra.local.moto.sns import Alert
from infra.local.stream import Record

WIDTH = 240

QUIET = {"notices_recorded", "notices_queued", "notices_sent"}
"""Kinds of event that say of messages what the messages' own lines say."""


class Line(NamedTuple):
    """Something that happened, and what it is about: mostly a ticket."""

    at: datetime
    about: str
    text: str


class Timeline:
    """Reads the table's stream, the messages and the faults of an engine, and prints what is new.

    With `skip_past`, what has happened before is not new.
    """

    def __init__(self, engine: Engine, output: TextIO, *, skip_past: bool = False) -> None:
        self._engine = engine
        self._output = output
        self._changes = self._alerts = self._faults = 0
        if skip_past:
            self._news()

    def tell(self) -> None:
        """Prints what happened since the last time, in the order of time."""
        for line in sorted(self._news(), key=lambda line: line.at):
            self._say(line)

    def _news(self) -> list[Line]:
        # Of what happened at the same instant, the cause comes first.
        changes = self._engine.changes(self._changes)
        alerts = self._engine.alerts()[self._alerts :]
        faults = self._engine.faults[self._faults :]
        self._changes += len(changes)
        self._alerts += len(alerts)
        self._faults += len(faults)
        return [*events_in(changes), *map(_message, alerts), *filter(None, map(_fault, faults))]

    def _say(self, line: Line) -> None:
        # Imported late: the engine puts the functions on the path. What customers write must not steer the terminal.
        from infra.cli.layout import plain

        text = f"{local_time(line.at)}  {plain(line.about)}  {plain(line.text, WIDTH)}"
        print(text, file=self._output, flush=True)


def local_time(instant: str | datetime | None) -> str:
    """`Wed 2026-11-25 18:18:23 CET`, by the clock on the wall of this machine; `-` for none."""
    if instant is None:
        return "-"
    at = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return f"{at.astimezone():%a %Y-%m-%d %H:%M:%S %Z}"


def events_in(changes: list[Record]) -> Iterator[Line]:
    """The events of tickets among the records of the table's stream."""
    from tocsin.adapters.dynamodb.table import decode

    for change in changes:
        written = decode(change["dynamodb"].get("NewImage", {}))
        # Other tools may write here too, whatever they like.
        is_event = change["eventName"] == "INSERT" and written["sk"].startswith("EVENT#") and "details" in written
        if is_event and written["type"] not in QUIET:
            yield _event(written)


def _event(item: Mapping[str, Any]) -> Line:
    """An item of the table that holds an event: the fields of the log, its details as JSON."""
    from infra.cli.layout import words
    from infra.cli.timeline import gist, is_late

    details = json.loads(item["details"])
    # The digests of texts say nothing to people; attributes are shown as the API shows them.
    details.pop("texts", None)
    event = {**item, "details": {**details, **details.pop("attributes", {})}}
    by = f" by {item['actor_id'] or item['actor_kind']}" if item["actor_kind"] != "system" else ""
    happened = f" (happened {local_time(item['occurred_at'])})" if is_late(event) else ""
    said = f"{words(item['type'])}{by}: {gist(event, local_time)}".removesuffix(": ")
    return Line(datetime.fromisoformat(item["recorded_at"]), item["pk"].rpartition("#")[2], said + happened)


def _message(alert: Alert) -> Line:
    about = alert.attributes.get("ticket_id") or alert.attributes.get("contract") or "-"
    ways = ", ".join(f"by {each.protocol} to {each.endpoint}" for each in alert.deliveries)
    told = f"told {alert.recipient or alert.topic} {ways}" if ways else f"nobody is subscribed to {alert.topic}"
    return Line(alert.at, about, f"{told}: {alert.subject or alert.body}")


def _fault(fault: FunctionFault) -> Line | None:
    """An invocation that ended in an exception; its trace goes where the functions log."""
    if fault.message == "Unauthorized":
        return None  # With this the authorizer refuses a token.
    print("".join(fault.stack_trace), file=sys.stdout, flush=True)
    return Line(fault.at, "-", f"{fault.function} failed: {fault.error_type}: {fault.message}")
