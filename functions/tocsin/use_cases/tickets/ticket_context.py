"""A ticket's context: its log, the contract versions that it names and its teams, everything needed to decide."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tocsin.domain.assessment.assessment import Assessment, decide
from tocsin.domain.assessment.roster import Roster
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.oncall.team import Team
from tocsin.domain.tickets.events import AnyEvent, Opened
from tocsin.domain.tickets.fold import fold, versions_in
from tocsin.domain.tickets.records import Head
from tocsin.domain.tickets.texts import Text, Texts
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.faults import NotFound
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.target import Target
from tocsin.ports.contracts import Contracts
from tocsin.ports.oncall import Teams
from tocsin.ports.tickets import TicketLog

CLOCK_SKEW = timedelta(minutes=1)
"""How far a helpdesk's clock may run ahead of ours; what lies within it is taken to happen now."""

NOT_STORED: Mapping[int, Texts] = {}


@dataclass(frozen=True, slots=True)
class TicketContext:
    """Read once, decided about as often as needed."""

    key: TicketKey
    contracts: Mapping[int, Contract]
    roster: Roster
    events: Sequence[AnyEvent]

    def ticket(self) -> Ticket:
        """The ticket that the log tells of, without anything that is due but not recorded."""
        return fold(self.key, self.contracts, self.events)

    def assess(self, now: datetime) -> Assessment:
        """What fell due, who is owed a notice, when is the next timer."""
        return decide(self.ticket(), self.roster, now)

    def as_of(self, true_at: datetime | None, known_at: datetime | None) -> TicketContext:
        """The context with only what had happened by an instant, and only what we had learned of by another.

        Raises NotFound where the ticket did not exist yet.
        """
        events = [
            event
            for event in self.events
            if (true_at is None or event.occurred_at <= true_at) and (known_at is None or event.recorded_at <= known_at)
        ]
        if not events or events[0].sequence != self.events[0].sequence:
            raise NotFound(f"There was no ticket {self.key.ticket_id!r} then.")
        # Without the versions that came later: what they measure was not measured then.
        return replace(
            self, contracts={number: self.contracts[number] for number in versions_in(events)}, events=events
        )

    @property
    def sequence(self) -> int:
        """The last sequence number of the log."""
        return self.events[-1].sequence


def read_context(key: TicketKey, *, log: TicketLog, contracts: Contracts, teams: Teams) -> TicketContext:
    """Everything about a ticket; NotFound when this helpdesk has no such ticket."""
    events = log.events(key)
    if not events:
        raise NotFound(f"There is no ticket {key.ticket_id!r}.")
    return context_of(key, events, roster(key.helpdesk_id, teams), contracts)


def context_of(key: TicketKey, events: Sequence[AnyEvent], on_call: Roster, contracts: Contracts) -> TicketContext:
    """The context of a log, with the contract versions that it names."""
    opened = events[0]
    if not isinstance(opened, Opened):
        raise LookupError(f"the log of {key.ticket_id} does not begin with its opening")
    contract_id = opened.contract_id
    versions = {n: _version(key.helpdesk_id, contract_id, n, contracts) for n in versions_in(events)}
    return TicketContext(key, versions, on_call, events)


def _version(helpdesk_id: str, contract_id: str, number: int, contracts: Contracts) -> Contract:
    version = contracts.get(helpdesk_id, contract_id, number)
    if version is None:
        raise LookupError(f"contract {contract_id} version {number} is missing")
    return version.contract


def roster(helpdesk_id: str, teams: Teams) -> Roster:
    """Looks a target up once, and only when it is needed; it counts pages once, where there is a limit to them."""
    pages_since = functools.cache(functools.partial(teams.pages_since, helpdesk_id))

    @functools.cache
    def whom(target: Target) -> Team | None:
        team = teams.whom(helpdesk_id, target)
        return team.paged_by(pages_since) if team else None

    return whom


def zone_of_first_tier(contract: Contract, on_call: Roster) -> str | None:
    """Where whoever is alerted first works, by the chain of most tickets; None where nobody says."""
    return next((team.timezone for team in map(on_call, contract.escalation.tier(1).whom) if team), None)


def texts_of(ticket: Ticket, said: Mapping[int, Texts] = NOT_STORED, *, log: TicketLog) -> dict[str, Text]:
    """The texts of a ticket as they were said last: its description, its hand-off package, how it was resolved.

    `said` are those of events that are not stored yet, by sequence number.
    """
    sources = ticket.text_sources
    stored = set(sources.values()) - said.keys()
    found = {**(log.texts(ticket.key, stored) if stored else {}), **said}
    return {name: found[source][name] for name, source in sources.items() if name in found.get(source, {})}


def head_of(assessment: Assessment, sequence: int, now: datetime) -> Head:
    """The projection of a ticket that was assessed now and whose log ends at `sequence`."""
    ticket = assessment.ticket
    return Head(
        key=ticket.key,
        sequence=sequence,
        status=ticket.status,
        priority=ticket.priority,
        contract_id=ticket.contract.contract_id,
        contract_version=ticket.contract_version,
        subject=ticket.attributes.get("subject") or "",
        opened_at=ticket.opened_at,
        next_due_at=assessment.timer.at if assessment.timer else None,
        acts_at=assessment.acts_at(now, appended=sequence == ticket.sequence),
        generation=ticket.generation,
        settled=ticket.generations.settled_by(sequence),
    )
