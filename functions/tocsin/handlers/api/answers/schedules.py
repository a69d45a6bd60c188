"""Answers about schedules: who is on call when, overrides, gaps."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pydantic import Field

from tocsin.domain.oncall.duty import Duty, Outlook
from tocsin.domain.oncall.fairness import Fairness
from tocsin.domain.oncall.override import KeptOverride
from tocsin.domain.oncall.schedule import Schedule
from tocsin.domain.oncall.stored_schedule import StoredSchedule
from tocsin.domain.oncall.timetable import Shift
from tocsin.domain.values.instants import format_instant
from tocsin.handlers.api.answers.model import AnswerModel, InstantText
from tocsin.use_cases.oncall.read_shifts import Shifts


class ScheduleId(AnswerModel):
    """Which schedule."""

    schedule_id: str


class ScheduleDocumentView(Schedule, ScheduleId):
    """A schedule as it was put."""


class SchedulePage(AnswerModel):
    """Part of the list of schedules."""

    schedules: list[ScheduleDocumentView]
    next_cursor: str | None


class GapView(AnswerModel):
    """A time in which nobody is on call."""

    starts_at: InstantText
    ends_at: InstantText


class DoubleDutyView(AnswerModel):
    """A time in which somebody is on call by another schedule too."""

    member_id: str
    schedule_id: str = Field(description="the other one")
    starts_at: InstantText
    ends_at: InstantText


class ScheduleView(Schedule, ScheduleId):
    """A schedule as it was put, and what is amiss with it in the next 90 days."""

    reported_until: InstantText
    gaps: list[GapView]
    double_duty: list[DoubleDutyView]


class NextOnCall(AnswerModel):
    """Who is on call next, and from when on."""

    member_id: str
    starts_at: InstantText


class ScheduleOnCallView(ScheduleId):
    """Who is on call by a schedule at an instant."""

    at: InstantText
    on_call: list[str] = Field(description="empty while nobody is")
    until: InstantText | None = Field(description="null where nothing changes within a year")
    layer: str | None = Field(description="null for nobody and for an override")
    override_id: str | None = Field(description="null unless somebody stands in")
    next: list[NextOnCall] = Field(description="empty where nobody is known to follow within a year")


class ShiftView(AnswerModel):
    """Somebody is on call without interruption."""

    member_id: str
    starts_at: InstantText
    ends_at: InstantText
    layer: str | None
    override_id: str | None


class LayerShiftsView(AnswerModel):
    """The turns of a layer, whatever covers it."""

    name: str
    shifts: list[ShiftView]


class ShiftsView(ScheduleId):
    """Who is on call when: shifts and gaps fill the time."""

    starts_at: InstantText = Field(alias="from")
    until: InstantText
    shifts: list[ShiftView]
    gaps: list[GapView]
    layers: list[LayerShiftsView]


class ShareView(AnswerModel):
    """Somebody's part of the duty, in hours."""

    member_id: str
    hours: float
    night_hours: float = Field(description="of them, from 22:00 to 06:00 by the schedule's clock")
    weekend_hours: float = Field(description="of them, on Saturdays and Sundays by the schedule's clock")
    shifts: int = Field(description="turns of one person that follow each other are one")
    pages: int = Field(description="alerts of tiers and calls for help, of all teams and schedules")
    night_pages: int
    weekend_pages: int
    passed_over: int = Field(description="how often they were spared: they had been paged often enough that night")


class FairnessView(ScheduleId):
    """How duty is shared in a period: the hours of all and those of nobody are as many as it has."""

    starts_at: InstantText = Field(alias="from")
    until: InstantText
    shares: list[ShareView] = Field(description="those with the most hours first")
    hours_of_nobody: float


class TakenBackView(AnswerModel):
    """When an override was taken back, and by whom if they said so."""

    at: InstantText
    by: str | None


class OverrideView(AnswerModel):
    """Somebody stands in, or was to and was taken back."""

    override_id: str
    member_id: str
    starts_at: InstantText
    ends_at: InstantText
    reason: str
    by: str | None
    made_at: InstantText
    taken_back: TakenBackView | None


class OverridesView(ScheduleId):
    """Overrides of a schedule in order."""

    overrides: list[OverrideView]


