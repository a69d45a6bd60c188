"""Business time by the PyPI package workclock, which shares neither code nor author with ours.

It knows no pauses, so the time between them is added up. Dates that a zone skipped are open in it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from workclock import Holidays, Rule, Schedule, WorkDay

from tocsin.domain.calendars.calendar import Interval


def schedule(timezone: str, weekly: Mapping[int, Sequence[tuple[int, int]]], holidays: Collection[date]) -> Schedule:
    rules: list[Rule] = [
        WorkDay(_clock(opens), _clock(closes), days=[weekday])
        for weekday, windows in weekly.items()
        for opens, closes in windows
    ]
    return Schedule([*rules, Holidays(holidays)], time_zone=timezone)


def worked(hours: Schedule, start: datetime, end: datetime, pauses: Sequence[Interval]) -> timedelta:
    return sum((hours.between(begins, ends) for begins, ends in _gaps(start, end, pauses)), timedelta())


def _gaps(start: datetime, end: datetime, pauses: Sequence[Interval]) -> Iterator[tuple[datetime, datetime]]:
    """What no pause covers of [start, end)."""
    edges = sorted(
        {start, end, *(at for pause in pauses for at in (pause.start, pause.end or end) if start < at < end)}
    )
    for begins, ends in pairwise(edges):
        if not any(pause.start <= begins and ends <= (pause.end or end) for pause in pauses):
            yield begins, ends


def _clock(seconds: int) -> time:
    return time(seconds // 3600 % 24, seconds // 60 % 60)
