"""Answers about imports of another system's on-call calendar."""

from __future__ import annotations

from tocsin.domain.oncall.timetable import Shift
from tocsin.handlers.api.answers.model import AnswerModel, InstantText
from tocsin.handlers.api.answers.schedules import (
    DoubleDutyView,
    GapView,
    ScheduleId,
    ShiftView,
    amiss_fields,
    shift_view,
    stretch_fields,
)
from tocsin.use_cases.oncall.import_shifts import ImportedShifts


class CoveredView(AnswerModel):
    """Somebody is on call by the calendar, and somebody else too, who is on call instead: theirs began later."""

    member_id: str
    by_member_id: str
    starts_at: InstantText
    ends_at: InstantText


class LeftOutView(AnswerModel):
    """An event of the calendar that is not understood, and why."""

    title: str
    why: str


class ImportedShiftsView(ScheduleId):
    """The shifts that a calendar means, and what is amiss with the schedule in the next 90 days with them."""

    layer: str
    stored: bool
    shifts: list[ShiftView]
    covered: list[CoveredView]
    left_out: list[LeftOutView]
    reported_until: InstantText
    gaps: list[GapView]
    double_duty: list[DoubleDutyView]


def imported_view(found: ImportedShifts, layer: str, *, stored: bool) -> ImportedShiftsView:
    """The shifts of a calendar, and what is amiss."""
    return ImportedShiftsView(
        schedule_id=found.schedule.schedule_id,
        layer=layer,
        stored=stored,
        shifts=[shift_view(Shift(each.starts_at, each.ends_at, each.member_id, layer)) for each in found.shifts],
        covered=[
            CoveredView(
                member_id=each.member_id,
                by_member_id=each.by_member_id,
                **stretch_fields(each.starts_at, each.ends_at),
            )
            for each in found.covered
        ],
        left_out=[LeftOutView(title=each.name, why=each.why) for each in found.left_out],
        **amiss_fields(found.outlook),
    )
