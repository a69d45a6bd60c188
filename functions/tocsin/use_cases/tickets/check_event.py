"""Check what a helpdesk reports against the state of its ticket, before anything is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from tocsin.domain.assessment.expected_breaches import expectation_faults
from tocsin.domain.assessment.roster import Roster
from tocsin.domain.assessment.snoozing import snooze_faults
from tocsin.domain.contracts.clauses.escalation import missing_of
from tocsin.domain.tickets.commands import (
    AttributesChanged,
    BreachExpected,
    Command,
    DueDateSet,
    Escalated,
    Merged,
    PriorityChanged,
    ReviewFiled,
    Snoozed,
)
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.faults import (
    Conflict,
    Fault,
    Invalid,
)
from tocsin.domain.values.instants import format_instant, parse_instant
from tocsin.domain.values.wording import enumerated
from tocsin.ports.tickets import TicketLog
from tocsin.use_cases.tickets.ticket_context import CLOCK_SKEW, texts_of


def check_event(ticket: Ticket, command: Command, roster: Roster, now: datetime, *, log: TicketLog) -> None:
    """Raises Invalid with all faults, Conflict where nothing more can happen to the ticket."""
    _check_status(ticket, command)
    faults = [*_faults_of_instant(ticket, command, now), *_faults_of(ticket, command, roster, now)]
    if faults:
        raise Invalid(faults)
    if isinstance(command, Escalated):
        _check_hand_off(ticket, log=log)


def _faults_of_instant(ticket: Ticket, command: Command, now: datetime) -> Iterator[Fault]:
    if command.occurred_at and command.occurred_at > now + CLOCK_SKEW:
        yield Fault("occurred_at", f"lies in the future; it is {format_instant(now)} here")
    if command.occurred_at and command.occurred_at < ticket.opened_at:
        yield Fault("occurred_at", f"lies before the ticket was opened at {format_instant(ticket.opened_at)}")


def _faults_of(ticket: Ticket, command: Command, roster: Roster, now: datetime) -> Iterator[Fault]:
    match command:
        case PriorityChanged():
            yield from ticket.contract.priority_faults(command.priority, {})
        case AttributesChanged():
            yield from _lost_priority(ticket, command)
        case DueDateSet():
            yield from _due_date_faults(ticket, command, now)
        case Snoozed():
            at = min(command.occurred_at or now, now)
            yield from (Fault("until", message) for message in snooze_faults(ticket, at, command.until))
        case BreachExpected():
            yield from expectation_faults(ticket, now, command.metric, command.expected_at)
        case Merged() if command.into == ticket.key.ticket_id:
            yield Fault("into", "is this very ticket")
        case Escalated():
            yield from _escalation_faults(ticket, command, roster)
        case _:
            pass


def _escalation_faults(ticket: Ticket, command: Escalated, roster: Roster) -> Iterator[Fault]:
    if command.to and roster(command.to.target) is None:
        yield Fault("to", f"there is no {command.to.target.kind} {command.to.target.name!r}")
    if (command.tier or 1) > ticket.policy.last:
        yield Fault("tier", f"the ticket's escalation has {ticket.policy.last} tiers")


def _check_hand_off(ticket: Ticket, *, log: TicketLog) -> None:
    """Whoever escalates hands over what the next one has to know, where the contract insists on it."""
    terms = ticket.contract.escalation.hand_off
    if terms is None or terms.when_missing != "refuse":
        return
    given = texts_of(ticket, log=log).get("handoff", {})
    if missing := missing_of(terms, given if isinstance(given, Mapping) else {}):
        names = enumerated(missing)
        raise Invalid(
            [Fault("handoff", f"lacks {names}; report `attributes_changed` with a `handoff` that has it first")]
        )


def _lost_priority(ticket: Ticket, command: AttributesChanged) -> Iterator[Fault]:
    """A ticket without a priority would be promised nothing, and nobody would notice."""
    changed = command.model_dump(include={"impact", "urgency"}, exclude_none=True)
    if changed and not ticket.stated_priority and not ticket.contract.priority_of({**ticket.attributes, **changed}):
        impacts = ", ".join(ticket.contract.priority_matrix)
        why = f"impact and urgency would not give the ticket a priority any more; known impacts are {impacts}"
        yield from (Fault(name, why) for name in changed)


def _due_date_faults(ticket: Ticket, command: DueDateSet, now: datetime) -> Iterator[Fault]:
    obligation = ticket.current.get(command.metric)
    if obligation is None or not obligation.running or obligation.metric.of_tiers:
        running = ", ".join(o.metric.name for o in ticket.promised() if o.running) or "none"
        yield Fault("metric", f"nothing of that name is running on this ticket; running are: {running}")
    if command.due_at is not None and parse_instant(command.due_at) <= now:
        yield Fault("due_at", f"does not lie in the future; it is {format_instant(now)} here")


def _check_status(ticket: Ticket, command: Command) -> None:
    review = ticket.current.get("review")
    learned_late = command.occurred_at and ticket.resolved_at and command.occurred_at < ticket.resolved_at
    if isinstance(command, ReviewFiled):
        if review is None or not review.running or learned_late:
            raise Conflict("No review is owed for this ticket, or was owed then.")
    elif learned_late:
        return  # It happened while there was still something to happen.
    elif ticket.status.final:
        raise Conflict(f"The ticket is {ticket.status}; nothing more can happen to it. Open a new ticket.")
