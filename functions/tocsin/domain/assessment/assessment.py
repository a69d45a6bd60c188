"""The decision: given a ticket and now, what fell due, who is to be told, and when is the next timer."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, assert_never

from tocsin.domain.assessment.alerted import alerted
from tocsin.domain.assessment.conclusions import conclusion_of, says_the_same
from tocsin.domain.assessment.roster import Roster
from tocsin.domain.assessment.timers import DeadlineDue, ForecastDue, Timer, TriggerDue, WarningDue, next_timer
from tocsin.domain.assessment.who_hears import owed
from tocsin.domain.contracts.triggers.trigger import Firing, Trigger
from tocsin.domain.contracts.waits import Wait
from tocsin.domain.escalation.reasons import AlertReason
from tocsin.domain.escalation.steps import Exhaustion, FollowUp, NextAlert
from tocsin.domain.oncall.team import Team
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import AnyEvent
from tocsin.domain.tickets.fold import fold, record
from tocsin.domain.tickets.obligation import Obligation
from tocsin.domain.tickets.ticket import Contracts, Ticket
from tocsin.domain.values.identifiers import TicketKey

MOST_EVENTS = 50
"""That one assessment decides on. They are appended in one transaction, which takes at most 100 actions
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html, 2026-11)."""


class Assessment(NamedTuple):
    """The ticket as it stands after the events of the decision (to be appended), and what it waits for."""

    ticket: Ticket
    seen: int
    """The last sequence number that the log had."""
    timer: Timer | None
    to_send: bool
    """Whether notices are to be sent right now."""
    queue_moves_at: datetime | None
    """When the next notice need not wait in a mailbox any more."""
    complete: bool = True
    """False when more has fallen due than one transaction takes: append the events and assess again."""

    @property
    def events(self) -> list[AnyEvent]:
        """What was decided, in the order of the log."""
        return self.ticket.log[self.seen :]

    @property
    def something_to_do(self) -> bool:
        """Whether events are to be appended or notices to be sent right now."""
        return bool(self.events) or self.something_to_send

    @property
    def something_to_send(self) -> bool:
        """Whether anything remains to be done right away once the events are appended."""
        return self.to_send or not self.complete

    def acts_at(self, now: datetime, *, appended: bool = False) -> datetime | None:
        """When this ticket next needs an execution to act: without the events, or with them `appended`."""
        if self.something_to_send or (self.events and not appended):
            return now
        return self.wait[0] if self.wait else None

    @property
    def wait(self) -> tuple[datetime, Wait] | None:
        """Until when an execution sleeps, and what that wait shows as; None when nothing is to come."""
        waits = [(self.timer.at, self.timer.wait)] if self.timer else []
        if self.queue_moves_at:
            waits.append((self.queue_moves_at, Wait.DIGEST))
        return min(waits, default=None)


def assess(key: TicketKey, contracts: Contracts, log: Sequence[AnyEvent], roster: Roster, now: datetime) -> Assessment:
    """Fold the log and decide. Pure: the same arguments give the same answer, years later."""
    return decide(fold(key, contracts, log), roster, now)


def decide(ticket: Ticket, roster: Roster, now: datetime) -> Assessment:
    """Decide about a ticket, which takes the events of the decision in.

    Breaches are dated when they fell due; alerts, forecasts and corrections are dated `now`, when they are made.
    """
    seen = ticket.sequence
    for correction in _corrections(ticket, now):
        record(ticket, correction)
    while (timer := next_timer(ticket, now)) is not None and timer.at <= now and ticket.sequence - seen < MOST_EVENTS:
        record(ticket, _event(timer, ticket, roster, now))
    complete = timer is None or timer.at > now
    if complete:
        notices = owed(ticket, roster, now)
        if notices:
            envelope, through = _envelope(ticket, now), ticket.sequence
            record(ticket, ev.NoticesRecorded(**envelope, through=through, notices=tuple(notices)))
        conclusion = conclusion_of(ticket, _envelope(ticket, now))
        # Whoever sends what is still to be told after a settlement is an execution of its own, and ends with another.
        again = bool(notices) and isinstance(conclusion, ev.Settled)
        if conclusion and (again or not says_the_same(conclusion, ticket.conclusion)):
            record(ticket, conclusion)
    return Assessment(ticket, seen, timer, bool(ticket.to_send(now)), ticket.queue_moves_at(now), complete)


def _envelope(ticket: Ticket, now: datetime, occurred_at: datetime | None = None) -> dict[str, Any]:
    """The fields that every event has, of the next one of Tocsin's own: sequence, instants and actor."""
    return {
        "sequence": ticket.sequence + 1,
        "occurred_at": occurred_at or now,
        "recorded_at": now,
        "actor": ev.TOCSIN,
    }


