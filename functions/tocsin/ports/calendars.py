"""Calendars that others publish."""

from __future__ import annotations

from typing import Protocol

from tocsin.domain.calendars.days_off import DayOff, LeftOut


class HolidayFeeds(Protocol):
    """Calendars that others publish."""

    def read(self, text: str, years: range, include_free: bool) -> tuple[list[DayOff], list[LeftOut]]:
        """The days off in `years`, and every event that makes none; ValueError for a text that is no calendar.

        Events that are marked as free time make days off only with `include_free`.
        """
        ...
