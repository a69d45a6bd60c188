"""Follow a recorded event: start the ticket's execution, or wake it if the event concerns it now."""

from __future__ import annotations

from tocsin.domain.tickets.codec import STARTS_EXECUTION
from tocsin.domain.tickets.events import Settled
from tocsin.domain.values.identifiers import TicketKey
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.oncall import Teams
from tocsin.ports.tickets import Executions, TicketLog
from tocsin.use_cases.tickets.ticket_context import read_context


def follow_event(
    key: TicketKey,
    event_type: str,
    *,
    log: TicketLog,
    contracts: Contracts,
    teams: Teams,
    executions: Executions,
    clock: Clock,
) -> None:
    """Idempotent: events delivered twice or late start nothing twice and wake nobody in vain.

    A sleeping execution is woken only for something to do now or a timer before the one it sleeps to; for the
    rest it finds out when it wakes by itself, which saves the state transitions of a round.
    """
    context = read_context(key, log=log, contracts=contracts, teams=teams)
    assessment = context.assess(clock.now())
    ticket = context.ticket()
    left_to_do = assessment.something_to_do or assessment.timer is not None
    if event_type in STARTS_EXECUTION or (isinstance(ticket.conclusion, Settled) and left_to_do):
        executions.start(key, ticket.generation)
    if context.task_token is None:
        return
    timer, waiting_until = assessment.timer, context.waiting_until
    sooner = timer is not None and waiting_until is not None and timer.at < waiting_until
    if assessment.something_to_do or sooner:
        executions.wake(context.task_token)
