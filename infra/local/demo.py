"""`make demo`: two tickets of one contract from their opening to their end, on the real parts, in seconds.

Everything printed is read from the running system: the ticket's log through the API, the messages from SNS, what the
execution waits for from Step Functions.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from infra.local.engine import Engine, ExecutionInfo
from infra.local.moto.sns import Alert
from infra.local.seed import create_demo_helpdesk
from infra.local.timeline import Timeline, local_time
from infra.topology import ROOT

ZONE = ZoneInfo("Europe/Berlin")
SAMPLES = ROOT / "infra" / "samples"
DOLLARS_PER_1000_TRANSITIONS = 0.025
"""Standard workflows, us-east-1 list price (https://aws.amazon.com/step-functions/pricing, read 2026-11)."""


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

    def open(self, story: str, ticket: Mapping[str, object]) -> None:
        """A new ticket with these fields, told with why it is opened."""
        self.headline(story)
        self.call("POST", "/v1/tickets", json={"ticket_id": self.ticket_id, "contract_id": "acme-enterprise", **ticket})
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


def play_major_incident(engine: Engine, token: str) -> Narrator:
    """A P1 on a Friday afternoon: silence, a response missed, escalation, the signed link, updates, a review."""
    desk = Narrator(engine, token, "ZD-1042")
    desk.open(
        "ACME reports: data has stopped syncing with Salesforce. The board meets tomorrow.",
        {
            "priority": "P1",
            "subject": "Data has stopped syncing with Salesforce",
            "category": "integration",
            "channel": "phone",
            "description": "No record has arrived since 14:05. The board meets tomorrow and needs the figures.",
            "handoff": {
                "sync history": "last success 14:05, 37 failures since, all INVALID_SESSION_ID",
                "integration id": "sf-prod-7731",
                "steps to reproduce": "Settings > Integrations > Salesforce > Sync now",
            },
        },
    )
    desk.let_time_pass_until(berlin("2027-02-26 17:03"))
    _acknowledge_by_link(desk)
    desk.let_time_pass_until(berlin("2027-02-26 18:10"))
    told = "A certificate was rotated; we prepare a fix."
    desk.report("Caro finds the cause and tells ACME, in time.", "agent_replied", "caro", text=told)
    desk.let_time_pass_until(berlin("2027-02-26 19:45"))
    desk.report("Reminded of the update, Caro sends it.", "agent_replied", "caro", text="The fix is in test.")
    desk.let_time_pass_until(berlin("2027-02-26 20:12"))
    desk.report(
        "The hotfix is live; 3 h 32 min after the report.",
        "resolved",
        "caro",
        root_cause="The Salesforce connected app's certificate was rotated without our client.",
        mitigation="The client reloads the certificate; all missed records have been synced.",
        prevention="The expiry of every certificate is monitored from now on.",
    )
    desk.let_time_pass_until(berlin("2027-03-03 11:00"))
    desk.report(
        "Dora files the review.",
        "review_filed",
        "dora",
        root_cause="Nobody owned the certificate's rotation.",
        improvements="Rotation is a change with an owner; frontline's rota covers Friday evenings.",
    )
    return desk


def _acknowledge_by_link(desk: Narrator) -> None:
    alert = [a for a in desk.alerts() if a.attributes["kind"] == "tier_alert" and a.recipient == "caro"][-1]
    found = re.search(r"https?://\S+?(/a/\S+)", alert.body)
    if found is None:
        raise SystemExit("the alert has no link")
    desk.headline("Caro follows the link in her alert: a page with a button. She presses it.")
    for method in ("GET", "POST"):
        page = desk.engine.request(method, found[1])
        title = re.search(r"<h1>(.*?)</h1>", page.body.decode())
        print(f"    page  {method} {page.status}: {title[1] if title else ''}")
    desk.tell()


def play_everyday_ticket(engine: Engine, token: str) -> Narrator:
    """A P3 in office hours: lunch breaks, two days of waiting, Easter with its holidays and a DST change; then late."""
    desk = Narrator(engine, token, "ZD-1043")
    desk.let_time_pass_until(berlin("2027-03-23 11:30"))
    desk.open("ACME asks for another column in a report.", {"priority": "P3", "subject": "Another column"})
    desk.let_time_pass_until(berlin("2027-03-23 11:36"))
    desk.report("Ana takes it.", "acknowledged", "ana")
    desk.let_time_pass_until(berlin("2027-03-23 13:20"))
    desk.report("After lunch she answers.", "agent_replied", "ana", text="We look into it.")
    desk.let_time_pass_until(berlin("2027-03-24 10:00"))
    asks = "Ana asks back and waits for the customer: answered and paused by one event."
    desk.report(asks, "agent_replied", "ana", then="pended", text="Which one?")
    desk.let_time_pass_until(berlin("2027-03-26 10:00"))
    desk.report("ACME answers two days later, on Good Friday.", "customer_replied", text="The third.")
    desk.let_time_pass_until(berlin("2027-04-01 16:00"))
    desk.report("Ana is done, late.", "resolved", "ana")
    return desk


def print_record(desk: Narrator) -> None:
    """What is left a year later: the verdicts, the whole log, every message with its receipt."""
    # Imported late: the engine puts the functions on the path.
    from infra.cli.tickets import print_ticket

    print("\nThe record")
    print_ticket(desk.call("GET", f"/v1/tickets/{desk.ticket_id}"), desk.events())
    for alert in desk.alerts():
        kind = alert.attributes["kind"]
        print(f"{alert.at:%Y-%m-%d %H:%M:%SZ}  {kind:<20} {alert.recipient:<12} {alert.message_id}")


def print_bill(desks: list[Narrator]) -> None:
    """State transitions of each ticket, and what a thousand such tickets cost."""
    print("\nThe bill")
    for desk in desks:
        mine = [each for each in desk.engine.executions() if each.input["ticket_id"] == desk.ticket_id]
        transitions = sum(each.transitions for each in mine)
        dollars = transitions * DOLLARS_PER_1000_TRANSITIONS
        print(f"    {desk.ticket_id}: {transitions} state transitions; a thousand such tickets: ${dollars:.2f}")


def main() -> None:
    """Both stories, one after the other, then the record and the bill."""
    logging.disable(logging.INFO)
    # Instants are told by the clock on the wall of this machine, which here is the helpdesk's.
    os.environ["TZ"] = ZONE.key
    time.tzset()
    with Engine(start=berlin("2027-02-26 16:40")) as engine:
        token = create_demo_helpdesk(engine)
        prepare(engine, token)
        desks = [play_major_incident(engine, token), play_everyday_ticket(engine, token)]
        for desk in desks:
            print_record(desk)
        print_bill(desks)


def prepare(engine: Engine, token: str) -> None:
    """Put the sample teams and the sample contract."""
    desk = Narrator(engine, token, "")
    for team_id, team in yaml.safe_load((SAMPLES / "teams.yaml").read_text()).items():
        document = json.dumps(team, default=str)
        desk.call("PUT", f"/v1/teams/{team_id}", body=document, headers={"Content-Type": "application/json"})
    contract = (SAMPLES / "acme-enterprise.yaml").read_text()
    desk.call("PUT", "/v1/contracts/acme-enterprise", body=contract, headers={"Content-Type": "application/yaml"})


if __name__ == "__main__":
    main()
