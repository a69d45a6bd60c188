"""Import holidays: what a calendar feed would close, day by day, before anybody puts it into a contract."""

from __future__ import annotations

from typing import Any

from tocsin.domain.calendars.notation import WEEKDAYS
from tocsin.domain.values.faults import Fault, Invalid
from tocsin.ports.calendars import HolidayFeeds

MOST_YEARS = 10


def import_holidays(
    ics: str, first_year: int, last_year: int, include_free: bool, *, feeds: HolidayFeeds
) -> dict[str, Any]:
    """Holidays as a contract writes them, each excluded day with its event, each event left out with its reason.

    Raises Invalid for a text that is no calendar and for too many years.
    """
    years = range(first_year, last_year + 1)
    if not 0 < len(years) <= MOST_YEARS:
        raise Invalid([Fault("last_year", f"must be first_year or later, and make at most {MOST_YEARS} years")])
    try:
        days_off, left_out = feeds.read(ics, years, include_free)
    except ValueError as fault:
        raise Invalid([Fault("ics", str(fault))]) from None
    days_off = sorted(days_off, key=lambda off: off.day)
    names: dict[str, list[str]] = {}
    for off in days_off:
        names.setdefault(off.day.isoformat(), []).append(off.name or "closed")
    return {
        "holidays": {"dates": {day: ", ".join(dict.fromkeys(named)) for day, named in names.items()}},
        "excludes": [
            {
                "date": off.day.isoformat(),
                "weekday": WEEKDAYS[off.day.weekday()],
                "name": off.name,
                "event": off.event_id,
            }
            for off in days_off
        ],
        "left_out": [{"name": left.name, "why": left.why} for left in left_out],
    }
