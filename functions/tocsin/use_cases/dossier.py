"""A ticket's dossier: its log, the contract version it pinned and its teams, everything needed to decide about it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.domain.assessment import Assessment, Roster, assess
from tocsin.domain.events import Event
from tocsin.domain.faults import NotFound
from tocsin.domain.fold import fold
from tocsin.domain.identifiers import TicketKey
from tocsin.domain.ticket import Ticket
from tocsin.ports import Contracts, ContractVersion, Head, Teams, TicketLog

ATTEMPTS = 8
"""Each lost race means that somebody else's event was recorded, so contention resolves itself quickly."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """Read once, decided about as often as needed."""

    key: TicketKey
    contract: ContractVersion
    roster: Roster
    events: Sequence[Event]
    task_token: str | None = None
    waiting_until: datetime | None = None

    def assess(self, now: datetime) -> Assessment:
        """What fell due, who is owed a notice, when is the next timer."""
        return assess(self.key, self.contract.contract, self.contract.version, self.events, self.roster, now)

    def ticket(self) -> Ticket:
        """The ticket that the log tells of, without anything that is due but not recorded."""
        return fold(self.key, self.contract.contract, self.contract.version, self.events)

    def plus(self, *events: Event) -> Dossier:
        """The dossier with more events at the end of the log."""
        return replace(self, events=[*self.events, *events])

    @property
    def sequence(self) -> int:
        """The last sequence number of the log."""
        return self.events[-1].sequence if self.events else 0


def open_dossier(key: TicketKey, *, log: TicketLog, contracts: Contracts, teams: Teams) -> Dossier:
    """Everything about a ticket; NotFound when this helpdesk has no such ticket."""
    record = log.load(key)
    if record is None:
        raise NotFound(f"There is no ticket {key.ticket_id!r}.")
    pinned = record.events[0].details
    contract = contracts.get(key.helpdesk_id, pinned["contract_id"], pinned["contract_version"])
    if contract is None:
        raise LookupError(f"contract {pinned['contract_id']} version {pinned['contract_version']} is missing")
    return Dossier(
        key, contract, roster(key.helpdesk_id, teams), record.events, record.task_token, record.waiting_until
    )


def roster(helpdesk_id: str, teams: Teams) -> Roster:
    """Looks a team up once, and only when it is needed."""
    return functools.cache(functools.partial(teams.get, helpdesk_id))


def head_of(ticket: Ticket, sequence: int, next_due_at: datetime | None) -> Head:
    """The projection of a ticket whose log ends at `sequence`."""
    return Head(
        key=ticket.key,
        sequence=sequence,
        status=ticket.status,
        priority=ticket.priority,
        contract_id=ticket.contract.contract_id,
        contract_version=ticket.contract_version,
        subject=ticket.attributes.get("subject") or "",
        opened_at=ticket.opened_at,
        generation=ticket.generation,
        next_due_at=next_due_at,
    )
