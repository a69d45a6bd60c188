"""The decision: given contract, events and now, what fell due, who is to be told, and when is the next timer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tocsin.domain import events as ev
from tocsin.domain.contract import Contract
from tocsin.domain.escalation import NextAlert
from tocsin.domain.events import Event
from tocsin.domain.fold import apply, fold
from tocsin.domain.identifiers import TicketKey
from tocsin.domain.instants import format_instant
from tocsin.domain.notices import owed
from tocsin.domain.obligation import Obligation
from tocsin.domain.team import Team
from tocsin.domain.ticket import Ticket

Roster = Callable[[str], Team | None]
"""Looks up a team by its id."""


@dataclass(frozen=True, slots=True)
class Timer:
    """The next instant at which something is due; `kind` names the wait of the state machine."""

    kind: str
    at: datetime
    event_type: str
    details: Mapping[str, Any]


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


def assess(
    key: TicketKey,
    contract: Contract,
    contract_version: int,
    log: Sequence[Event],
    roster: Roster,
    now: datetime,
) -> Assessment:
    """Fold the log and decide. Pure: the same arguments give the same answer, years later.

    Breaches are dated when they fell due; alerts are dated `now`, when they are made.
    """
    ticket = fold(key, contract, contract_version, log)
    due: list[Event] = []

    def append(event_type: str, occurred_at: datetime, details: Mapping[str, Any]) -> None:
        event = Event(ticket.sequence + 1, event_type, occurred_at, now, ev.TOCSIN, details)
        apply(ticket, event)
        due.append(event)

    while (timer := _next(ticket, now)) is not None and timer.at <= now:
        if timer.event_type == ev.TIER_ALERTED:
            append(ev.TIER_ALERTED, now, {**timer.details, **_reach(ticket, timer.details["tier"], roster, now)})
        else:
            append(timer.event_type, timer.at, timer.details)
    if notices := owed(ticket, [*log, *due], roster, now):
        append(ev.NOTICES_RECORDED, now, {"through": ticket.sequence, "notices": notices})
    if ticket.over and not any(o.running for o in ticket.promised()):
        verdicts, settlement = _verdicts(ticket, now), ticket.settlement
        # Something learned late may change a verdict: the log then has a second settlement, and reports take the last.
        if settlement is None or settlement.details["obligations"] != verdicts:
            append(ev.SETTLED, now, {"obligations": verdicts})
    return Assessment(ticket, due, timer)


def _next(ticket: Ticket, now: datetime) -> Timer | None:
    return min(_timers(ticket, now), key=lambda timer: timer.at, default=None)


def _timers(ticket: Ticket, now: datetime) -> Iterator[Timer]:
    for obligation in ticket.current.values():
        if obligation.promise is not None and obligation.ended_at is None:
            yield from _obligation_timers(ticket, obligation, now)
    if not ticket.over and (alert := ticket.chain.next_alert(ticket.contract, ticket.priority)) is not None:
        yield _chain_timer(alert)


def _obligation_timers(ticket: Ticket, obligation: Obligation, now: datetime) -> Iterator[Timer]:
    obligation_id = obligation.obligation_id
    due_at, promise = obligation.due_at(), obligation.promise
    if promise is None:
        return
    if due_at is not None:
        # A late fact may take a breach back; if the deadline then passes once more, that is another breach.
        if (obligation_id, format_instant(due_at)) in ticket.given:
            return
        details = _due(obligation, due_at, due_at)
        yield Timer(obligation.metric.deadline_wait, due_at, ev.BREACHED, details)
    if due_at is None or due_at > now:  # Who is late already needs no warning.
        given = {label for name, label in ticket.given if name == obligation_id}
        for label, at in promise.warnings(obligation.started_at, obligation.pauses, given):
            if due_at is None or at < due_at:
                details = {**_due(obligation, at, due_at), "threshold": label}
                yield Timer(obligation.metric.warning_wait, at, ev.WARNED, details)


def _due(obligation: Obligation, at: datetime, due_at: datetime | None) -> dict[str, Any]:
    return {
        "obligation_id": obligation.obligation_id,
        "metric": obligation.metric.name,
        "due_at": format_instant(due_at) if due_at else None,
        # It was due before we knew of it: told once, in one notice, not as a burst of alerts.
        "on_arrival": at <= obligation.known_at and at > obligation.started_at,
    }


def _chain_timer(alert: NextAlert) -> Timer:
    details = {"tier": alert.tier, "attempt": alert.attempt, "reason": alert.reason}
    if alert.exhausted:
        return Timer("tier_acknowledgement", alert.at, ev.ESCALATION_EXHAUSTED, {"attempts": alert.attempt})
    kind = "tier_acknowledgement" if alert.reason == "not_acknowledged" else "opening_hours"
    return Timer(kind, alert.at, ev.TIER_ALERTED, details)


def _reach(ticket: Ticket, tier: int, roster: Roster, now: datetime) -> dict[str, Any]:
    team_id = ticket.contract.escalation.tiers[tier - 1].team
    team = roster(team_id)
    members = team.on_call(now) if team else []
    return {
        "team": team_id,
        "members": members,
        "reached": team is not None and team.reachable(now),
        "from_tier": ticket.chain.tier,
    }


def _verdicts(ticket: Ticket, now: datetime) -> list[dict[str, Any]]:
    return [
        {"metric": o.metric.name, "obligation_id": o.obligation_id, "state": o.state(now)}
        for o in [*ticket.past, *ticket.current.values()]
        if o.promise is not None
    ]
