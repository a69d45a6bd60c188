"""The decision: given contract, events and now, what fell due, who is to be told, and when is the next timer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from tocsin.domain.contracts.metrics import REVIEW
from tocsin.domain.escalation.chain import Exhaustion, NextAlert
from tocsin.domain.escalation.reasons import Wait
from tocsin.domain.notices.owed import owed
from tocsin.domain.oncall.team import Team
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import Event
from tocsin.domain.tickets.fold import apply, fold
from tocsin.domain.tickets.obligation import Obligation
from tocsin.domain.tickets.ticket import WITHDRAWN, Contracts, Ticket
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import format_instant

Roster = Callable[[str], Team | None]
"""Looks up a team by its id."""


class Timer(NamedTuple):
    """The next instant at which something is due; `kind` names the wait of the state machine.

    `details` are those of the event to append then; most timers never get so far.
    """

    kind: str
    at: datetime
    event_type: str
    details: Callable[[], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Assessment:
    """The ticket as it stands after `events` (to be appended), and what it waits for."""

    ticket: Ticket
    events: list[Event]
    timer: Timer | None

    @property
    def something_to_do(self) -> bool:
        """Whether events are to be appended or notices to be sent right now."""
        return bool(self.events or self.ticket.unsent)

    def due_at(self, now: datetime) -> datetime | None:
        """When this ticket next needs an execution to act."""
        return now if self.something_to_do else self.timer.at if self.timer else None


def assess(key: TicketKey, contracts: Contracts, log: Sequence[Event], roster: Roster, now: datetime) -> Assessment:
    """Fold the log and decide. Pure: the same arguments give the same answer, years later.

    Breaches are dated when they fell due; alerts and corrections are dated `now`, when they are made.
    """
    ticket = fold(key, contracts, log)
    due: list[Event] = []

    def append(event_type: str, occurred_at: datetime, details: Mapping[str, Any]) -> None:
        event = Event(ticket.sequence + 1, event_type, occurred_at, now, ev.TOCSIN, details)
        apply(ticket, event)
        due.append(event)

    for details in list(_corrections(ticket, log, now)):
        append(ev.CORRECTED, now, details)
    while (timer := _next(ticket, now)) is not None and timer.at <= now:
        details = {**timer.details()}
        if timer.event_type == ev.TIER_ALERTED:
            append(ev.TIER_ALERTED, now, details | _reach(ticket, details["tier"], roster, now))
        else:
            append(timer.event_type, timer.at, details)
    if notices := owed(ticket, [*log, *due], roster, now):
        append(ev.NOTICES_RECORDED, now, {"through": ticket.sequence, "notices": notices})
    if ticket.over:
        running = {obligation.metric.name for obligation in ticket.promised() if obligation.running}
        # A review that nobody files must not keep the ticket out of the reports.
        if running <= {REVIEW.name}:
            conclusion = ev.CONCLUDED if running else ev.SETTLED
            concluded, before = _concluded(ticket, now), ticket.conclusion
            # Something learned late may change it: the log then has another conclusion, and reports take the last.
            if before is None or (before.type, before.details) != (conclusion, concluded):
                append(conclusion, now, concluded)
    return Assessment(ticket, due, timer)


def _next(ticket: Ticket, now: datetime) -> Timer | None:
    return min(_timers(ticket, now), key=lambda timer: timer.at, default=None)


def _timers(ticket: Ticket, now: datetime) -> Iterator[Timer]:
    for obligation in ticket.obligations():
        if not obligation.metric.of_tiers:
            yield from _unrecorded_breaches(ticket, obligation, now)
            if obligation.running and obligation.owed:
                yield from _coming(ticket, obligation, now)
    if (step := ticket.next_step()) is not None:
        yield _chain_timer(step)


def _unrecorded_breaches(ticket: Ticket, obligation: Obligation, now: datetime) -> Iterator[Timer]:
    """No breach passes in silence, not even one that was over before anybody looked."""
    for obligation_id, due_at in obligation.breaches(now):
        if (obligation_id, format_instant(due_at)) not in ticket.breached:
            over = not obligation.running or obligation_id != obligation.obligation_id
            details = partial(_due, obligation, obligation_id, due_at, due_at, over)
            yield Timer(obligation.metric.deadline_wait, due_at, ev.BREACHED, details)


def _coming(ticket: Ticket, obligation: Obligation, now: datetime) -> Iterator[Timer]:
    due_at = obligation.due_at()
    if due_at is not None:
        if due_at <= now:
            return  # Who is late already needs no warning.
        details = partial(_due, obligation, obligation.obligation_id, due_at, due_at)
        yield Timer(obligation.metric.deadline_wait, due_at, ev.BREACHED, details)
    name = obligation.obligation_id
    given = {label for warned, label in ticket.warned if warned == name}
    for label, at in obligation.warnings(given):
        details = partial(_due, obligation, name, at, due_at, threshold=label)
        yield Timer(obligation.metric.warning_wait, at, ev.WARNED, details)


def _due(
    obligation: Obligation, name: str, at: datetime, due_at: datetime | None, over: bool = False, **more: str
) -> dict[str, Any]:
    return {
        "obligation_id": name,
        "metric": obligation.metric.name,
        "due_at": format_instant(due_at) if due_at else None,
        # It was due before we knew of it: told once, in one notice, not as a burst of alerts.
        "on_arrival": over or (at <= obligation.known_at and at > obligation.started_at),
        **more,
    }


def _chain_timer(step: NextAlert | Exhaustion) -> Timer:
    if isinstance(step, Exhaustion):
        attempts = {"attempts": step.attempts}
        return Timer(Wait.TIER_ACKNOWLEDGEMENT, step.at, ev.ESCALATION_EXHAUSTED, lambda: attempts)
    details = {"tier": step.tier, "attempt": step.attempt, "reason": step.reason}
    return Timer(step.reason.wait, step.at, ev.TIER_ALERTED, lambda: details)


def _corrections(ticket: Ticket, log: Sequence[Event], now: datetime) -> Iterator[dict[str, Any]]:
    """Breaches that the log records and that, by what has been learned since, were none."""
    if not ticket.breached:
        return
    true = {(name, format_instant(due_at)) for o in ticket.obligations() for name, due_at in o.breaches(now)}
    for name, breach in ticket.breached.items():
        if name not in true:
            yield {
                "obligation_id": breach.details["obligation_id"],
                "metric": breach.details["metric"],
                "due_at": breach.details["due_at"],
                "corrects": breach.sequence,
                "because": [e.sequence for e in log if e.sequence > breach.sequence and _learned_late(e, breach)],
                "customer_was_told": not breach.details["on_arrival"],
            }


def _learned_late(fact: Event, breach: Event) -> bool:
    return fact.actor.kind != "system" and fact.occurred_at <= breach.recorded_at


def _reach(ticket: Ticket, tier: int, roster: Roster, now: datetime) -> dict[str, Any]:
    team_id = ticket.contract.tier(tier).team
    team = roster(team_id)
    members = team.on_call(now) if team else []
    return {
        "team": team_id,
        "members": members,
        "reached": team is not None and team.reachable(now),
        "from_tier": ticket.chain.tier,
    }


def _concluded(ticket: Ticket, now: datetime) -> dict[str, Any]:
    """What reports depend on, and nothing that differs from one assessment to the next without a new fact."""
    return {
        "obligations": [verdict for obligation in ticket.obligations() for verdict in _verdicts_on(obligation, now)],
        "priority": ticket.priority,
        "resolved_at": format_instant(ticket.resolved_at) if ticket.resolved_at else None,
        "withdrawn": ticket.status in WITHDRAWN,
    }


def _verdicts_on(obligation: Obligation, now: datetime) -> Iterator[dict[str, Any]]:
    metric = obligation.metric.name
    for obligation_id, missed in obligation.superseded_deadlines():
        # It was late under an earlier target; no later one makes that good.
        yield {"metric": metric, "obligation_id": obligation_id, "state": "breached", "due_at": format_instant(missed)}
    if obligation.owed and not obligation.running:  # A review that is still owed has no verdict.
        due_at = obligation.due_at()
        yield {
            "metric": metric,
            "obligation_id": obligation.obligation_id,
            "state": obligation.state(now),
            "due_at": format_instant(due_at) if due_at else None,
            "met_by": obligation.met_by,
            **_used(obligation),
        }


def _used(obligation: Obligation) -> dict[str, float]:
    """The open time that it took; none of what is promised in business days, or by hand only."""
    countdown, ended_at = obligation.countdown, obligation.ended_at
    used = countdown.used_by(ended_at, obligation.pauses) if countdown and ended_at else None
    return {"used_seconds": used.total_seconds()} if isinstance(used, timedelta) else {}
