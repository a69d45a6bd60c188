"""Who hears of what: the notices that events call for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from tocsin.domain.assessment.alerted import spare
from tocsin.domain.assessment.recipients import Recipients, about_alert, in_way
from tocsin.domain.assessment.roster import Roster, is_in, team_of
from tocsin.domain.contracts.metrics import Metric
from tocsin.domain.escalation.reasons import AlertReason
from tocsin.domain.escalation.steps import Acknowledgement
from tocsin.domain.notices.notice import (
    ALERTS,
    AboutDeadline,
    AboutEscalation,
    AboutExhaustion,
    AboutExpectedBreach,
    AboutHolder,
    AboutNotReached,
    AboutTicket,
    AboutTrigger,
    Audience,
    Notice,
    NoticeKind,
)
from tocsin.domain.tickets import events as ev
from tocsin.domain.tickets.events import AnyEvent, Event
from tocsin.domain.tickets.obligation import named_for
from tocsin.domain.tickets.ticket import Ticket
from tocsin.domain.values.channels import Way
from tocsin.domain.values.reaching import NotReached
from tocsin.domain.values.target import Target, TargetKind


def owed(ticket: Ticket, roster: Roster, now: datetime) -> list[Notice]:
    """The notices that the events after `ticket.notified_through` call for and that are not recorded yet."""
    rules = _Rules(ticket, roster, now)
    notices: dict[str, Notice] = {}
    for event in ticket.log[ticket.notified_through :]:  # The first event has sequence number 1.
        for notice in rules.of(event):
            if notice.notice_id not in ticket.told and notice.notice_id not in notices:
                notices[notice.notice_id] = notice
                rules.told.append(notice)
    # An alert explains whatever else is told with it, so it goes out first.
    return sorted(notices.values(), key=lambda notice: notice.kind is not NoticeKind.TIER_ALERT)


class _Rules(Recipients):
    """The rules see the ticket after the events, and whoever is on call now."""

    def of(self, event: AnyEvent) -> Iterator[Notice]:  # noqa: C901, PLR0912 - a line per kind of event
        """What one event calls for; most call for nothing."""
        match event:
            case (
                ev.NoticesRecorded()
                | ev.NoticesQueued()
                | ev.NoticesSent()
                | ev.NoticesFailed()
                | ev.Pended()
                | ev.Resumed()
                | ev.AgentNoted()
            ):
                pass  # Most of a log, so they come first.
            case ev.Opened():
                yield self._to_customer(NoticeKind.CUSTOMER_RECEIPT, event)
            case ev.TierAlerted():
                yield from self._tier_alerted(event)
            case ev.AlertFollowedUp():
                yield from self._followed_up(event)
            case ev.TriggerFired():
                if event.beside:
                    yield from self._called_in(event.beside, event, AboutTrigger(event.because))
            case ev.EscalationExhausted():
                yield from self._exhausted(event)
            case ev.Acknowledged() | ev.Snoozed() | ev.Assigned():
                yield from self._taken(event)
            case ev.AgentReplied():
                yield from self._taken(event)
                yield from self._resolved(event)
            case ev.CustomerReplied():
                if self.ticket.replied_after_end == event.sequence:
                    yield from self._to_those_in_charge(NoticeKind.REPLY_RECEIVED, event, AboutTicket())
            case ev.PriorityChanged() | ev.AttributesChanged():
                if self.ticket.raised_by == event.sequence and not self.ticket.over:
                    yield from self._to_those_in_charge(NoticeKind.PRIORITY_RAISED, event, AboutTicket())
            case ev.Merged() | ev.Deleted():
                if self.ticket.withdrawn_by == event.sequence:
                    for audience, recipient in self._who_was_told(*ALERTS):
                        yield self._notice(NoticeKind.WITHDRAWN, audience, recipient, event, AboutTicket())
            case ev.Warned():
                yield from self._warned(event)
            case ev.Breached():
                yield from self._breached(event)
            case ev.BreachExpected() | ev.BreachForecast():
                yield from self._breach_expected(event)
            case ev.Corrected():
                yield from self._corrected(event)
            case ev.Resolved():
                yield from self._resolved(event)
            case ev.Escalated(to=Target() as target):
                about = AboutTrigger(event.reason or "somebody asked for it")
                yield from self._called_in(target, event, about)
            case ev.Escalated() | ev.Unacknowledged() | ev.Declined() | ev.Reopened():
                pass  # The tier that is alerted hears of it.
            case ev.CustomerNotified() | ev.DueDateSet() | ev.ContractChanged() | ev.Closed() | ev.ReviewFiled():
                pass
            case ev.Concluded() | ev.Settled() | ev.Continued() | ev.Rearmed() | ev.Unrecognized():
                pass
            case _:
                assert_never(event)

    def _tier_alerted(self, event: ev.TierAlerted) -> Iterator[Notice]:
        about = about_alert(event)
        if event.not_reached is not NotReached.EVERYBODY_DECLINED:
            yield from self._to_teams(NoticeKind.TIER_ALERT, event.whom, event, about, tier=event.tier)
        to = self._to_members(NoticeKind.TIER_ALERT, event.members, event, about, tier=event.tier, of=event.whom)
        yield from to
        if event.from_tier and event.from_tier != event.tier:
            whom, went_on = self.ticket.policy.tier(event.from_tier).whom, AboutEscalation(event.team)
            yield from self._to_teams(NoticeKind.ESCALATION, whom, event, went_on, tier=event.tier)
            others = self._alerted_without_a_team(event.from_tier) - {*event.members}
            yield from self._to_members(NoticeKind.ESCALATION, sorted(others), event, went_on, tier=event.tier)
        owner = self.contract.escalation.owner
        if owner and event.not_reached and event.not_reached is not NotReached.EVERYBODY_DECLINED:
            # Once for each tier until the ticket is reopened, however often it is alerted in vain.
            name = f"not reached#{event.tier}#{self.ticket.reopened_by}"
            about_it = AboutNotReached(event.tier, event.not_reached)
            yield from self._to_target_and_on_call(NoticeKind.TIER_NOT_REACHED, Target(owner), event, about_it, name)

    def _followed_up(self, event: ev.AlertFollowedUp) -> Iterator[Notice]:
        """The alert once more, by the channels that are used after a while."""
        alerts = (each for each in self.ticket.log if each.sequence == event.alert and isinstance(each, ev.TierAlerted))
        for alert in alerts:
            about, way = about_alert(alert), Way.after(timedelta(seconds=event.after))
            for notice in self._to_members(NoticeKind.TIER_ALERT, [event.member], event, about, tier=alert.tier):
                yield in_way(notice, way)

    def _called_in(self, target: Target, event: Event, about: AboutTrigger) -> Iterator[Notice]:
        """Who has been paged often enough in this night is spared here as well, as long as there is somebody else."""
        team = self.roster(target)
        members, _ = spare(team, team.on_call_at(self.now), (), self.ticket, self.now) if team else ((), ())
        yield from self._to_teams(NoticeKind.FUNCTIONAL_ESCALATION, [target], event, about)
        yield from self._to_members(NoticeKind.FUNCTIONAL_ESCALATION, members, event, about, of=[target])

    def _alerted_without_a_team(self, tier: int) -> set[str]:
        """Whoever of a tier was alerted by a schedule or in person: no team's topic tells them what became of it."""
        targets = [target for target in self.ticket.policy.tier(tier).whom if target.kind is not TargetKind.TEAM]
        alerted = {each.recipient for each in self.told if each.kind is NoticeKind.TIER_ALERT and each.tier == tier}
        return {member for member in alerted if any(is_in(member, target, self.roster) for target in targets)}

    def _exhausted(self, event: ev.EscalationExhausted) -> Iterator[Notice]:
        """The owner first: who is also in a tier is told once, as the owner."""
        kind, owner, policy = NoticeKind.ESCALATION_EXHAUSTED, self.contract.escalation.owner, self.ticket.policy
        about = AboutExhaustion(event.unresolved, declined=event.declined)
        if policy.when_used_up == "hold":
            return
        if policy.extra_target:
            yield from self._to_target_and_on_call(kind, policy.extra_target, event, about)
        if owner:
            yield from self._to_target_and_on_call(kind, Target(owner), event, replace(about, to_owner=True))
        if policy.when_used_up == "tell_owner":
            return
        for target in dict.fromkeys(target for tier in policy.tiers for target in tier.whom):
            yield from self._to_target_and_on_call(kind, target, event, about)

    def _taken(self, event: Event) -> Iterator[Notice]:
        """Everybody else who was alerted hears who has it, whoever had it before and whoever is given it do as well."""
        taken = self.ticket.chain.acknowledged
        if not taken or (taken.sequence != event.sequence and not self._alerted_in_vain(taken, event)):
            return
        about = AboutHolder(team_of(taken, self.ticket, self.roster), taken.by)
        others = self._who_was_told(*ALERTS)
        if taken.taken_from and self._in_its_team(taken.taken_from):
            others.setdefault((Audience.MEMBER, taken.taken_from.by))
        others.pop((Audience.MEMBER, taken.by), None)
        for audience, recipient in others:
            yield self._notice(NoticeKind.HANDOVER, audience, recipient, event, about, tier=taken.tier)
        if event.actor.id != taken.by and self._in_its_team(taken):
            team = [Target(about.team)]
            yield from self._to_members(NoticeKind.ASSIGNMENT, [taken.by], event, about, tier=taken.tier, of=team)
        if about.team != self._team_that_the_customer_knows() and not self.ticket.over:
            yield self._to_customer(NoticeKind.CUSTOMER_UPDATE, event, about, tier=taken.tier)

    def _alerted_in_vain(self, taken: Acknowledgement, event: Event) -> bool:
        """Whether this is their answer from before an alert for want of it: they have had the ticket all along."""
        return taken.by == event.actor.id and any(
            each.reason is AlertReason.UNANSWERED and each.sequence < event.sequence
            for each in self.ticket.log
            if isinstance(each, ev.TierAlerted) and taken.at <= event.occurred_at <= each.occurred_at
        )

    def _who_was_told(self, *kinds: NoticeKind) -> dict[tuple[Audience, str], None]:
        """Whoever was told something of these kinds, each once, in order."""
        return dict.fromkeys((each.audience, each.recipient) for each in self.told if each.kind in kinds)

    def _team_that_the_customer_knows(self) -> str:
        updates = [each.about.team for each in self.told if isinstance(each.about, AboutHolder) and _to_customer(each)]
        return updates[-1] if updates else self.ticket.policy.tier(1).whom[0]

    def _warned(self, event: ev.Warned) -> Iterator[Notice]:
        if event.on_arrival:
            yield from self._late_on_arrival(event)
        else:
            kind = NoticeKind.of(self._metric(event).warning_notice)
            about = AboutDeadline(event.obligation_id, event.metric, event.due_at, event.threshold)
            yield from self._about_metric(kind, event, about)

    def _breached(self, event: ev.Breached) -> Iterator[Notice]:
        metric, again = self._metric(event), self._found_again(event)
        if event.on_arrival:
            yield from self._late_on_arrival(event)
            return
        kind = NoticeKind.of(metric.breach_notice)
        overdue = "overdue" if kind is NoticeKind.REVIEW_DUE else None
        about = AboutDeadline(event.obligation_id + again, event.metric, event.due_at, overdue)
        yield from self._about_metric(kind, event, about)
        if metric.customer_hears_of_breach:
            yield self._to_customer(NoticeKind.CUSTOMER_BREACH, event, about)

    def _breach_expected(self, event: ev.BreachExpected | ev.BreachForecast) -> Iterator[Notice]:
        """The customer, and whoever is in charge unless they said so themselves; once for each deadline."""
        if event.due_at is None:
            return
        expected_at = event.expected_at if isinstance(event, ev.BreachExpected) else None
        about = AboutExpectedBreach(event.obligation_id, event.metric, event.due_at, expected_at)
        taken = self.ticket.chain.acknowledged
        if not self.ticket.over and not (taken and taken.by == event.actor.id):
            yield from self._to_those_in_charge(NoticeKind.BREACH_EXPECTED, event, about)
        yield self._to_customer(NoticeKind.CUSTOMER_BREACH_EXPECTED, event, about)

    def _corrected(self, event: ev.Corrected) -> Iterator[Notice]:
        # Named for the breach that it takes back, which may come true again and be taken back again.
        about = AboutDeadline(f"{event.obligation_id}@{event.corrects}", event.metric, event.due_at)
        for audience, recipient in self._who_heard_of(event.corrects):
            yield self._notice(NoticeKind.CORRECTION, audience, recipient, event, about)
        if event.customer_was_told and self._metric(event).customer_hears_of_breach:
            yield self._to_customer(NoticeKind.CUSTOMER_CORRECTION, event, about)

    def _who_heard_of(self, sequence: int) -> dict[tuple[Audience, str], None]:
        """Whoever of the provider's was told of a breach: for itself, or as one of what was late on arrival."""
        breach = next((event for event in self.ticket.log if event.sequence == sequence), None)
        if breach is None:
            return {}  # Asked for what is true as of an instant at which it had not fallen due.
        name = self._arrival(breach) if isinstance(breach, ev.Breached) and breach.on_arrival else None
        return dict.fromkeys(
            (each.audience, each.recipient)
            for each in self.told
            if each.audience is not Audience.CUSTOMER and (each.because == sequence or self._is_of(each, breach, name))
        )

    def _is_of(self, told: Notice, breach: Event, arrival: str | None) -> bool:
        """Whether a notice is the one of all that was late on that arrival."""
        if told.kind is not NoticeKind.LATE_ON_ARRIVAL or arrival is None:
            return False
        same = self._notice(told.kind, told.audience, told.recipient, breach, told.about, arrival)
        return same.notice_id == told.notice_id

    def _resolved(self, event: Event) -> Iterator[Notice]:
        if self.ticket.resolved_by == event.sequence:
            # Named for the reopening before it: a resolution that is reported twice is told once.
            name = f"after#{self.ticket.reopened_by}"
            yield self._to_customer(NoticeKind.CUSTOMER_RESOLUTION, event, name=name)

    def _late_on_arrival(self, event: ev.Warned | ev.Breached) -> Iterator[Notice]:
        yield from self._to_those_in_charge(NoticeKind.LATE_ON_ARRIVAL, event, AboutTicket(), self._arrival(event))

    def _arrival(self, event: ev.Warned | ev.Breached) -> str:
        """Names the change that made it late, whatever else was late with it: one notice, no burst."""
        again = self._found_again(event) if isinstance(event, ev.Breached) else ""
        return f"arrival#{named_for(event.obligation_id)}{again}"

    def _about_metric(self, kind: NoticeKind, event: Event, about: AboutDeadline) -> Iterator[Notice]:
        review = self.contract.review
        if kind is not NoticeKind.REVIEW_DUE:
            yield from self._to_those_in_charge(kind, event, about)
        elif review is not None:
            yield from self._to_target_and_on_call(kind, Target(review.team), event, about)

    def _metric(self, event: ev.AboutObligation) -> Metric:
        return self.contract.metric(event.metric)

    def _found_again(self, breach: ev.Breached) -> str:
        """What tells a breach that was taken back and has come true again from the first: what took it back."""
        corrections = [
            event.sequence
            for event in self.ticket.log[: breach.sequence]
            if isinstance(event, ev.Corrected)
            and (event.obligation_id, event.due_at) == (breach.obligation_id, breach.due_at)
        ]
        return f"@{corrections[-1]}" if corrections else ""


def _to_customer(notice: Notice) -> bool:
    return notice.audience is Audience.CUSTOMER