def document_view(stored: StoredSchedule) -> ScheduleDocumentView:
    """A schedule as it was put."""
    return ScheduleDocumentView.model_validate(_document(stored))


def schedule_view(stored: StoredSchedule, outlook: Outlook) -> ScheduleView:
    """A schedule with what is amiss with it."""
    return ScheduleView.model_validate({**_document(stored), **amiss_fields(outlook)})


def amiss_fields(outlook: Outlook) -> dict[str, Any]:
    """The fields in which views tell what is amiss."""
    double_duty = [
        DoubleDutyView(
            member_id=each.member_id, schedule_id=each.schedule_id, **stretch_fields(each.starts_at, each.ends_at)
        )
        for each in outlook.double_duty
    ]
    return {
        "reported_until": format_instant(outlook.end),
        "gaps": [GapView(**stretch_fields(*gap)) for gap in outlook.gaps],
        "double_duty": double_duty,
    }


def on_call_view(schedule_id: str, duty: Duty) -> ScheduleOnCallView:
    """Who is on call, until when, and who is next."""
    now, following = duty.now, duty.following
    coming = [following] if following else []
    return ScheduleOnCallView(
        schedule_id=schedule_id,
        at=format_instant(duty.at),
        on_call=[now.member_id] if now else [],
        until=format_instant(duty.until) if duty.until else None,
        layer=now.layer if now else None,
        override_id=now.override_id if now else None,
        next=[NextOnCall(member_id=each.member_id, starts_at=format_instant(each.starts_at)) for each in coming],
    )


def shifts_view(schedule_id: str, found: Shifts) -> ShiftsView:
    """All shifts, and what nobody covers."""
    return ShiftsView(
        schedule_id=schedule_id,
        starts_at=format_instant(found.start),
        until=format_instant(found.end),
        shifts=[shift_view(each) for each in found.final],
        gaps=[GapView(**stretch_fields(*gap)) for gap in found.gaps],
        layers=[LayerShiftsView(name=name, shifts=list(map(shift_view, own))) for name, own in found.by_layer.items()],
    )


def fairness_view(schedule_id: str, start: datetime, end: datetime, found: Fairness) -> FairnessView:
    """Everybody's share, in hours."""
    return FairnessView(
        schedule_id=schedule_id,
        starts_at=format_instant(start),
        until=format_instant(end),
        shares=[
            ShareView(
                member_id=each.member_id,
                hours=_hours(each.on_call),
                night_hours=_hours(each.at_night),
                weekend_hours=_hours(each.at_weekends),
                shifts=each.shifts,
                pages=each.paged.times,
                night_pages=each.paged.at_night,
                weekend_pages=each.paged.at_weekends,
                passed_over=each.paged.passed_over,
            )
            for each in found.shares
        ],
        hours_of_nobody=_hours(found.nobody),
    )


def _hours(time: timedelta) -> float:
    return round(time / timedelta(hours=1), 4)


def override_view(kept: KeptOverride) -> OverrideView:
    """An override as it is kept."""
    taken_back = kept.taken_back
    return OverrideView(
        override_id=kept.override_id,
        member_id=kept.member_id,
        reason=kept.reason,
        by=kept.by,
        made_at=format_instant(kept.made_at),
        taken_back=TakenBackView(at=format_instant(taken_back.at), by=taken_back.by) if taken_back else None,
        **stretch_fields(kept.starts_at, kept.ends_at),
    )


def _document(stored: StoredSchedule) -> dict[str, Any]:
    document = stored.timetable.schedule.model_dump(mode="json", exclude_none=True)
    return {"schedule_id": stored.schedule_id, **document}


def shift_view(shift: Shift) -> ShiftView:
    """A shift, with what put its person on call."""
    stretch = stretch_fields(shift.starts_at, shift.ends_at)
    return ShiftView(member_id=shift.member_id, layer=shift.layer, override_id=shift.override_id, **stretch)


def stretch_fields(starts_at: datetime, ends_at: datetime) -> dict[str, str]:
    """The fields in which views tell from when to when."""
    return {"starts_at": format_instant(starts_at), "ends_at": format_instant(ends_at)}
