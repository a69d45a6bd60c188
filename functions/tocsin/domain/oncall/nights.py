"""Nights, by the clock on somebody's wall."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from tocsin.domain.calendars.wall_time import instant_at

NIGHT_BEGINS, NIGHT_ENDS = time(22), time(6)

DAY = timedelta(days=1)


def night_began(at: datetime, zone: ZoneInfo) -> datetime | None:
    """When the night began that it is in that zone at an instant; None by day."""
    today = at.astimezone(zone).date()
    for evening in (today - DAY, today):
        begins = instant_at(datetime.combine(evening, NIGHT_BEGINS), zone)
        if begins <= at < instant_at(datetime.combine(evening + DAY, NIGHT_ENDS), zone):
            return begins
    return None
