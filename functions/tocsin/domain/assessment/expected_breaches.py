"""Which promises to the customer can still be said to be missed, before they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from tocsin.domain.tickets.events import BreachExpected
from tocsin.domain.tickets.obligation import Obligation
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.faults import Fault
from tocsin.domain.values.instants import format_instant


class Promised(NamedTuple):
    """A promise to the customer that still runs, and its deadline, which lies ahead."""

    obligation: Obligation
    due_at: datetime

    @property
    def name(self) -> tuple[str, datetime]:
        """By which a ticket knows the deadline."""
        return self.obligation.obligation_id, self.due_at


def still_promised(ticket: Ticket, now: datetime) -> list[Promised]:
    """What the customer has been promised, is not late and not paused; what is due first comes first."""
    found = [Promised(each, due) for each in _customer_facing(ticket) if (due := each.due_at()) and due > now]
    return sorted(found, key=lambda each: each.due_at)


def _customer_facing(ticket: Ticket) -> Iterator[Obligation]:
    return (each for each in ticket.promised() if each.running and each.metric.customer_hears_of_breach)


def expected(ticket: Ticket, now: datetime, metric: str | None) -> Promised | None:
    """The promise of that metric, or (None) the one that is due first; None where there is none."""
    return next((each for each in still_promised(ticket, now) if metric in (None, each.obligation.metric.name)), None)


def expectation_faults(
    ticket: Ticket, now: datetime, metric: str | None, expected_at: datetime | None
) -> Iterator[Fault]:
    """What is wrong with saying now that a promise will be missed, and will be kept at `expected_at` instead."""
    promised = expected(ticket, now, metric)
    if promised is None:
        running = ", ".join(each.obligation.metric.name for each in still_promised(ticket, now)) or "none"
        yield Fault("metric", f"the customer has no such promise that runs and is not late; there are: {running}")
    elif expected_at is not None and expected_at <= promised.due_at:
        yield Fault("expected_at", f"is no later than the deadline, {format_instant(promised.due_at)}, which it keeps")


def pinned(event: BreachExpected, ticket: Ticket, now: datetime) -> BreachExpected:
    """The event with the deadline that it is about, as it is now."""
    promised = expected(ticket, now, event.metric or None)
    if promised is None:
        return event
    obligation = promised.obligation
    return replace(event, metric=obligation.metric.name, obligation_id=obligation.obligation_id, due_at=promised.due_at)
