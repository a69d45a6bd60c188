"""`make demo`: two tickets of one contract from their opening to their end, on the real parts, in seconds.

Everything printed is read from the running system: the ticket's log through the API, the messages from SNS, what the
execution waits for from Step Functions.
"""

from __future__ import annotations

import json
import logging
import re
import textwrap
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from infra.local.engine import Engine, ExecutionInfo
from infra.local.seed import create_demo_helpdesk
from infra.topology import ROOT

ZONE = ZoneInfo("Europe/Berlin")
SAMPLES = ROOT / "infra" / "samples"
QUIET = {"notices_recorded", "notices_queued", "notices_sent"}
DOLLARS_PER_1000_TRANSITIONS = 0.025
"""Standard workflows, us-east-1 list price (https://aws.amazon.com/step-functions/pricing, read 2026-11)."""


def berlin(text: str) -> datetime:
    """`2027-02-26 16:40` on a clock in Berlin."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


class Narrator:
    """Tells what happens on one ticket: new events, new messages, and what the execution now waits for."""

    def __init__(self, engine: Engine, token: str, ticket_id: str) -> None:
        self.engine, self.token, self.ticket_id = engine, token, ticket_id
        self._told_events = self._told_alerts = 0

    def call(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        """Call the API as the helpdesk does; whatever is refused ends the story."""
        response = self.engine.request(method, path, token=self.token, **arguments)
        if response.status >= 400:
            raise SystemExit(f"{method} {path} was refused: {response.body.decode()}")
        answer: dict[str, Any] = response.json()
        return answer

    def report(self, story: str, event: dict[str, Any]) -> None:
        """An event of the helpdesk, told with why it happens."""
        self.headline(story)
        self.call("POST", f"/v1/tickets/{self.ticket_id}/events", json=event)
        self.tell()

    def headline(self, story: str) -> None:
        """What a person does, in the words of a person."""
        print(f"\n{self._stamp(self.engine.clock.now())}  {story}")

    def let_time_pass_until(self, instant: datetime) -> None:
        """Stop at every instant at which something falls due, and tell it."""
        while (due := self.engine.next_due_at()) is not None and due <= instant:
            self.engine.advance_to(due)
            if self._news():
                self.headline("a timer fires")
                self.tell()
        self.engine.advance_to(instant)

    def tell(self) -> None:
        """Everything that is new since the last time."""
        for event in self.events()[self._told_events :]:
            self._told_events += 1
            if event["type"] not in QUIET:
                print(f"    log   #{event['sequence']:<3} {event['type']}{_gist(event['details'])}")
        for alert in self.alerts()[self._told_alerts :]:
            self._told_alerts += 1
            print(f"    told  {alert.recipient:<12} {alert.attributes['kind']:<20} {alert.topic}")
            print(f"          “{alert.subject}”")
        execution = self.execution()
        print(f"    {execution.name.rpartition('-')[2]:<5} {_waits(execution)}")

    def events(self) -> list[dict[str, Any]]:
        """The ticket's log."""
        events: list[dict[str, Any]] = self.call("GET", f"/v1/tickets/{self.ticket_id}/events?limit=200")["events"]
        return events

    def alerts(self) -> list[Any]:
        """What SNS took for this ticket."""
        return [alert for alert in self.engine.alerts() if alert.attributes.get("ticket_id") == self.ticket_id]

    def execution(self) -> ExecutionInfo:
        """The ticket's newest execution."""
        return [each for each in self.engine.executions() if each.input["ticket_id"] == self.ticket_id][-1]

    def _news(self) -> bool:
        return len(self.alerts()) > self._told_alerts

    def _stamp(self, instant: datetime) -> str:
        return f"{instant:%Y-%m-%d %H:%M:%SZ}  {instant.astimezone(ZONE):%a %H:%M %Z}"


def _gist(details: dict[str, Any]) -> str:
    names = ("tier", "team", "reason", "metric", "threshold", "due_at", "priority", "then", "root_cause")
    shown = [f"{name}={details[name]}" for name in names if details.get(name) is not None]
    return "  " + textwrap.shorten(", ".join(shown), 110, placeholder=" …") if shown else ""


def _waits(execution: ExecutionInfo) -> str:
    if execution.status != "RUNNING":
        return f"the execution has ended: {execution.status.lower()}"
    return f"the execution waits in {', '.join(execution.states)}"


