"""`make demo`: three tickets from their opening to their end, on the real parts, in seconds.

Everything printed is read from the running system: the ticket's log through the API, the messages from SNS, what the
execution waits for from Step Functions.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Mapping
from typing import Any

import yaml

from infra.local.engine import Engine
from infra.local.narrator import ZONE, Narrator, berlin
from infra.local.seed import create_demo_helpdesk
from infra.topology import ROOT

SAMPLES = ROOT / "infra" / "samples"
DOLLARS_PER_1000_TRANSITIONS = 0.025
"""Standard workflows, us-east-1 list price (https://aws.amazon.com/step-functions/pricing, read 2026-11)."""


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
    desk.follow_link("Caro follows the link in her alert: a page with a button. She presses it.", "caro")
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


NIGHT: Mapping[str, Any] = {
    "customer": {"name": "ACME GmbH"},
    "calendar": {"timezone": "Europe/Berlin", "weekly": {"daily": ["00:00-24:00"]}},
    "targets": {"P1": {"first_response": "30m", "resolution": "4h"}},
    "escalation": {
        "tiers": [
            {"targets": [{"schedule": "emea"}], "acknowledge_within": "15m"},
            {"team": "management", "acknowledge_within": "30m"},
        ]
    },
}


def play_night(engine: Engine, token: str) -> Narrator:
    """A P1 at night: the schedule has just changed hands, who is on call declines, who comes next acknowledges."""
    desk = Narrator(engine, token, "ZD-1044")
    desk.call("PUT", "/v1/contracts/acme-nights", json=NIGHT)
    for at in ("2027-04-06 21:59", "2027-04-06 22:00"):
        desk.let_time_pass_until(berlin(at))
        on_call = desk.call("GET", "/v1/schedules/emea/on-call")
        desk.headline(f"On call by the schedule emea: {', '.join(on_call['on_call'])} ({on_call['layer']}).")
    desk.let_time_pass_until(berlin("2027-04-06 22:04"))
    outage = {"priority": "P1", "subject": "Nobody can log in", "channel": "phone"}
    desk.open("ACME reports that nobody can log in.", outage, "acme-nights")
    desk.let_time_pass_until(berlin("2027-04-06 22:06"))
    declines = "Ana cannot take it: she declines on the page of her link, and says why."
    desk.follow_link(declines, "ana", action="decline", reason="On a train without a laptop")
    desk.let_time_pass_until(berlin("2027-04-06 22:09"))
    backup = desk.call("GET", f"/v1/tickets/{desk.ticket_id}/events?limit=200")["events"]
    [member_id] = [each["details"]["members"] for each in backup if each["type"] == "tier_alerted"][-1]
    desk.follow_link(f"{member_id.title()} comes next, was alerted at once, and acknowledges by the link.", member_id)
    desk.let_time_pass_until(berlin("2027-04-06 22:20"))
    told = "We see it too, and look into it."
    desk.report(f"{member_id.title()} answers ACME.", "agent_replied", member_id, text=told)
    desk.let_time_pass_until(berlin("2027-04-06 22:50"))
    desk.report("The login works again.", "resolved", member_id, root_cause="A certificate had expired.")
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
    """The stories, one after the other, then the record and the bill."""
    logging.disable(logging.INFO)
    # Instants are told by the clock on the wall of this machine, which here is the helpdesk's.
    os.environ["TZ"] = ZONE.key
    time.tzset()
    with Engine(start=berlin("2027-02-26 16:40")) as engine:
        token = create_demo_helpdesk(engine)
        prepare(engine, token)
        desks = [play(engine, token) for play in (play_major_incident, play_everyday_ticket, play_night)]
        for desk in desks:
            print_record(desk)
        print_bill(desks)


def prepare(engine: Engine, token: str) -> None:
    """Put the sample teams, schedules and contract."""
    desk = Narrator(engine, token, "")
    for team_id, team in yaml.safe_load((SAMPLES / "teams.yaml").read_text()).items():
        document = json.dumps(team, default=str)
        desk.call("PUT", f"/v1/teams/{team_id}", body=document, headers={"Content-Type": "application/json"})
    for schedule_id, schedule in yaml.safe_load((SAMPLES / "schedules.yaml").read_text()).items():
        document = json.dumps(schedule, default=str)
        desk.call("PUT", f"/v1/schedules/{schedule_id}", body=document, headers={"Content-Type": "application/json"})
    contract = (SAMPLES / "acme-enterprise.yaml").read_text()
    desk.call("PUT", "/v1/contracts/acme-enterprise", body=contract, headers={"Content-Type": "application/yaml"})


if __name__ == "__main__":
    main()
