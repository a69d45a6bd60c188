"""Who is on call: at an instant, and shift by shift for a year, by a schedule of four layers and twenty people.

Twelve of them take turns week by week, others have the nights, the weekends and the afternoons, and a hundred
overrides lie on top. The bounds are 50 µs for who is on call, and 50 ms for all shifts of a year.
"""

from __future__ import annotations

import statistics
import timeit
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tocsin.domain.oncall.duty import duty_at
from tocsin.domain.oncall.override import KeptOverride
from tocsin.domain.oncall.schedule import Schedule
from tocsin.domain.oncall.timetable import Timetable

START = datetime(2026, 3, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
INSTANTS = [START + number * timedelta(hours=31, minutes=7) for number in range(250)]
PEOPLE = [f"person-{number}" for number in range(20)]
ROUNDS = 15


def layer(name: str, people: list[str], every: int, unit: str, at: str, **more: Any) -> dict[str, Any]:
    hand_over = {"every": every, "unit": unit, "at": at}
    return {"name": name, "participants": people, "starts_on": "2026-01-05", "hand_over": hand_over, **more}


def timetable() -> Timetable:
    layers = [
        layer("week", PEOPLE[:12], 1, "weeks", "09:00"),
        layer("afternoons", PEOPLE[12:14], 1, "days", "13:00", windows={"mon-fri": ["13:00-18:00"]}),
        layer("nights", PEOPLE[14:17], 1, "days", "22:00", windows={"mon-sun": ["22:00-06:00"]}),
        layer("weekends", PEOPLE[17:], 12, "hours", "08:00", windows={"sat,sun": ["00:00-24:00"]}),
    ]
    schedule = Schedule.model_validate({"name": "EMEA", "timezone": "Europe/Berlin", "layers": layers})
    begins = [START + number * timedelta(hours=80) for number in range(100)]
    day = timedelta(days=1)
    return Timetable(schedule, [KeptOverride(str(at), PEOPLE[0], at, at + day, "ill", None, at) for at in begins])


def seconds(action: Callable[[], object], number: int) -> float:
    return statistics.median(timeit.timeit(action, number=number) / number for _ in range(ROUNDS))


def main() -> None:
    warm = timetable()
    shifts = len(warm.shifts(START, START + YEAR))
    at_once = seconds(lambda: [warm.member_at(at) for at in INSTANTS], 2) / len(INSTANTS)
    told = seconds(lambda: [duty_at(warm, at) for at in INSTANTS[:25]], 1) / 25
    year = seconds(lambda: warm.shifts(START, START + YEAR), 1)
    layers = seconds(lambda: warm.layer_shifts(START, START + YEAR), 1)
    first = seconds(lambda: timetable().member_at(START), 1)
    print(f"  who is on call at an instant        {at_once * 1e6:>8.1f} µs")
    print(f"  the same with until when, who next  {told * 1e6:>8.1f} µs")
    print(f"  a schedule's first answer           {first * 1e6:>8.1f} µs")
    print(f"  the {shifts} shifts of a year         {year * 1e3:>8.1f} ms")
    print(f"  the shifts of each layer            {layers * 1e3:>8.1f} ms")


if __name__ == "__main__":
    main()
