"""The ready-made contracts at work: put as they are, each with a ticket whose life ends in the verdicts it deserves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from infra.cli.documents import read_document
from infra.local.engine import Engine
from infra.topology import ROOT
from tests.scenarios.desk import Desk

SAMPLES = ROOT / "infra" / "samples"
CONTRACTS = {path.stem: path for path in sorted((SAMPLES / "contracts").iterdir())}
ANA, BEN = {"kind": "agent", "id": "ana"}, {"kind": "agent", "id": "ben"}


class Office(Desk):
    """A helpdesk that has put the samples as they are."""

    def move_in(self) -> Office:
        for team_id, team in read_document(SAMPLES / "teams.yaml").items():
            self.expect(201, "PUT", f"/v1/teams/{team_id}", team)
        for contract_id, path in CONTRACTS.items():
            headers = {"Content-Type": "application/yaml"}
            response = self.engine.request(
                "PUT", f"/v1/contracts/{contract_id}", body=path.read_text(), token=self.token, headers=headers
            )
            assert response.status == 201, response.body
        return self

    def until(self, day: int, hour: int, minute: int = 0) -> None:
        """Let time pass until then: a day of March 2026, in UTC."""
        self.engine.advance_to(datetime(2026, 3, day, hour, minute, tzinfo=UTC))

    def verdicts(self, ticket_id: str) -> dict[str, list[str]]:
        """What the log says in the end of what the customer was promised, cycle by cycle."""
        [*_, settled] = [event for event in self.log(ticket_id) if event["type"] == "settled"]
        found: dict[str, list[str]] = {}
        for each in settled["details"]["obligations"]:
            if not each["metric"].startswith("tier_"):
                found.setdefault(each["metric"], []).append(each["state"])
        return found

    def breaches(self, ticket_id: str) -> list[tuple[str, str]]:
        log = [event for event in self.log(ticket_id) if event["type"] == "breached"]
        return [(event["details"]["metric"], event["occurred_at"]) for event in log]


def test_each_contract_sees_a_ticket_through_to_its_verdicts(engine: Engine) -> None:
    desk = Office(engine).move_in()
    # Friday 27 March 2026, 15:40: 16:40 in Berlin, 15:40 in London. On Sunday the clocks go forward.
    desk.open("SAAS", "P1", contract_id="saas-startup")
    desk.open("LARGE", "P2", contract_id="enterprise")
    it: dict[str, Any] = {"contract_id": "internal-it", "impact": "company", "urgency": "high"}
    assert desk.expect(201, "POST", "/v1/tickets", {"ticket_id": "IT", **it})["priority"] == "P1"
    desk.open("BANK", "P2", contract_id="regulated", category="data-breach")

    desk.until(27, 15, 45)
    for ticket_id in ("SAAS", "LARGE", "IT", "BANK"):
        desk.acknowledge("ana", ticket_id)
    desk.until(27, 15, 50)
    desk.report("agent_replied", "SAAS", actor=ANA, then="pended")
    desk.report("agent_replied", "LARGE", actor=ANA)
    desk.report("agent_replied", "IT", actor=ANA)
    desk.report("agent_replied", "BANK", actor=ANA)
    desk.until(27, 15, 55)
    desk.report("pended", "IT", actor=ANA, waiting_for="vendor")

    # An hour after its alert, the first tier of the enterprise contract has to hand on, at work or not.
    desk.until(27, 16, 45)
    assert desk.ticket("LARGE")["tier"] == 2
    desk.acknowledge("ben", "LARGE")
    desk.until(27, 17, 30)
    desk.report("resolved", "LARGE", actor=BEN)
    desk.report("customer_notified", "BANK", actor=ANA, channel="incident desk")
    desk.report("pended", "BANK", actor=ANA)

    desk.until(30, 8)
    desk.report("review_filed", "LARGE", actor=BEN, root_cause="An expired certificate")
    desk.report("customer_replied", "SAAS")
    desk.report("customer_replied", "BANK")
    desk.until(30, 9)
    desk.report("resumed", "IT", actor=ANA)
    desk.until(30, 10, 30)
    desk.report("agent_replied", "SAAS", actor=ANA)
    desk.until(30, 12)
    desk.report("resolved", "SAAS", actor=ANA)
    desk.report("resolved", "BANK", actor=ANA)
    desk.until(30, 12, 30)
    desk.report("customer_notified", "BANK", actor=ANA, channel="incident desk")
    desk.until(30, 13, 30)
    desk.report("resolved", "IT", actor=ANA)
    desk.until(30, 14)

    # 10 minutes of Friday, then from Monday 8:00 to 12:00: 4 h 10 m of 8 h. The question of 8:00 had 2 h.
    assert desk.verdicts("SAAS") == {
        "first_response": ["met"],
        "next_response": ["met_late"],
        "resolution": ["met"],
    }
    assert desk.breaches("SAAS") == [("next_response", "2026-03-30T10:00:00Z")]

    # 1 h 50 m of 8 h. Here the resolution is a response too, so it is the second update, which was due at 19:50.
    assert desk.verdicts("LARGE") == {
        "first_response": ["met"],
        "periodic_update": ["met", "met"],
        "resolution": ["met"],
        "review": ["met"],
    }
    assert desk.breaches("LARGE") == []

    # 15 minutes of Friday until it waited for the vendor; 3 h 45 m from Monday 9:00 were used up at 12:45.
    assert desk.verdicts("IT") == {
        "first_response": ["met"],
        "agent_work": ["met_late"],
    }
    assert desk.breaches("IT") == [("agent_work", "2026-03-30T12:45:00Z")]

    # The second update counted 1 h 40 m on Friday and 4 h on Monday, of 8 h, when the incident was over. Here resolving
    # is no response, so that it was owed no longer, but not met.
    assert desk.verdicts("BANK") == {
        "first_response": ["met"],
        "customer_notification": ["met"],
        "pausable_update": ["met", "cancelled"],
        "incident_report": ["met"],
    }
    assert desk.breaches("BANK") == []


def test_a_duty_to_notify_that_is_forgotten_is_a_breach_although_the_incident_is_over(engine: Engine) -> None:
    desk = Office(engine).move_in()
    desk.open("BANK", "P3", contract_id="regulated", category="data-breach")
    desk.acknowledge("ana", "BANK")
    desk.report("agent_replied", "BANK", actor=ANA, then="resolved")
    desk.until(29, 9)
    assert desk.breaches("BANK") == [("customer_notification", "2026-03-28T15:40:00Z")]
    assert ("customer_breach", "customer") in [(kind, to) for kind, to in desk.told("customer_breach", "BANK")]


def test_a_wrong_example_is_refused_over_the_api_with_its_path(engine: Engine) -> None:
    desk = Office(engine).move_in()
    wrong = read_document(CONTRACTS["enterprise"])
    wrong["examples"][0]["resolution"] = "Sun 2026-03-29 04:30"
    [fault] = desk.expect(422, "PUT", "/v1/contracts/enterprise", wrong)["errors"]
    assert fault == {
        "path": "examples.0.resolution",
        "message": "is due Sun 2026-03-29 05:30, not Sun 2026-03-29 04:30",
    }
