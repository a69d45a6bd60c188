"""Open a ticket: pin its contract version and append `opened`. The execution is started from the table's stream."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any

from tocsin.domain.assessment.assessment import assess
from tocsin.domain.assessment.views import ticket_view
from tocsin.domain.contracts.version import ContractVersion
from tocsin.domain.tickets.commands import OpenTicket
from tocsin.domain.tickets.events import Opened, Recurrence
from tocsin.domain.tickets.reporting import opened
from tocsin.domain.values.faults import Conflict, Fault, Invalid, RequestRepeated, SequenceConflict
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import format_instant
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.oncall import Teams
from tocsin.ports.tickets import TicketLog
from tocsin.use_cases.contracts.contract_versions import version_for_ticket
from tocsin.use_cases.tickets.idempotency import IdempotencyKey, earlier, request_to_record
from tocsin.use_cases.tickets.ticket_context import CLOCK_SKEW, head_of, roster, texts_of, zone_of_first_tier


def open_ticket(
    helpdesk_id: str,
    command: OpenTicket,
    key: IdempotencyKey | None = None,
    *,
    log: TicketLog,
    contracts: Contracts,
    teams: Teams,
    clock: Clock,
) -> dict[str, Any]:
    """The new ticket as the API shows it, with its deadlines.

    Raises Invalid for an unknown contract or priority, or an opening in the future or when the contract is not in
    force, Conflict when the ticket exists.
    """
    if answer := _earlier_answer(helpdesk_id, key, log=log, contracts=contracts):
        return answer
    now = clock.now()
    contract = _contract_of(helpdesk_id, command, now, contracts=contracts)
    ticket_key = TicketKey(helpdesk_id, command.ticket_id or _made_up_id(helpdesk_id, key))
    on_call = roster(helpdesk_id, teams)
    event, texts = opened(
        command,
        _opened_at(command, now),
        now,
        version=contract.version,
        # Pinned, like the contract's version: where the team sits later does not move this ticket's deadlines.
        team_timezone=zone_of_first_tier(contract.contract, on_call),
        recurrence=_recurrence(helpdesk_id, command.recurrence_of, log=log),
    )
    assessment = assess(ticket_key, {contract.version: contract.contract}, [event], on_call, now)
    head = head_of(assessment, event.sequence, now)
    said = {event.sequence: texts} if texts else {}
    try:
        log.append(head, [event], request_to_record(ticket_key, key, assessment, event.sequence, now), texts=said)
    except (SequenceConflict, RequestRepeated):
        # Perhaps it was this very request, sent twice at once.
        if answer := _earlier_answer(helpdesk_id, key, log=log, contracts=contracts):
            return answer
        raise Conflict(f"There is already a ticket {ticket_key.ticket_id!r}.") from None
    return ticket_view(assessment, event.sequence, now, texts)


def _earlier_answer(
    helpdesk_id: str, key: IdempotencyKey | None, *, log: TicketLog, contracts: Contracts
) -> dict[str, Any] | None:
    """What was answered to the same request before, a `TicketView`; None where there was none."""
    found = earlier(helpdesk_id, key, log=log, contracts=contracts)
    if found is None:
        return None
    context, opened_at = found
    assessment = context.assess(opened_at)
    return ticket_view(assessment, context.sequence, opened_at, texts_of(assessment.ticket, log=log))


def _contract_of(helpdesk_id: str, command: OpenTicket, now: datetime, *, contracts: Contracts) -> ContractVersion:
    found = version_for_ticket(helpdesk_id, command.contract_id, _opened_at(command, now), contracts=contracts)
    faults: list[Fault] = []
    if isinstance(found, Fault):
        faults.append(found)
    else:
        faults += found.contract.priority_faults(command.priority, command.model_dump(include={"impact", "urgency"}))
    if command.opened_at and command.opened_at > now + CLOCK_SKEW:
        faults.append(Fault("opened_at", f"lies in the future; it is {format_instant(now)} here"))
    if isinstance(found, Fault) or faults:
        raise Invalid(faults)
    return found


def _recurrence(helpdesk_id: str, named: str | None, *, log: TicketLog) -> Recurrence | None:
    """What the ticket is about again; a ticket that we were never told of may be named as well."""
    if named is None:
        return None
    root, first = named, _opening(helpdesk_id, named, log=log)
    if first and first.recurrence:
        root = first.recurrence.root
        first = _opening(helpdesk_id, root, log=log)
    earlier = [*([first.occurred_at] if first else ()), *log.occurrences(helpdesk_id, root)]
    return Recurrence(named, root, tuple(sorted(earlier)))


def _opening(helpdesk_id: str, ticket_id: str, *, log: TicketLog) -> Opened | None:
    events, _ = log.page_of_events(TicketKey(helpdesk_id, ticket_id), 0, 1)
    return next((event for event in events if isinstance(event, Opened)), None)


def _opened_at(command: OpenTicket, now: datetime) -> datetime:
    return min(command.opened_at or now, now)


def _made_up_id(helpdesk_id: str, key: IdempotencyKey | None) -> str:
    # With an idempotency key the id follows from it, so that a retry means the same ticket.
    seed = f"{helpdesk_id}\x1f{key.value}" if key else secrets.token_hex(16)
    return "T-" + hashlib.sha256(seed.encode()).hexdigest()[:12].upper()
