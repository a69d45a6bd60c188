"""What events do to a ticket's obligations: the facts that they bring, and changes of what is promised."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tocsin.domain.contracts.clauses.retarget import Mode
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.metrics import WAITING, Metric
from tocsin.domain.contracts.rulebook import Rulebook, Step
from tocsin.domain.tickets.events import Event, PriorityChanged
from tocsin.domain.tickets.obligation import Obligation
from tocsin.domain.tickets.ticket import Contracts, Ticket


def rulebook_of(contracts: Contracts, version: int) -> Rulebook:
    """What that version measures, and what only others do: a promise made later finds the whole history."""
    return contracts[version].rulebook.joined_with(contracts[number].rulebook for number in sorted(contracts))


def happens(ticket: Ticket, event: Event, *facts: str) -> None:
    """Let the facts that an event brings do to the obligations what their metrics say."""
    for metric, step in ticket.rulebook.effects[facts]:
        _STEPS[step](ticket, metric, event)


def start(ticket: Ticket, metric: Metric, event: Event) -> None:
    """Begin to measure, unless it is being measured; paused where the metric pauses for what the ticket waits for."""
    before = ticket.current.get(metric.name)
    if before is not None:
        if before.running:
            return
        ticket.past.append(before)
    obligation = Obligation(metric, ticket.promise(metric), event)
    if _waits(ticket, metric):
        obligation.pause(event.occurred_at, event.sequence)
    ticket.current[metric.name] = obligation


def cancel(ticket: Ticket, metric: Metric, event: Event) -> bool:
    """End what is being measured unmet; whether there was anything."""
    obligation = _running(ticket, metric)
    if obligation is None:
        return False
    obligation.end(event.occurred_at, met_by=None)
    return True


def retarget(
    ticket: Ticket, event: Event, mode_of: Callable[[Contract], Mode], for_calendar: Mode | None = None
) -> None:
    """Measure what still runs against the promises that the ticket has now; what has ended stays as it was."""
    ticket.look_up_targets()
    for obligation in ticket.current.values():
        if obligation.running:
            before, promise = obligation.targets.promised, ticket.promise(obligation.metric)
            if before != promise:
                mode = mode_of(ticket.contract)
                if before and promise and before.same_target(promise) and not isinstance(event, PriorityChanged):
                    mode = for_calendar or ticket.contract.retarget.calendar  # Only its hours are others.
                obligation.retarget(promise, mode, event)


def redefine(ticket: Ticket, event: Event) -> None:
    """Measure by the metrics of another contract version: what waits now is paused by that and nothing else."""
    for name, obligation in ticket.current.items():
        metric = ticket.rulebook.by_name[name]
        if metric is not obligation.metric:
            obligation.metric = metric
            if obligation.running and (ticket.waiting_for or not metric.pause):
                if _waits(ticket, metric):
                    obligation.pause(event.occurred_at, event.sequence)
                else:
                    obligation.resume(event.occurred_at)


def _running(ticket: Ticket, metric: Metric) -> Obligation | None:
    obligation = ticket.current.get(metric.name)
    return obligation if obligation is not None and obligation.running else None


def _waits(ticket: Ticket, metric: Metric) -> bool:
    return ticket.waiting_for is not None and bool(metric.pause.intersection(WAITING[ticket.waiting_for]))


def _meet(ticket: Ticket, metric: Metric, event: Event) -> None:
    obligation = _running(ticket, metric)
    # What begins a cycle does not end it, too.
    if obligation is not None and (not metric.repeats or obligation.cycle != event.sequence):
        obligation.end(event.occurred_at, event.sequence)


def _repeat(ticket: Ticket, metric: Metric, event: Event) -> None:
    obligation = ticket.current.get(metric.name)
    if obligation is not None and obligation.met_by == event.sequence:
        start(ticket, metric, event)


def _restart(ticket: Ticket, metric: Metric, event: Event) -> None:
    if cancel(ticket, metric, event):
        start(ticket, metric, event)


def _pause(ticket: Ticket, metric: Metric, event: Event) -> None:
    if (obligation := _running(ticket, metric)) is not None:
        obligation.pause(event.occurred_at, event.sequence)


def _resume(ticket: Ticket, metric: Metric, event: Event) -> None:
    if (obligation := _running(ticket, metric)) is not None:
        obligation.resume(event.occurred_at)


_STEPS: Mapping[Step, Callable[[Ticket, Metric, Event], object]] = {
    "meet": _meet,
    "repeat": _repeat,
    "cancel": cancel,
    "restart": _restart,
    "resume": _resume,
    "pause": _pause,
    "start": start,
}
