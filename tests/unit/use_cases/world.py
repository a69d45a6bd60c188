"""Everything that a use case is handed, in memory, with one contract and its teams."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypedDict

import pytest
from pydantic import TypeAdapter

from tests.unit.fakes import (
    LATEST,
    FakeClock,
    FakeContracts,
    FakeDigests,
    FakeExecutions,
    FakeLinks,
    FakeMailboxes,
    FakeMessages,
    FakeNotifier,
    FakeSchedules,
    FakeTeams,
    FakeTicketLog,
)
from tests.unit.story import DOCUMENT, OPENED_AT, TEAMS
from tocsin.domain.contracts.version import ContractVersion
from tocsin.domain.tickets.commands import Command, OpenTicket
from tocsin.domain.tickets.records import Parked
from tocsin.domain.values.faults import Invalid
from tocsin.domain.values.identifiers import TicketKey
from tocsin.use_cases.contracts.put_contract import put_contract
from tocsin.use_cases.notices.deliver import Delivery
from tocsin.use_cases.notices.send_notices import Sent, send_notices
from tocsin.use_cases.tickets.assess_ticket import Limits, Step, assess_ticket
from tocsin.use_cases.tickets.idempotency import idempotency_key
from tocsin.use_cases.tickets.open_ticket import open_ticket
from tocsin.use_cases.tickets.record_event import record_event
from tocsin.use_cases.tickets.ticket_context import TicketContext, read_context

KEY = TicketKey("acme", "T-1")
LIMITS = Limits(rounds=100, age=timedelta(days=300))
COMMANDS: TypeAdapter[Command] = TypeAdapter(Command)


class Store(TypedDict):
    """What nearly every use case needs."""

    log: FakeTicketLog
    contracts: FakeContracts
    teams: FakeTeams
    clock: FakeClock


def faults(caught: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return {fault.path: fault.message for fault in caught.value.faults}


class World:
    def __init__(self) -> None:
        self.clock, self.log, self.contracts = FakeClock(OPENED_AT), FakeTicketLog(), FakeContracts()
        self.schedules = FakeSchedules()
        self.teams = FakeTeams({("acme", team_id): team for team_id, team in TEAMS.items()}, self.schedules, self.log)
        self.notifier, self.executions, self.links = FakeNotifier(), FakeExecutions(), FakeLinks()
        self.mailboxes = FakeMailboxes()
        self.put()

    @property
    def store(self) -> Store:
        return {"log": self.log, "contracts": self.contracts, "teams": self.teams, "clock": self.clock}

    def put(self, document: Mapping[str, Any] = DOCUMENT, if_match: int | None = None) -> tuple[ContractVersion, bool]:
        return put_contract(
            "acme",
            "acme-gold",
            document,
            if_match,
            contracts=self.contracts,
            teams=self.teams,
            notifier=self.notifier,
            clock=self.clock,
        )

    def open(self, ticket_id: str | None = "T-1", *, idempotency: str | None = None, **fields: Any) -> dict[str, Any]:
        document = {"ticket_id": ticket_id, "contract_id": "acme-gold", "priority": "P1", **fields}
        command = OpenTicket.model_validate(document)
        return open_ticket("acme", command, idempotency_key(idempotency, "open", document), **self.store)

    def report(
        self,
        event_type: str,
        *,
        idempotency: str | None = None,
        if_match: int | None = None,
        key: TicketKey = KEY,
        **fields: Any,
    ) -> dict[str, Any]:
        document = {"type": event_type, **fields}
        command = COMMANDS.validate_python(document)
        return record_event(key, command, idempotency_key(idempotency, key.ticket_id, document), if_match, **self.store)

    def acknowledge(self, member_id: str = "ana") -> dict[str, Any]:
        return self.report("acknowledged", actor={"kind": "agent", "id": member_id})

    def assess(
        self,
        generation: int = 1,
        rounds: int = 0,
        limits: Limits = LIMITS,
        started: float = 0,
        key: TicketKey = KEY,
    ) -> Step:
        """One round of an execution that started so many minutes after the opening."""
        return assess_ticket(key, generation, rounds, OPENED_AT + timedelta(minutes=started), limits, **self.store)

    @property
    def delivery(self) -> Delivery:
        return Delivery(self.notifier, self.mailboxes, FakeDigests(), self.clock)

    def send(self, until: datetime = LATEST, key: TicketKey = KEY) -> list[int]:
        return self.sends(key, until).recorded

    def sends(self, key: TicketKey, until: datetime = LATEST) -> Sent:
        return send_notices(key, messages=FakeMessages(), delivery=self.delivery, until=until, **self.store)

    def run(self) -> Step:
        """What the execution does until it waits or ends."""
        while (step := self.assess()).next.startswith("send"):
            self.send()
            if step.next == "send_final_notices":
                return step
        return step

    def context(self, key: TicketKey = KEY) -> TicketContext:
        return read_context(key, log=self.log, contracts=self.contracts, teams=self.teams)

    @property
    def events(self) -> list[Any]:
        return self.log.logs[KEY]

    def types(self) -> list[str]:
        return [event.type for event in self.events]

    def park(self, minutes: float) -> None:
        """The execution sleeps until so many minutes after the opening."""
        self.log.parked[KEY] = Parked("token", OPENED_AT + timedelta(minutes=minutes))
