"""Who is on call the slow and obvious way: write every hand-over down, and look which was the last.

Shares no code and no idea with `tocsin.domain.oncall`: hand-overs are stepped through one by one from the first day,
wall times are resolved by `SlowCalendar`, and nothing is estimated, merged or cut.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from tests.unit.domain.calendars.slow_calendar import DAY, SlowCalendar
from tocsin.domain.calendars.business_hours import load_zone

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class SlowLayer:
    """A layer as its document says it, up to some date; windows are `{"daily": […]}` or by single weekdays."""

    def __init__(self, layer: Mapping[str, Any], timezone: str, last: date) -> None:
        self.people, hand_over = layer["participants"], layer["hand_over"]
        self.starts_on = date.fromisoformat(layer["starts_on"])
        self.at = time.fromisoformat(hand_over["at"])
        windows = layer.get("windows")
        weekly = {number: self.windows_of(windows, number) for number in range(7)} if windows else {}
        nothing: frozenset[date] = frozenset()
        self.clock = SlowCalendar(load_zone(timezone), weekly, nothing, {}, first=self.starts_on, last=last)
        self.windowed = windows is not None
        self.hand_overs = [self.instant(wall) for wall in self.walls(hand_over, last)]
        self.begins = self.instant(datetime.combine(self.starts_on, self.at))
        ends_on = layer.get("ends_on")
        self.ends = self.instant(datetime.combine(date.fromisoformat(ends_on) + DAY, self.at)) if ends_on else None

    def windows_of(self, windows: Mapping[str, list[str]], weekday: int) -> list[tuple[int, int]]:
        texts = windows.get(WEEKDAYS[weekday], windows.get("daily", []))
        return [tuple(map(self.seconds, text.split("-"))) for text in texts]  # type: ignore[misc]

    @staticmethod
    def seconds(text: str) -> int:
        hours, minutes = text.split(":")
        return int(hours) * 3600 + int(minutes) * 60

    def instant(self, wall: datetime) -> datetime:
        return self.clock.instant(wall.date(), wall.hour * 3600 + wall.minute * 60)

    def walls(self, hand_over: Mapping[str, Any], last: date) -> Iterator[datetime]:
        """Every hand-over as the clock on the wall shows it."""
        day = self.starts_on
        while hand_over.get("weekday") and WEEKDAYS[day.weekday()] != hand_over["weekday"]:
            day -= DAY
        wall, number = datetime.combine(day, self.at), 0
        while wall.date() <= last + 3 * DAY:
            yield wall
            number += 1
            match hand_over["unit"]:
                case "hours":
                    wall += timedelta(hours=hand_over["every"])
                case "days":
                    wall += timedelta(days=hand_over["every"])
                case "weeks":
                    wall += timedelta(days=7 * hand_over["every"])
                case "months":
                    wall = datetime.combine(self.months_later(day, number * hand_over["every"]), self.at)

    @staticmethod
    def months_later(day: date, months: int) -> date:
        year, month = day.year, day.month
        for _ in range(months):
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))

    def member_at(self, at: datetime, without: frozenset[str] = frozenset()) -> str | None:
        if at < self.begins or (self.ends and at >= self.ends) or (self.windowed and not self.clock.is_open(at)):
            return None
        turn = max(number for number, hand_over in enumerate(self.hand_overs) if hand_over <= at)
        place = turn % len(self.people)
        for person in self.people[place:] + self.people[:place]:
            if person not in without:
                return str(person)
        return None


class SlowSchedule:
    """A schedule as its document says it, up to some date, with overrides as (member, from, until)."""

    def __init__(self, document: Mapping[str, Any], last: date) -> None:
        self.layers = [SlowLayer(layer, document["timezone"], last) for layer in document["layers"]]
        self.overrides: list[tuple[str, datetime, datetime]] = []

    def member_at(self, at: datetime, without: frozenset[str] = frozenset()) -> str | None:
        found = None
        for layer in self.layers:
            found = layer.member_at(at, without) or found
        for member_id, starts_at, ends_at in self.overrides:
            if starts_at <= at < ends_at and member_id not in without:
                found = member_id
        return found
