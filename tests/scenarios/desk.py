"""A helpdesk in a test: calls the API as a client would, and looks at what came of it."""

from __future__ import annotations

import itertools
import json as json_codec
import re
from collections.abc import Mapping
from typing import Any

from infra.local.engine import Engine
from infra.local.gateway_events import Response
from infra.local.moto.sns import Alert
from infra.local.seed import create_demo_helpdesk

TEAMS: Mapping[str, Mapping[str, Any]] = {
    "frontline": {
        "name": "Frontline",
        "members": [{"member_id": "ana", "name": "Ana", "channels": [{"type": "email", "address": "ana@example.com"}]}],
    },
    "engineering": {
        "name": "Engineering",
        "members": [{"member_id": "ben", "name": "Ben", "channels": [{"type": "sms", "address": "+4915112345678"}]}],
    },
    "management": {"name": "Management", "members": [{"member_id": "dora", "name": "Dora"}]},
}

SCHEDULE: Mapping[str, Any] = {
    "name": "EMEA",
    "timezone": "Europe/Berlin",
    "layers": [
        {
            "name": "week",
            "participants": ["ana", "dora"],
            "starts_on": "2026-01-05",
            "hand_over": {"every": 1, "unit": "weeks", "at": "09:00"},
        },
        {
            "name": "nights",
            "participants": ["ben"],
            "starts_on": "2026-01-05",
            "hand_over": {"every": 1, "unit": "days", "at": "22:00"},
            "windows": {"mon-sun": ["22:00-06:00"]},
        },
    ],
}
OVERRIDE: Mapping[str, Any] = {
    "member_id": "dora",
    "starts_at": "2026-04-04T08:00:00Z",
    "ends_at": "2026-04-05T08:00:00Z",
    "reason": "Ana is at a wedding",
}

CONTRACT: Mapping[str, Any] = {
    "customer": {"name": "ACME GmbH"},
    "calendar": {
        "timezone": "Europe/Berlin",
        "weekly": {"mon-fri": ["09:00-12:00", "13:00-17:00"]},
        "holidays": {"country": "DE", "subdivision": "BY"},
    },
    "targets": {
        "P1": {"first_response": "15m", "resolution": "4h", "periodic_update": "2h", "calendar": "always"},
        "P2": {"first_response": "1h", "resolution": "8h"},
    },
    "escalation": {
        "tiers": [
            {"team": "frontline", "acknowledge_within": "15m"},
            {"team": "engineering", "acknowledge_within": "30m"},
            {"team": "management", "acknowledge_within": "1h"},
        ]
    },
}


def notices_in(alert: Alert) -> list[dict[str, Any]]:
    """The one notice of a message, or those of a digest, as programs read them."""
    data = json_codec.loads(alert.message["default"])
    notices: list[dict[str, Any]] = data.get("notices", [data])
    return notices


class Desk:
    """One helpdesk with its token."""

    def __init__(self, engine: Engine, helpdesk_id: str = "acme") -> None:
        self.engine = engine
        self._requests = itertools.count(1)
        self.token = create_demo_helpdesk(engine, helpdesk_id)

    def call(self, method: str, path: str, json: object = None, **headers: str) -> Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.engine.twice and method == "POST" and path.endswith(("/tickets", "/events")):
            # As every client should that sends again what it has had no answer to.
            sent.setdefault("Idempotency-Key", f"request-{next(self._requests)}")
        return self.engine.request(method, path, json=json, token=self.token, headers=sent)

    def expect(self, status: int, method: str, path: str, json: object = None, **headers: str) -> dict[str, Any]:
        response = self.call(method, path, json, **headers)
        assert response.status == status, (response.status, response.body)
        answer: dict[str, Any] = response.json()
        return answer

    def prepare(self, contract: Mapping[str, Any] = CONTRACT, contract_id: str = "acme-gold") -> Desk:
        for team_id, team in TEAMS.items():
            self.expect(201, "PUT", f"/v1/teams/{team_id}", team)
        self.expect(201, "PUT", f"/v1/contracts/{contract_id}", contract)
        return self

    def open(self, ticket_id: str = "T-1", priority: str = "P1", **fields: Any) -> dict[str, Any]:
        ticket = {"ticket_id": ticket_id, "contract_id": "acme-gold", "priority": priority, "subject": "Sync stopped"}
        return self.expect(201, "POST", "/v1/tickets", {**ticket, **fields})

    def report(self, event_type: str, ticket_id: str = "T-1", **fields: Any) -> dict[str, Any]:
        return self.expect(201, "POST", f"/v1/tickets/{ticket_id}/events", {"type": event_type, **fields})

    def acknowledge(self, member_id: str, ticket_id: str = "T-1") -> dict[str, Any]:
        return self.report("acknowledged", ticket_id, actor={"kind": "agent", "id": member_id})

    def ticket(self, ticket_id: str = "T-1") -> dict[str, Any]:
        return self.expect(200, "GET", f"/v1/tickets/{ticket_id}")

    def obligation(self, metric: str, ticket_id: str = "T-1") -> dict[str, Any]:
        [found] = [each for each in self.ticket(ticket_id)["obligations"] if each["metric"] == metric]
        return dict(found)

    def log(self, ticket_id: str = "T-1") -> list[dict[str, Any]]:
        return list(self.expect(200, "GET", f"/v1/tickets/{ticket_id}/events?limit=200")["events"])

    def types(self, ticket_id: str = "T-1") -> list[str]:
        """The log without the bookkeeping of notices."""
        return [event["type"] for event in self.log(ticket_id) if not event["type"].startswith("notices_")]

    def alerts(self, kind: str | None = None, ticket_id: str = "T-1") -> list[Alert]:
        mine = [alert for alert in self.engine.alerts() if alert.attributes.get("ticket_id") == ticket_id]
        return [alert for alert in mine if kind is None or alert.attributes["kind"] == kind]

    def told(self, kind: str | None = None, ticket_id: str = "T-1") -> list[tuple[str, str]]:
        """Everything that was told of a ticket, alone or in a digest."""
        told = [(each["kind"], each["recipient"]) for each in self.notices(ticket_id)]
        return [each for each in told if kind in (None, each[0])]

    def notices(self, ticket_id: str = "T-1") -> list[dict[str, Any]]:
        """What programs read of all that was told of a ticket."""
        told = [each for alert in self.engine.alerts() for each in notices_in(alert)]
        return [each for each in told if each.get("ticket_id") == ticket_id]

    def link_to(self, recipient: str, ticket_id: str = "T-1") -> str:
        """The path of the newest acknowledgement link that somebody was sent."""
        body = [alert.body for alert in self.alerts("tier_alert", ticket_id) if alert.recipient == recipient][-1]
        found = re.search(r"https?://\S+?(/a/\S+)", body)
        assert found, body
        return found[1]

    def states(self, ticket_id: str = "T-1") -> tuple[str, ...]:
        """The states that the ticket's newest execution is in."""
        return [each for each in self.engine.executions() if each.input["ticket_id"] == ticket_id][-1].states
