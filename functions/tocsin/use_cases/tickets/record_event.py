"""Record what happened to a ticket: check it against the ticket's state and append it to the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from tocsin.domain.assessment.assessment import Assessment, decide
from tocsin.domain.assessment.expected_breaches import pinned
from tocsin.domain.assessment.membership import turns_taken, with_tier
from tocsin.domain.assessment.roster import Roster
from tocsin.domain.assessment.views import event_view, ticket_view
from tocsin.domain.tickets import events
from tocsin.domain.tickets.commands import (
    Command,
    ContractChanged,
)
from tocsin.domain.tickets.events import AnyEvent
from tocsin.domain.tickets.fold import follow
from tocsin.domain.tickets.reporting import reported
from tocsin.domain.tickets.texts import NO_TEXTS, Texts
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.faults import (
    Fault,
    Invalid,
    PreconditionFailed,
)
from tocsin.domain.values.identifiers import TicketKey
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.oncall import Teams
from tocsin.ports.tickets import TicketLog
from tocsin.use_cases.tickets.check_event import check_event
from tocsin.use_cases.tickets.idempotency import IdempotencyKey, earlier, request_to_record
from tocsin.use_cases.tickets.retrying import retrying
from tocsin.use_cases.tickets.ticket_context import TicketContext, head_of, read_context, texts_of


def record_event(
    key: TicketKey,
    command: Command,
    idempotency: IdempotencyKey | None = None,
    if_match: int | None = None,
    *,
    log: TicketLog,
    contracts: Contracts,
    teams: Teams,
    clock: Clock,
) -> dict[str, Any]:
    """The recorded event and the ticket after it, as the API shows them.

    Raises NotFound for another helpdesk's ticket, Invalid for what does not fit ticket or contract, Conflict on one
    that is closed, merged or deleted, PreconditionFailed when the log does not end at `if_match`, Busy after too many
    lost races.
    """

    def record_once() -> dict[str, Any]:
        if found := earlier(key.helpdesk_id, idempotency, log=log, contracts=contracts):
            return _answered_before(*found, log=log)
        context = read_context(key, log=log, contracts=contracts, teams=teams)
        if if_match is not None and if_match != context.sequence:
            raise PreconditionFailed(f"The ticket is at sequence {context.sequence}, not at {if_match}; read it again.")
        ticket, now = context.ticket(), clock.now()
        check_event(ticket, command, context.roster, now, log=log)
        if isinstance(command, ContractChanged):
            _add_version(ticket, command.contract_version, contracts=contracts)
        # Clocks differ a little: nothing happens after we learn of it, or before the ticket was opened.
        occurred_at = max(min(command.occurred_at or now, now), ticket.opened_at)
        event, texts = reported(command, ticket.sequence + 1, occurred_at, now)
        event = with_tier(event, ticket, context.roster)
        if isinstance(event, events.BreachExpected):
            event = pinned(event, ticket, now)
        if isinstance(event, events.Merged):
            event = replace(event, into_known=log.head(TicketKey(key.helpdesk_id, event.into)) is not None)
        return append(ticket, event, texts, context.roster, idempotency, now, log=log, teams=teams)

    refusal = "Too many events of this ticket are being recorded at once; send it again."
    return retrying(record_once, clock=clock, refusal=refusal)


def append(
    ticket: Ticket,
    event: AnyEvent,
    texts: Texts,
    roster: Roster,
    idempotency: IdempotencyKey | None,
    now: datetime,
    *,
    log: TicketLog,
    teams: Teams,
) -> dict[str, Any]:
    """Append one event to the log and show the ticket after it; the ticket that was given is used up."""
    after = append_event(ticket, event, roster, now, texts=texts, idempotency=idempotency, log=log, teams=teams)
    said = {event.sequence: texts} if texts else {}
    return _answer(event, texts, after, texts_of(after.ticket, said, log=log), now)


def append_event(
    ticket: Ticket,
    event: AnyEvent,
    roster: Roster,
    now: datetime,
    *,
    texts: Texts = NO_TEXTS,
    idempotency: IdempotencyKey | None = None,
    log: TicketLog,
    teams: Teams,
) -> Assessment:
    """Append one event to the log, and what follows from it; the ticket that was given is used up."""
    counted, was_over = ticket.generations.counted, ticket.over
    after = decide(follow(ticket, event), roster, now)
    request = request_to_record(ticket.key, idempotency, after, event.sequence, now)
    reopened = was_over and not after.ticket.over
    log.append(
        head_of(after, event.sequence, now),
        [event],
        request,
        uncounted=counted.resolved_at if counted and reopened else None,
        texts={event.sequence: texts} if texts else {},
    )
    for team_id, member_id in turns_taken(after.ticket, event, roster):
        teams.took_ticket(ticket.key.helpdesk_id, team_id, member_id, now)
    return after


def _answered_before(context: TicketContext, at: datetime, *, log: TicketLog) -> dict[str, Any]:
    """What was answered when the last event of this context was recorded."""
    event, after = context.events[-1], context.assess(at)
    texts = log.texts(context.key, [event.sequence]).get(event.sequence, {}) if event.texts else {}
    return _answer(event, texts, after, texts_of(after.ticket, log=log), at)


def _answer(event: AnyEvent, texts: Texts, after: Assessment, of_ticket: Texts, now: datetime) -> dict[str, Any]:
    """The event that was recorded, and the ticket after it."""
    return {**event_view(event, texts), "ticket": ticket_view(after, event.sequence, now, of_ticket)}


def _add_version(ticket: Ticket, number: int, *, contracts: Contracts) -> None:
    """Let the ticket know the version that it is about to move to. Raises Invalid where it cannot."""
    contract_id = ticket.contract.contract_id
    version = contracts.get(ticket.key.helpdesk_id, contract_id, number)
    if number == ticket.contract_version:
        raise Invalid([Fault("contract_version", "is the version that the ticket is under already")])
    if version is None:
        raise Invalid([Fault("contract_version", f"contract {contract_id!r} has no version {number}")])
    if faults := list(version.contract.priority_faults(ticket.stated_priority, ticket.attributes)):
        raise Invalid(Fault("contract_version", f"does not fit: the priority {fault.message}") for fault in faults)
    ticket.contracts = {**ticket.contracts, number: version.contract}