def _event(timer: Timer, ticket: Ticket, roster: Roster, now: datetime) -> AnyEvent:
    match timer:
        case WarningDue(obligation, name, threshold, at, due_at):
            return ev.Warned(
                **_envelope(ticket, now, at),
                obligation_id=name,
                metric=obligation.metric.name,
                due_at=due_at,
                threshold=threshold,
                on_arrival=_on_arrival(obligation, at),
            )
        case DeadlineDue(obligation, name, at):
            return ev.Breached(
                **_envelope(ticket, now, at),
                obligation_id=name,
                metric=obligation.metric.name,
                due_at=at,
                on_arrival=timer.over or _on_arrival(obligation, at),
            )
        case TriggerDue(trigger, firing):
            return _trigger_fired(trigger, firing, ticket, now)
        case ForecastDue((obligation, due_at)):
            return ev.BreachForecast(
                **_envelope(ticket, now),
                obligation_id=obligation.obligation_id,
                metric=obligation.metric.name,
                due_at=due_at,
            )
        case FollowUp(_, member, after, alert):
            return ev.AlertFollowedUp(**_envelope(ticket, now), member=member, after=after, alert=alert)
        case NextAlert():
            return _tier_alerted(timer, ticket, roster, now)
        case Exhaustion(at, attempts, unresolved, declined):
            return ev.EscalationExhausted(
                **_envelope(ticket, now, at), attempts=attempts, unresolved=unresolved, declined=declined
            )
        case _:
            assert_never(timer)


def _on_arrival(obligation: Obligation, at: datetime) -> bool:
    """Whether it was due before we knew of it: told once, in one notice, not as a burst of alerts."""
    return obligation.started_at < at <= obligation.known_at


def _trigger_fired(trigger: Trigger, firing: Firing, ticket: Ticket, now: datetime) -> ev.TriggerFired:
    tier: int | None = None
    if trigger.to is None:
        wanted = min(trigger.to_tier or (ticket.chain.turn or 0) + 1, ticket.policy.last)
        tier = None if ticket.chain.has_reached(wanted) else wanted
    return ev.TriggerFired(
        **_envelope(ticket, now),
        trigger=trigger.key,
        name=firing.name,
        met_at=firing.at,
        because=firing.because,
        tier=tier,
        beside=trigger.to.target if trigger.to else None,
    )


def _tier_alerted(alert: NextAlert, ticket: Ticket, roster: Roster, now: datetime) -> ev.TierAlerted:
    tier = ticket.policy.tier(alert.tier)
    teams = [roster(target) for target in tier.whom]
    found = [alerted(team, tier, alert.tier, ticket, now) for team in teams]
    members = dict.fromkeys([*(each for one in found for each in one.members), *_had_it(teams, alert, ticket)])
    passed_over = dict.fromkeys(each for one in found for each in one.passed_over if each not in members)
    not_reached = [one.not_reached for one in found]
    reached = None in not_reached
    return ev.TierAlerted(
        **_envelope(ticket, now),
        tier=alert.tier,
        attempt=alert.attempt,
        reason=alert.reason,
        team=tier.whom[0],
        beside=tuple(tier.whom[1:]),
        members=tuple(members),
        passed_over=tuple(passed_over),
        later=_later(teams, members) or None,
        reached=reached,
        not_reached=None if reached else not_reached[0],
        from_tier=ticket.chain.turn,
        unanswered=alert.unanswered,
        because=alert.because,
    )


def _later(teams: Sequence[Team | None], members: Collection[str]) -> tuple[ev.Later, ...]:
    """By which channels those who are alerted are told again, the soonest first."""
    delays = {
        (channel.after, each.member_id)
        for team in teams
        if team
        for each in team.members
        if each.member_id in members
        for channel in each.channels
        if channel.after
    }
    return tuple(ev.Later(member_id, after // timedelta(seconds=1)) for after, member_id in sorted(delays))


def _had_it(teams: Sequence[Team | None], alert: NextAlert, ticket: Ticket) -> Iterator[str]:
    """Who had it last where it comes back to them, if they are in one of these teams."""
    had_it = ticket.chain.last
    comes_back = alert.reason in (AlertReason.REOPENED, AlertReason.UNANSWERED, AlertReason.SNOOZE_OVER)
    if had_it and comes_back and any(team.has(had_it.by) for team in teams if team):
        yield had_it.by


def _corrections(ticket: Ticket, now: datetime) -> Iterator[ev.Corrected]:
    """Breaches that the log records and that, by what has been learned since, were none."""
    if not ticket.breached:
        return
    true = {breach for obligation in ticket.obligations() for breach in obligation.breaches(now)}
    for name, breach in list(ticket.breached.items()):
        if name not in true:
            since = ticket.log[breach.sequence :]
            yield ev.Corrected(
                **_envelope(ticket, now),
                obligation_id=breach.obligation_id,
                metric=breach.metric,
                due_at=breach.due_at,
                corrects=breach.sequence,
                because=tuple(e.sequence for e in since if e.reported and e.occurred_at <= breach.recorded_at),
                customer_was_told=not breach.on_arrival,
            )
