"""The begin and the end of shifts in words, from the same folder of templates as notices about tickets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from tocsin.adapters.messages import DATA_VERSION, in_words
from tocsin.adapters.messages.plain_text import sms_text
from tocsin.adapters.messages.situation import local_time, short_time
from tocsin.domain.notices.message import Message
from tocsin.domain.notices.topics import member_topic
from tocsin.domain.oncall.duty import Duty
from tocsin.domain.oncall.shift_notices import ShiftNotice
from tocsin.domain.oncall.stored_schedule import StoredSchedule
from tocsin.domain.values.instants import format_instant
from tocsin.domain.values.wording import enumerated


class TemplateShiftMessages:
    """`ShiftMessages` from templates; times are those of the schedule's zone."""

    def render(
        self,
        helpdesk_id: str,
        stored: StoredSchedule,
        notice: ShiftNotice,
        notice_id: str,
        duty: Duty,
        before: Collection[str],
        names: Mapping[str, str],
    ) -> Message:
        """See `ShiftMessages.render`."""
        schedule, (kind, member_id) = stored.timetable.schedule, notice
        others = sorted(set(before) - {member_id})
        context = {
            "schedule": schedule,
            "now": duty.now and _named(duty.now.member_id, names),
            "following": duty.following and _named(duty.following.member_id, names),
            "follows_at": duty.following and duty.following.starts_at,
            "until": duty.until,
            "before": enumerated([_named(each, names) for each in others]) if others else None,
            "local": partial(local_time, timezone=schedule.timezone),
            "short": partial(short_time, timezone=schedule.timezone, now=duty.at),
        }
        subject, sms, email = in_words(kind, context)
        return Message(
            topic=member_topic(helpdesk_id, member_id),
            subject=" ".join(subject.split()),
            sms=sms_text(sms),
            email=email,
            data=_data(helpdesk_id, stored.schedule_id, duty)
            | {"notice_id": notice_id, "kind": kind, "recipient": member_id},
            attributes={
                "helpdesk": helpdesk_id,
                "schedule": stored.schedule_id,
                "kind": kind,
                "recipient": member_id,
                "notice_id": notice_id,
            },
        )


def _named(member_id: str, names: Mapping[str, str]) -> str:
    return names.get(member_id, member_id)


def _data(helpdesk_id: str, schedule_id: str, duty: Duty) -> dict[str, Any]:
    """What programs read of who is on call."""
    following = duty.following
    return {
        "version": DATA_VERSION,
        "helpdesk_id": helpdesk_id,
        "schedule_id": schedule_id,
        "on_call": [duty.now.member_id] if duty.now else [],
        "until": _written(duty.until),
        "next": [{"member_id": following.member_id, "starts_at": _written(following.starts_at)}] if following else [],
        "sent_at": _written(duty.at),
    }


def _written(instant: datetime | None) -> str | None:
    return format_instant(instant) if instant else None
