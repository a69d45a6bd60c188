"""Tells a ticket's story on the engine: what people do, what comes of it, and what its execution then waits for."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from infra.local.engine import Engine, ExecutionInfo
from infra.local.moto.sns import Alert
from infra.local.timeline import Timeline, local_time

ZONE = ZoneInfo("Europe/Berlin")


def berlin(text: str) -> datetime:
    """`2027-02-26 16:40` on a clock in Berlin."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


class Narrator:
    """Tells what happens on one ticket: what people do, what comes of it, and what the execution now waits for."""

    def __init__(self, engine: Engine, token: str, ticket_id: str) -> None:
        self.engine, self.token, self.ticket_id = engine, token, ticket_id
        self._timeline = Timeline(engine, sys.stdout, skip_past=True)

    def call(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        """Calls the API as the helpdesk does and answers the JSON; whatever is refused ends the story."""
        response = self.engine.request(method, path, token=self.token, **arguments)
        if response.status >= 400:
            raise SystemExit(f"{method} {path} was refused: {response.body.decode()}")
        answer: dict[str, Any] = response.json()
        return answer

    def open(self, story: str, ticket: Mapping[str, object], contract_id: str = "acme-enterprise") -> None:
        """A new ticket with these fields, told with why it is opened."""
        self.headline(story)
        self.call("POST", "/v1/tickets", json={"ticket_id": self.ticket_id, "contract_id": contract_id, **ticket})
        self.tell()

    def follow_link(self, story: str, member_id: str, **form: str) -> None:
        """Somebody follows the link of their newest alert and sends its page's form, told with why."""
        self.headline(story)
        sent = [each for each in self.alerts() if each.attributes["kind"] == "tier_alert"]
        found = re.search(r"https?://\S+?(/a/\S+)", [each for each in sent if each.recipient == member_id][-1].body)
        if found is None:
            raise SystemExit("the alert has no link")
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        for method, body in (("GET", ""), ("POST", urlencode(form))):
            page = self.engine.request(method, found[1], body=body, headers=headers)
            title = re.search(r"<h1>(.*?)</h1>", page.body.decode())
            print(f"    page  {method} {page.status}: {title[1] if title else ''}")
        self.tell()

    def report(self, story: str, kind: str, agent: str | None = None, **fields: str) -> None:
        """An event of that type with these fields, by an agent if one is named, told with why it happens."""
        self.headline(story)
        actor = {"actor": {"kind": "agent", "id": agent}} if agent else {}
        self.call("POST", f"/v1/tickets/{self.ticket_id}/events", json={"type": kind, **actor, **fields})
        self.tell()

    def headline(self, story: str) -> None:
        """What a person does, in the words of a person."""
        print(f"\n{local_time(self.engine.clock.now())}  {story}")

    def let_time_pass_until(self, instant: datetime) -> None:
        """Stops at every instant at which something falls due, and tells it."""
        while (due := self.engine.next_due_at()) is not None and due <= instant:
            self.engine.advance_to(due)
            self._timeline.tell()
        self.engine.advance_to(instant)

    def tell(self) -> None:
        """Everything that is new since the last time, and what the ticket's execution waits for."""
        self._timeline.tell()
        print(f"    {_waits(self.execution())}")

    def events(self) -> list[dict[str, Any]]:
        """The ticket's log, as the API answers it."""
        events: list[dict[str, Any]] = self.call("GET", f"/v1/tickets/{self.ticket_id}/events?limit=200")["events"]
        return events

    def alerts(self) -> list[Alert]:
        """What SNS took for this ticket."""
        return [alert for alert in self.engine.alerts() if alert.attributes.get("ticket_id") == self.ticket_id]

    def execution(self) -> ExecutionInfo:
        """The ticket's newest execution."""
        return [each for each in self.engine.executions() if each.input["ticket_id"] == self.ticket_id][-1]


def _waits(execution: ExecutionInfo) -> str:
    if execution.status != "RUNNING":
        return f"the execution has ended: {execution.status.lower()}"
    return f"the execution waits in {', '.join(execution.states)}"
