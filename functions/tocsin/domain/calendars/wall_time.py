"""Wall-clock times as people write and read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.domain.calendars.business_hours import load_zone
from tocsin.domain.values.instants import FIRST_YEAR, LAST_YEAR, parse_instant

_WALL_TIME = re.compile(r"(?:(?P<weekday>[A-Z][a-z]{2}) )?(?P<at>\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?)", re.ASCII)


def instant_in(timezone: str, text: Any) -> datetime:
    """The instant of a wall-clock time in a zone, or of an RFC 3339 text. Raises ValueError for anything else."""
    match = _WALL_TIME.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        try:
            return parse_instant(text)
        except ValueError:
            raise ValueError("is not an instant; write it as Fri 2026-03-27 16:50, or as RFC 3339") from None
    try:
        at = datetime.fromisoformat(match["at"]).replace(tzinfo=load_zone(timezone))
    except ValueError:
        raise ValueError(f"{text!r} does not exist; check the day and the hour") from None
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}; check the year")
    if match["weekday"] and f"{at:%a}" != match["weekday"]:
        raise ValueError(f"is a {at:%A}, not a {match['weekday']}")
    return at.astimezone(UTC)


def instant_at(wall: datetime, zone: ZoneInfo) -> datetime:
    """When the clock on the wall of a zone shows that time, which has no zone of its own.

    A time that a change of the clocks skips moves forward by as much as they do; of one that comes twice, the first.
    """
    return wall.replace(tzinfo=zone).astimezone(UTC)


def wall_time(at: datetime, timezone: str) -> str:
    """`Fri 2026-03-27 16:50` on the wall of that zone, with seconds where there are any."""
    local = at.astimezone(load_zone(timezone))
    return f"{local:%a %Y-%m-%d %H:%M:%S}".removesuffix(":00")
