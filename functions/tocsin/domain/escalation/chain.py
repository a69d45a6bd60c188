"""The escalation chain: which tier has the ticket, who acknowledged, and whom silence alerts next.

It knows tiers and instants, and nothing of tickets and their events: the fold tells it what happened.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from tocsin.domain.calendars.calendar import Interval
from tocsin.domain.escalation.reasons import AlertReason, Unanswered
from tocsin.domain.escalation.steps import (
    ANONYMOUS,
    Acknowledgement,
    Course,
    Exhaustion,
    FollowUp,
    NextAlert,
    Request,
)

BY_HAND = (AlertReason.ESCALATED, AlertReason.DE_ESCALATED)


class Chain:
    """Tiers in order; whoever takes the ticket stops the chain, silence moves it on, the last tier is repeated.

    While the ticket waits for the customer or a vendor the chain is silent, and its clock stands.
    """

    __slots__ = (
        "acknowledged",
        "again",
        "alerted_at",
        "asked",
        "attempt",
        "confirmed",
        "declined",
        "everybody_declined",
        "exhausted",
        "last",
        "later",
        "needed",
        "pauses",
        "reached",
        "requested",
        "rounds",
        "snoozed_until",
        "tier",
    )

    def __init__(self, opened_at: datetime) -> None:
        self.tier: int | None = None
        """The tier that was alerted last; None before the first alert."""
        self.attempt = 0
        self.alerted_at = opened_at
        self.reached = True
        self.asked: Collection[str] = ()
        """Who of the tier was alerted last."""
        self.later: list[FollowUp] = []
        """By which channels they are told again unless they acknowledge."""
        self.declined: dict[str, int] = {}
        """Who is not to be alerted again, each with the tier for which they declined."""
        self.everybody_declined = False
        """Whether that is why the last alert reached nobody."""
        self.needed = 1
        """How many of the tier that was alerted last have to acknowledge before anybody has the ticket."""
        self.confirmed: list[str] = []
        """Who of them has, while that is too few."""
        self.acknowledged: Acknowledgement | None = None
        """Who has the ticket."""
        self.snoozed_until: datetime | None = None
        """When the tier of whoever has the ticket is alerted again, since they have put it off."""
        self.last: Acknowledgement | None = None
        """Who of the tier whose turn it is had it last, though it may have been asked for again since."""
        self.pauses: list[Interval] = []
        """When the ticket waited for somebody else, since the last alert."""
        self.again = False
        """Whether it was the same tier's turn again, since it had not resolved it in time."""
        self.exhausted = False
        self.rounds = 0
        """How often the chain has begun again since its last tier was silent."""
        self.requested: Request | None = Request(1, opened_at, 1, AlertReason.OPENED)

    def alerted(
        self,
        tier: int,
        attempt: int,
        at: datetime,
        sequence: int,
        *,
        reached: bool,
        reason: AlertReason,
        unanswered: Unanswered | None = None,
        asked: Collection[str] = (),
        later: Iterable[tuple[str, int]] = (),
        everybody_declined: bool = False,
        needed_of: Callable[[int], int] = lambda _people: 1,
    ) -> None:
        """A tier was alerted by the event with that sequence; `reached` says whether anybody could be, `asked` who was.

        `later` are those whom further channels tell so many seconds later, unless they acknowledge.

        `needed_of` says how many of so many people have to acknowledge.

        `unanswered` is what the customer waited for then, by all that is known now: where somebody had answered by
        then, of which we learned after the alert, whoever has the ticket keeps it.
        """
        if reason is AlertReason.NOT_RESOLVED:
            self.again = tier == self.turn
        self.rounds += reason is AlertReason.REPEATED
        neglected = reason is AlertReason.UNANSWERED and self._neglects(unanswered, at)
        if tier != self.tier:
            self.confirmed = []
        self.needed = needed_of(len({*asked, *self.confirmed}))
        self.tier, self.attempt, self.alerted_at, self.reached = tier, attempt, at, reached
        self.exhausted, self.asked, self.everybody_declined = False, asked, everybody_declined
        self.later = [FollowUp(at + timedelta(seconds=after), who, after, sequence) for who, after in later]
        self.declined = {who: of_tier for who, of_tier in self.declined.items() if of_tier == tier}
        self.pauses = [pause for pause in self.pauses if pause.end is None]
        slept = reason is AlertReason.SNOOZE_OVER and self.snoozed_until is not None and self.snoozed_until <= at
        if reason is AlertReason.NOT_RESOLVED or neglected or slept:
            self.acknowledged = self.snoozed_until = None  # It is that tier's turn to acknowledge.
        if self.acknowledged is None and self.last and self.last.tier != tier:
            self.last = None
        # What was asked for before this alert, but learned of after it, is still to be done. After somebody declined
        # it is done: this was the next one.
        wanted = self.requested
        if wanted and (sequence > wanted.sequence or tier == wanted.tier or wanted.reason is AlertReason.DECLINED):
            self.requested = None

    @property
    def turn(self) -> int | None:
        """The tier that has the ticket: that of whoever took it, else the one that was alerted last."""
        return self.acknowledged.tier if self.acknowledged else self.tier

    def take(self, by: str, at: datetime, sequence: int, tier: int | None = None) -> bool:
        """Somebody took it, from whoever had it: whether that is news.

        They take it for their own `tier`; who is in none takes it for the one that was alerted last. A report that
        does not say who took it takes it from nobody.
        """
        if self.acknowledged and by == ANONYMOUS:
            return False
        self.snoozed_until = None
        if self.acknowledged and by == self.acknowledged.by:
            return False
        before = replace(self.acknowledged, taken_from=None) if self.acknowledged else None
        self.acknowledged = self.last = Acknowledgement(by, at, tier or self.tier or 1, sequence, before)
        self.requested, self.exhausted = None, self.exhausted and self.again
        self.declined.pop(by, None)
        self.confirmed = []
        return True

    def confirm(self, by: str, tier: int | None) -> bool:
        """Somebody of the tier that was alerted acknowledges: whether that is enough, so that they have it."""
        if self.acknowledged or self.needed == 1 or by == ANONYMOUS or tier not in (None, self.tier):
            return True
        if by not in self.confirmed:
            self.confirmed.append(by)
        return len(self.confirmed) >= self.needed

    def give_back(self, at: datetime, sequence: int) -> None:
        """Whoever has it gives it back, and their tier has to acknowledge again."""
        if self.acknowledged is not None:
            self.request(self.acknowledged.tier, at, sequence, AlertReason.GIVEN_BACK)

    def snooze(self, by: str, until: datetime) -> None:
        """Whoever has it puts it off until then."""
        if self.acknowledged and self.acknowledged.by == by:
            self.snoozed_until = until

    def decline(self, by: str, at: datetime, sequence: int) -> None:
        """Somebody who has it, or who is asked while nobody has it, declines: the next one is alerted at once."""
        has_it = self.acknowledged is not None and self.acknowledged.by == by
        if not has_it and not self.asks(by):
            return
        tier = self.turn or 1
        self.declined[by] = tier
        if self.last and self.last.by == by:
            self.last = None
        if has_it or (self.requested is None and not self.exhausted):
            self.request(tier, at, sequence, AlertReason.DECLINED)

    def not_asked_again(self, tier: int) -> Collection[str]:
        """Who is not alerted when that tier is: they have declined, or acknowledged while that is too few."""
        confirmed = self.confirmed if tier == self.tier else []
        return frozenset([*confirmed, *(who for who, of_tier in self.declined.items() if of_tier == tier)])

    def asks(self, member_id: str) -> bool:
        """Whether it is that person's turn to acknowledge."""
        answered = member_id in self.declined or member_id in self.confirmed
        return not self.acknowledged and member_id in self.asked and not answered

    def follow_ups(self) -> Iterator[FollowUp]:
        """What is still to be told by further channels, of those whose turn it is to acknowledge."""
        if not self.paused:
            yield from (each for each in self.later if self.asks(each.member))

    def followed_up(self, member: str, after: int, alert: int) -> None:
        """Somebody was told by their further channels."""
        self.later = [each for each in self.later if each[1:] != (member, after, alert)]

    def raise_priority(self, at: datetime, sequence: int) -> None:
        """It has become more urgent: the tier whose turn it is hears of it, and the first one where all were silent.

        Whoever has the ticket is told otherwise, and a tier that is still to be alerted is alerted anyway.
        """
        if self.tier and not self.acknowledged and not self.requested:
            self.request(1 if self.exhausted else self.tier, at, sequence, AlertReason.PRIORITY_RAISED)

    def has_reached(self, tier: int) -> bool:
        """Whether that tier or a later one was alerted already since the chain began, or is to be."""
        return max(self.tier or 0, self.requested.tier if self.requested else 0) >= tier

    def pause(self, at: datetime) -> None:
        """Be silent: the ticket waits for the customer or a vendor."""
        self.pauses.append(Interval(at, None))

    def resume(self, at: datetime) -> None:
        """Go on where it stood."""
        if self.paused:
            self.pauses[-1] = Interval(self.pauses[-1].start, at)

    @property
    def paused(self) -> bool:
        """Whether the ticket waits for somebody else."""
        return bool(self.pauses) and self.pauses[-1].end is None

    def request(self, tier: int, at: datetime, sequence: int, reason: AlertReason, because: str | None = None) -> None:
        """Somebody asked for a tier, or the ticket was reopened: that tier is alerted and has to acknowledge."""
        self.requested, self.acknowledged, self.exhausted = Request(tier, at, sequence, reason, because), None, False
        self.attempt, self.again, self.rounds, self.snoozed_until = 0, False, 0, None
        if reason is AlertReason.REOPENED:
            self.declined = {}
        if reason not in (AlertReason.DECLINED, AlertReason.PRIORITY_RAISED):
            self.confirmed = []

    def next_step(
        self,
        course: Course,
        resolve_by: datetime | None,
        unanswered: Unanswered | None = None,
    ) -> NextAlert | Exhaustion | None:
        """The next step of the chain, or None when it has stopped.

        `resolve_by` is until when the tier that has the ticket is given to resolve it, `unanswered` what the customer
        waits for.
        """
        if self.requested and self.requested.reason in BY_HAND:
            # A person who escalates wants somebody now, whatever the hours and whoever is waited for.
            return NextAlert(self.requested.at, self.requested.tier, 1, self.requested.reason)
        if self.paused:
            return None
        if self.requested:
            return self._as_requested(self.requested, course)
        if self.acknowledged:
            steps = self._while_held(self.acknowledged, resolve_by, unanswered, course)
            return min(steps, key=lambda step: step.at, default=None)
        return self._unacknowledged(self.tier, course) if self.tier and not self.exhausted else None

    def acknowledge_by(self, course: Course) -> datetime | None:
        """Until when the tier that was alerted last has to acknowledge; None where it need not, or while it waits."""
        if self.tier is None or self.acknowledged:
            return None
        tier = course.policy.tier(self.tier)
        return course.hours_of(tier).deadline(self.alerted_at, tier.acknowledge_within, self.pauses)

    def _neglects(self, unanswered: Unanswered | None, at: datetime) -> bool:
        """Whether by then the answer has fallen due to whoever has the ticket; who takes it later knows of it."""
        if unanswered is None or self.acknowledged is None:
            return False
        return self.acknowledged.at < unanswered.due_at and max(unanswered.wrote_at, unanswered.due_at) <= at

    def _while_held(
        self,
        taken: Acknowledgement,
        resolve_by: datetime | None,
        unanswered: Unanswered | None,
        course: Course,
    ) -> Iterator[NextAlert | Exhaustion]:
        """What breaks the silence that whoever has the ticket is granted."""
        if unanswered is not None:
            neglected_at = max(unanswered.wrote_at, unanswered.due_at)
            if self._neglects(unanswered, neglected_at):
                at, first = course.open_from(taken.tier, self._after_pauses(neglected_at))
                yield NextAlert(at, first, 1, AlertReason.UNANSWERED, unanswered)
        if self.snoozed_until is not None:
            at, first = course.open_from(taken.tier, self._after_pauses(self.snoozed_until))
            yield NextAlert(at, first, 1, AlertReason.SNOOZE_OVER)
        # Whoever takes it when that time is up already does not lose it at once.
        if resolve_by is not None and taken.at < resolve_by and not self.exhausted:
            yield self._unresolved(taken.tier, resolve_by, course)

    def _after_pauses(self, at: datetime) -> datetime:
        return max([at, *(pause.end for pause in self.pauses if pause.end)])

    def _as_requested(self, wanted: Request, course: Course) -> NextAlert:
        at, tier = course.open_from(wanted.tier, self._after_pauses(wanted.at))
        closed = any(course.is_for(course.policy.tier(number)) for number in range(wanted.tier, tier))
        reason = AlertReason.TIER_CLOSED if closed and wanted.because is None else wanted.reason
        return NextAlert(at, tier, 1, reason, because=wanted.because)

    def _unresolved(self, tier: int, resolve_by: datetime, course: Course) -> NextAlert | Exhaustion:
        """The next tier is alerted; the last one is alerted once more, and then all are told."""
        if tier < course.policy.last:
            at, following = course.open_from(tier + 1, resolve_by)
            return NextAlert(at, following, 1, AlertReason.NOT_RESOLVED)
        if self.again:
            return Exhaustion(resolve_by, self.attempt, unresolved=True)
        return NextAlert(course.hours(tier).next_opening(resolve_by), tier, 1, AlertReason.NOT_RESOLVED)

    def _unacknowledged(self, tier: int, course: Course) -> NextAlert | Exhaustion:
        policy, last = course.policy, tier >= course.policy.last
        repeated = self.attempt > (policy.repeat.times if policy.repeat else policy.repeat_last_tier)
        silent_at = self.alerted_at
        if self.reached or last:  # An alert that reached nobody is not waited for, unless it was the last resort.
            silent_at = self.acknowledge_by(course) or self.alerted_at
        again = NextAlert(silent_at, tier, self.attempt + 1, AlertReason.NOT_ACKNOWLEDGED)
        if last and self.everybody_declined:
            return Exhaustion(self.alerted_at, self.attempt, declined=True)
        if last:
            if policy.repeat is None:
                return Exhaustion(silent_at, self.attempt) if repeated else again
            if self.rounds >= policy.repeat.times:
                return Exhaustion(silent_at, self.attempt)
            at, first = course.open_from(policy.repeat.from_tier, silent_at)
            return NextAlert(at, first, 1, AlertReason.REPEATED)
        at, following = course.open_from(tier + 1, silent_at)
        waits = at > silent_at and policy.tier(following).when_closed == "next"
        if waits and self.reached and not repeated and course.hours(tier).is_open(silent_at):
            return again  # All others are closed.
        return NextAlert(at, following, 1, self._why_silent)

    @property
    def _why_silent(self) -> AlertReason:
        if self.reached:
            return AlertReason.NOT_ACKNOWLEDGED
        return AlertReason.DECLINED if self.everybody_declined else AlertReason.NOT_REACHED