def play_major_incident(engine: Engine, token: str) -> Narrator:
    """A P1 on a Friday afternoon: silence, a response missed, escalation, the signed link, updates, a review."""
    desk = Narrator(engine, token, "ZD-1042")
    desk.headline("ACME reports: data has stopped syncing with Salesforce. The board meets tomorrow.")
    desk.call(
        "POST",
        "/v1/tickets",
        json={
            "ticket_id": "ZD-1042",
            "contract_id": "acme-enterprise",
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
    desk.tell()
    desk.let_time_pass_until(berlin("2027-02-26 17:03"))
    _acknowledge_by_link(desk)
    desk.let_time_pass_until(berlin("2027-02-26 18:10"))
    desk.report("Caro finds the cause and tells ACME, in time.", _reply("A certificate was rotated; we prepare a fix."))
    desk.let_time_pass_until(berlin("2027-02-26 19:45"))
    desk.report("Reminded of the next update, Caro sends it.", _reply("The fix is in test."))
    desk.let_time_pass_until(berlin("2027-02-26 20:12"))
    desk.report(
        "The hotfix is live; 3 h 32 min after the report.",
        {
            "type": "resolved",
            "actor": {"kind": "agent", "id": "caro"},
            "root_cause": "The Salesforce connected app's certificate was rotated without our client.",
            "mitigation": "The client reloads the certificate; all missed records have been synced.",
            "prevention": "The expiry of every certificate is monitored from now on.",
        },
    )
    desk.let_time_pass_until(berlin("2027-03-03 11:00"))
    desk.report(
        "Dora files the review.",
        {
            "type": "review_filed",
            "actor": {"kind": "agent", "id": "dora"},
            "root_cause": "Nobody owned the certificate's rotation.",
            "improvements": "Rotation is a change with an owner; frontline's rota covers Friday evenings.",
        },
    )
    return desk


def _reply(text: str) -> dict[str, Any]:
    return {"type": "agent_replied", "actor": {"kind": "agent", "id": "caro"}, "text": text}


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
    desk.headline("ACME asks for another column in a report.")
    ticket = {"ticket_id": "ZD-1043", "contract_id": "acme-enterprise", "priority": "P3", "subject": "Another column"}
    desk.call("POST", "/v1/tickets", json=ticket)
    desk.tell()
    desk.let_time_pass_until(berlin("2027-03-23 11:36"))
    desk.report("Ana takes it.", {"type": "acknowledged", "actor": {"kind": "agent", "id": "ana"}})
    desk.let_time_pass_until(berlin("2027-03-23 13:20"))
    answer = {"type": "agent_replied", "actor": {"kind": "agent", "id": "ana"}, "text": "We look into it."}
    desk.report("After lunch she answers.", answer)
    desk.let_time_pass_until(berlin("2027-03-24 10:00"))
    question = {
        "type": "agent_replied",
        "then": "pended",
        "actor": {"kind": "agent", "id": "ana"},
        "text": "Which one?",
    }
    desk.report("Ana asks back and waits for the customer: answered and paused by one event.", question)
    desk.let_time_pass_until(berlin("2027-03-26 10:00"))
    desk.report("ACME answers two days later, on Good Friday.", {"type": "customer_replied", "text": "The third."})
    desk.let_time_pass_until(berlin("2027-04-01 16:00"))
    desk.report("Ana is done, late.", {"type": "resolved", "actor": {"kind": "agent", "id": "ana"}})
    return desk


def print_record(desk: Narrator) -> None:
    """What is left a year later: the verdicts, the whole log, every message with its receipt."""
    ticket = desk.call("GET", f"/v1/tickets/{desk.ticket_id}")
    print(f"\nThe record of {desk.ticket_id} ({ticket['status']}, settled: {ticket['settled']})")
    for each in ticket["obligations"]:
        print(f"    {each['metric']:<16} {each['state']:<9} due {each['due_at']}, ended {each['ended_at']}")
    for event in desk.events():
        print(f"    #{event['sequence']:<3} {event['occurred_at']:<28} {event['type']:<17} {event['actor']['id']}")
    for alert in desk.alerts():
        kind = alert.attributes["kind"]
        print(f"    {alert.at:%Y-%m-%d %H:%M:%SZ}  {kind:<20} {alert.recipient:<12} {alert.message_id}")


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
