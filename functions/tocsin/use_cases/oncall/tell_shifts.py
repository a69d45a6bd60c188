"""Tell who comes and who goes when a shift of a schedule begins or ends, each once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from tocsin.domain.notices.message import Message
from tocsin.domain.oncall.duty import duty_at
from tocsin.domain.oncall.shift_notices import ShiftNotice, ToldOnCall
from tocsin.domain.values.target import Target, TargetKind
from tocsin.ports.clock import Clock
from tocsin.ports.notices import Mailboxes, Notifier, ShiftMessages
from tocsin.ports.oncall import Schedules, ShiftNotices, Teams

LOOK_AGAIN_AFTER = timedelta(days=300)
"""Where nothing is known to change within a year."""


class ScheduleKey(NamedTuple):
    """Which schedule of which helpdesk."""

    helpdesk_id: str
    schedule_id: str


@dataclass(frozen=True, slots=True)
class ShiftsTold:
    """Notices that were sent, and schedules whose notices could not be."""

    sent: list[tuple[ScheduleKey, ShiftNotice]]
    failed: list[tuple[ScheduleKey, Exception]]


def tell_shifts(
    *,
    shift_notices: ShiftNotices,
    schedules: Schedules,
    teams: Teams,
    messages: ShiftMessages,
    notifier: Notifier,
    mailboxes: Mailboxes,
    clock: Clock,
    until: datetime,
) -> ShiftsTold:
    """Look at every schedule in which a shift has begun or ended, until time is up, by what it says now.

    Delivery is at least once: what SNS took is recorded right after; when that fails, the next call sends it again
    with the same notice id. Whoever is on call when the notices are asked for is not told, since nothing changes then.
    A person who has just been told something else is told by one of the next calls.
    """
    told, now = ShiftsTold([], []), clock.now()
    look = _Look(shift_notices, schedules, teams, messages, notifier, mailboxes, now, told)
    for helpdesk_id, schedule_id in shift_notices.due(now):
        if clock.now() >= until:
            break
        key = ScheduleKey(helpdesk_id, schedule_id)
        try:
            look.at(key)
        except Exception as error:  # noqa: BLE001 - one schedule keeps none of the others from being told of
            told.failed.append((key, error))
    return told


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at the schedules that are due, and what it has told so far."""

    shift_notices: ShiftNotices
    schedules: Schedules
    teams: Teams
    messages: ShiftMessages
    notifier: Notifier
    mailboxes: Mailboxes
    now: datetime
    told: ShiftsTold

    def at(self, key: ScheduleKey) -> None:
        """Tell what is owed of a schedule; whoever was told something within the minute before is told later."""
        stored = self.schedules.get(*key)
        if stored is None or not stored.timetable.schedule.hand_over_notice:
            return  # It was deleted or put without notices a moment ago, and the index still lists it.
        duty = duty_at(stored.timetable, self.now)
        on_call = duty.now.member_id if duty.now else None
        last = self._last_told(key, on_call)
        before, owed, waits = last.members, last.owed(on_call), False
        names = self._names(key) if owed else {}
        for notice in owed:
            notice_id = last.notice_id(*key, notice)
            message = self.messages.render(key.helpdesk_id, stored, notice, notice_id, duty, before, names)
            if not self.mailboxes.admits(message.topic, key.schedule_id, self.now):
                waits = True
                continue
            self._send(message)
            last = last.after(notice)
            self.shift_notices.record(*key, last)
            self.told.sent.append((key, notice))
        if not waits:
            self.shift_notices.look_again(*key, stored.revision, duty.until or duty.at + LOOK_AGAIN_AFTER)

    def _last_told(self, key: ScheduleKey, on_call: str | None) -> ToldOnCall:
        last = self.shift_notices.told(*key)
        if last is None:
            last = ToldOnCall(frozenset({on_call} if on_call else ()))
            self.shift_notices.record(*key, last)
        return last

    def _names(self, key: ScheduleKey) -> dict[str, str]:
        everybody = self.teams.whom(key.helpdesk_id, Target.of(TargetKind.SCHEDULE, key.schedule_id))
        return {member.member_id: member.name for member in (everybody.members if everybody else ())}

    def _send(self, message: Message) -> None:
        try:
            self.notifier.publish(message)
        except Exception:
            self.mailboxes.not_sent(message.topic)
            raise
