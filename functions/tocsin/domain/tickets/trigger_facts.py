"""What the contract's triggers look at, taken from a ticket and its log; worked out only where there are triggers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from tocsin.domain.calendars.calendar import Interval
from tocsin.domain.contracts.promise import Threshold
from tocsin.domain.contracts.triggers.trigger import Expected, Facts, RunningDeadline
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import AnyEvent
from tocsin.domain.tickets.obligation import Obligation
from tocsin.domain.tickets.ticket import Ticket


def facts_of(ticket: Ticket) -> Facts:
    """What is known of it for triggers, since its opening or last reopening."""
    reopenings = [each for each in ticket.log if _reopens(each, ticket)]
    since = reopenings[-1] if reopenings else ticket.log[0]
    lately = [each for each in ticket.log if each.reported and each.occurred_at >= since.occurred_at]
    changes = [each for each in lately if isinstance(each, ev.PriorityChanged | ev.AttributesChanged)]
    return Facts(
        circumstances=ticket.circumstances,
        since=since.occurred_at,
        cycle=f"since#{since.sequence}",
        known_since=changes[-1].occurred_at if changes else since.occurred_at,
        acknowledged=ticket.chain.acknowledged is not None,
        open_time_after=partial(_open_time_after, ticket, _waits(ticket)),
        deadlines=[_deadline(each) for each in ticket.promised() if each.running and _is_for_customers(each)],
        interactions=sorted(each.occurred_at for each in lately if _is_interaction(each)),
        reopenings=[each.occurred_at for each in reopenings],
        unanswered_since=ticket.wrote_at,
        expected=[
            Expected(each.occurred_at, each.sequence, each.metric, ticket.contract.metric(each.metric).label)
            for each in lately
            if isinstance(each, ev.BreachExpected)
        ],
        occurrences=_occurrences(ticket),
        asked=[(each.occurred_at, each.sequence) for each in lately if _asks(each)],
    )


def _occurrences(ticket: Ticket) -> Sequence[datetime]:
    opened = ticket.log[0]
    if not isinstance(opened, ev.Opened) or opened.recurrence is None:
        return ()
    return (*opened.recurrence.earlier, opened.occurred_at)


def _reopens(event: AnyEvent, ticket: Ticket) -> bool:
    return event.sequence in ticket.reopenings


def _is_for_customers(obligation: Obligation) -> bool:
    return obligation.metric.name != "review"


def _is_interaction(event: AnyEvent) -> bool:
    if isinstance(event, ev.AgentReplied):
        return event.public and event.actor.kind == "agent" and event.notice_id is None
    return isinstance(event, ev.CustomerReplied)


def _asks(event: AnyEvent) -> bool:
    return isinstance(event, ev.Escalated) and event.actor.kind == "customer"


def _deadline(obligation: Obligation) -> RunningDeadline:
    def warned_at(threshold: Threshold) -> datetime | None:
        return obligation.reached_at(threshold)

    metric = obligation.metric
    return RunningDeadline(obligation.obligation_id, metric.name, metric.label, obligation.due_at(), warned_at)


def _waits(ticket: Ticket) -> Sequence[Interval]:
    """When the ticket waited for somebody else, or was resolved."""
    return [*_pauses(ticket)]


def _pauses(ticket: Ticket) -> Iterator[Interval]:
    begins: datetime | None = None
    for at, holder in sorted(ticket.holders, key=lambda each: each[0]):
        waiting = holder in ("customer", "vendor")
        if waiting and begins is None:
            begins = at
        elif not waiting and begins is not None:
            yield Interval(begins, at)
            begins = None
    if begins is not None:
        yield Interval(begins, None)


def _open_time_after(ticket: Ticket, waits: Sequence[Interval], since: datetime, amount: timedelta) -> datetime | None:
    """When so much time has passed in the hours of the ticket's targets; None while it waits before that."""
    calendar = ticket.contract.calendar_named(ticket.row.targets.calendar if ticket.row else None, ticket.zones)
    return calendar.deadline(since, amount, [wait for wait in waits if wait.end is None or wait.end > since])
