"""Record what happened to a ticket: check it against the ticket's state and append it to the log."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tocsin.domain import events as ev
from tocsin.domain.commands import Command, Escalated, PriorityChanged
from tocsin.domain.events import Actor, Event
from tocsin.domain.faults import Busy, Conflict, Fault, Invalid, PreconditionFailed
from tocsin.domain.identifiers import TicketKey
from tocsin.domain.instants import format_instant
from tocsin.domain.ticket import Ticket
from tocsin.domain.view import event_view, ticket_view
from tocsin.ports import Clock, Contracts, RequestRepeated, SequenceConflict, Teams, TicketLog
from tocsin.use_cases.dossier import ATTEMPTS, Dossier, head_of, open_dossier
from tocsin.use_cases.idempotency import IdempotencyKey, earlier_answer, request_to_record

CLOCK_SKEW = timedelta(minutes=1)
"""How far a helpdesk's clock may run ahead of ours; what lies within it is taken to happen now."""

AFTER_SETTLEMENT = frozenset({ev.REOPENED, ev.CLOSED})


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

    Raises NotFound for another helpdesk's ticket, Invalid for what does not fit ticket or contract, Conflict on a
    settled ticket, PreconditionFailed when the log does not end at `if_match`, Busy after too many lost races.
    """
    for _ in range(ATTEMPTS):
        if answer := earlier_answer(key.helpdesk_id, idempotency, log=log):
            return answer
        dossier = open_dossier(key, log=log, contracts=contracts, teams=teams)
        if if_match is not None and if_match != dossier.sequence:
            raise PreconditionFailed(f"The ticket is at sequence {dossier.sequence}, not at {if_match}; read it again.")
        now = clock.now()
        ticket = dossier.assess(now).ticket
        _check(ticket, command, now)
        event = _event(dossier, command, now)
        try:
            return append(dossier, event, idempotency, now, log=log)
        except (SequenceConflict, RequestRepeated):
            continue
    raise Busy("Too many events of this ticket are being recorded at once; send it again.")


def append(
    dossier: Dossier, event: Event, idempotency: IdempotencyKey | None, now: datetime, *, log: TicketLog
) -> dict[str, Any]:
    """Append one event to the log and show the ticket after it."""
    after = dossier.plus(event).assess(now)
    answer = {**event_view(event), "ticket": ticket_view(after, event.sequence, now)}
    request = request_to_record(dossier.key.helpdesk_id, idempotency, answer, now)
    log.append(head_of(after.ticket, event.sequence, after.due_at(now)), [event], request)
    return answer


def _event(dossier: Dossier, command: Command, now: datetime) -> Event:
    # Clocks differ a little: nothing happens after we learn of it, or before the ticket was opened.
    occurred_at = max(min(command.occurred_at or now, now), dossier.events[0].occurred_at)
    return Event(
        sequence=dossier.sequence + 1,
        type=command.type,
        occurred_at=occurred_at,
        recorded_at=now,
        actor=Actor(command.actor.kind, command.actor.id),
        details=command.details(),
    )


def _check(ticket: Ticket, command: Command, now: datetime) -> None:
    _check_status(ticket, command)
    faults = []
    if command.occurred_at and command.occurred_at > now + CLOCK_SKEW:
        faults.append(Fault("occurred_at", f"lies in the future; it is {format_instant(now)} here"))
    if command.occurred_at and command.occurred_at < ticket.opened_at:
        faults.append(Fault("occurred_at", f"lies before the ticket was opened at {format_instant(ticket.opened_at)}"))
    if isinstance(command, PriorityChanged) and command.priority not in ticket.contract.targets:
        known = ", ".join(ticket.contract.targets)
        faults.append(Fault("priority", f"the ticket's contract has no targets for it; it knows {known}"))
    if isinstance(command, Escalated) and (command.tier or 1) > len(ticket.contract.escalation.tiers):
        faults.append(Fault("tier", f"the ticket's contract has {len(ticket.contract.escalation.tiers)} tiers"))
    if faults:
        raise Invalid(faults)


def _check_status(ticket: Ticket, command: Command) -> None:
    review = ticket.current.get("review")
    learned_late = command.occurred_at and ticket.resolved_at and command.occurred_at < ticket.resolved_at
    if command.type == ev.REVIEW_FILED:
        if review is None or not review.running or learned_late:
            raise Conflict("No review is owed for this ticket, or was owed then.")
    elif learned_late:
        return  # It happened while there was still something to happen.
    elif ticket.status == "closed":
        raise Conflict("The ticket is closed; nothing more can happen to it. Open a new ticket.")
    elif ticket.settled and command.type not in AFTER_SETTLEMENT:
        raise Conflict("The ticket is settled; reopen it first, or open a new ticket.")
