"""What reports count of a ticket once nothing is left to run on it but a review."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from tocsin.domain.contracts.metrics import REVIEW
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.obligation import Obligation
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.tickets.verdict import Verdict


def conclusion_of(ticket: Ticket, envelope: Mapping[str, Any]) -> ev.Concluded | ev.Settled | None:
    """What reports count, where nothing but a review is left to run.

    A review that nobody files must not keep the ticket out of the reports.
    """
    if not ticket.over or ticket.resolved_at is None:
        return None
    running = {obligation.metric.name for obligation in ticket.promised() if obligation.running}
    if not running <= {REVIEW.name}:
        return None
    kind: type[ev.Concluded | ev.Settled] = ev.Concluded if running else ev.Settled
    obligations = tuple(verdict for each in ticket.obligations() for verdict in _verdicts_on(each))
    # Something learned late may change it: the log then has another conclusion, and reports take the last.
    return kind(
        **envelope,
        obligations=obligations,
        priority=ticket.priority,
        resolved_at=ticket.resolved_at,
        withdrawn=ticket.status.withdrawn,
    )


def says_the_same(conclusion: ev.Conclusion, before: ev.Conclusion | None) -> bool:
    """Whether reports count the same by it as by the one before."""

    def said(event: ev.Conclusion) -> tuple[object, ...]:
        return event.type, event.obligations, event.priority, event.resolved_at, event.withdrawn

    return before is not None and said(conclusion) == said(before)


def _verdicts_on(obligation: Obligation) -> Iterator[Verdict]:
    metric = obligation.metric.name
    for obligation_id, missed in obligation.superseded_deadlines():
        # It was late under an earlier target; no later one makes that good.
        yield Verdict(metric=metric, obligation_id=obligation_id, state="breached", due_at=missed)
    state = obligation.final_state()
    if obligation.owed and state is not None:  # A review that is still owed has no verdict.
        yield Verdict(
            metric=metric,
            obligation_id=obligation.obligation_id,
            state=state,
            due_at=obligation.due_at(),
            met_by=obligation.met_by,
            used_seconds=_used_seconds(obligation),
        )


def _used_seconds(obligation: Obligation) -> float | None:
    """The open time that it took; None for what is promised in business days, or by hand only."""
    countdown, ended_at = obligation.countdown, obligation.ended_at
    used = countdown.used_by(ended_at, obligation.pauses) if countdown and ended_at else None
    return used.total_seconds() if isinstance(used, timedelta) else None
