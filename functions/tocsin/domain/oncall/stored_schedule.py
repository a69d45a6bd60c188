"""A schedule as it is kept."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.domain.oncall.timetable import Timetable


@dataclass(frozen=True)
class StoredSchedule:
    """A schedule with its overrides; `revision` counts what was changed in either, so that no change is lost."""

    schedule_id: str
    revision: int
    timetable: Timetable
