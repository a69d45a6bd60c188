"""Calendars as contracts write them, and the business calendars they mean."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, WrapValidator, model_validator

from tocsin.domain.calendars.business_hours import MonthDay, Window
from tocsin.domain.calendars.calendar import BusinessCalendar, SpecialDay
from tocsin.domain.calendars.holiday_terms import HolidayTerms
from tocsin.domain.calendars.notation import (
    SpecialDate,
    WeekdayNames,
    WindowText,
    Zone,
    special_date,
    weekdays,
    window_seconds,
    zone,
)
from tocsin.domain.values.document import Part
from tocsin.domain.values.references import check_reference

A_FEW = 10
MOST_WINDOWS = 24
"""In a day."""

NO_SUCH_SET = "there is no set of holidays {name!r} in this contract's `holidays`; known are: {known}"


class SpecialDayTerms(Part):
    """The hours of a day that is unlike its weekday: closed early, open once, or closed."""

    name: str
    open: Annotated[list[WindowText], Field(max_length=MOST_WINDOWS)] = Field(
        description="closed where the list is empty"
    )


class ZoneOf(Part):
    """A zone that is not the same for every ticket."""

    of: Literal["customer", "site", "team"] = Field(description="whose zone it is")
    otherwise: Zone = Field(description="the zone where that one is not known")


def _zone_or_whose(value: Any, _: object) -> str | ZoneOf:
    # Chosen by hand: of a union that fits in no part, pydantic tells the faults of every part.
    if isinstance(value, str):
        return zone(value)
    if isinstance(value, dict | ZoneOf):
        return ZoneOf.model_validate(value)
    raise ValueError("is not a time zone; write Europe/Berlin, or {of: customer, otherwise: Europe/Berlin}")


def _holidays_or_their_name(value: Any, _: object, info: ValidationInfo) -> HolidayTerms | str:
    if isinstance(value, str):
        return check_reference(value, info, "holidays", NO_SUCH_SET)
    if isinstance(value, dict | HolidayTerms):
        return HolidayTerms.model_validate(value, context=info.context)
    raise ValueError("are days of one's own, such as {country: DE}, or the name of a set in the contract's `holidays`")


class CalendarTerms(Part):
    """One calendar of a contract: zone, weekly opening hours, holidays, special days. Without hours: always open."""

    timezone: Annotated[str | ZoneOf, WrapValidator(_zone_or_whose)]
    weekly: dict[WeekdayNames, list[WindowText]] = Field(
        default_factory=lambda: {"daily": ["00:00-24:00"]},
        examples=[{"mon-fri": ["09:00-12:00", "13:00-17:00"]}],
    )
    holidays: Annotated[HolidayTerms | str, WrapValidator(_holidays_or_their_name)] = Field(
        HolidayTerms(), description="of its own, or the name of a set in the contract's `holidays`"
    )
    special_days: Annotated[dict[SpecialDate, SpecialDayTerms], Field(max_length=1000)] = Field(
        default_factory=dict,
        description="hours instead of the weekly ones, by date or month and day; they win over a holiday",
        examples=[{"12-24": {"name": "Heiligabend", "open": ["09:00-12:00"]}}],
    )

    @model_validator(mode="after")
    def _opens_in_every_year(self, info: ValidationInfo) -> CalendarTerms:
        if "public_holidays" in (info.context or {}):
            return self  # It was looked at when the contract was put.
        per_day = Counter(day for day, _ in self.windows())
        if max(per_day.values(), default=0) > MOST_WINDOWS:
            raise ValueError(f"has more than {MOST_WINDOWS} windows on one day")
        if self.is_closed_for_a_year():
            raise ValueError("has no open hour in a year; no target could ever be due")
        return self

    def is_closed_for_a_year(self) -> bool:
        """Whether there is a year in which no window opens, as far as its holidays are known."""
        own_dates = [*self.own_holidays.dates, *map(special_date, self.special_days)]
        dates = Counter(day.year for day in own_dates if isinstance(day, date))
        # A few days, with the public holidays, cannot close all of the 52 that even one weekday has. Years without
        # dates of their own differ in the weekdays of what is closed every year, which repeats after 28.
        every_year = len(self.own_holidays.yearly) + len(self.special_days)
        few = A_FEW if any(self.windows()) else 0
        years = {year for year, number in dates.items() if number + every_year > few}
        first = next(year for year in count(2026) if year not in dates)
        years |= {*range(first, first + (28 if every_year > few else 1))}
        return not all(map(business_calendar(self).open_at_least, years))

    @property
    def own_holidays(self) -> HolidayTerms:
        """The holidays that are listed here; none where they are those of a set."""
        return self.holidays if isinstance(self.holidays, HolidayTerms) else HolidayTerms()

    def with_holidays(self, sets: Mapping[str, HolidayTerms]) -> CalendarTerms:
        """The same terms with the holidays of the set that they name, if they name one."""
        return self.model_copy(update={"holidays": sets[self.holidays]}) if isinstance(self.holidays, str) else self

    @property
    def usual_timezone(self) -> str:
        """The zone of the calendar as far as it is known without a ticket."""
        return self.timezone if isinstance(self.timezone, str) else self.timezone.otherwise

    def windows(self) -> Iterator[tuple[int, Window]]:
        """Weekday (Monday 0) and window, for every window of the week."""
        for day, keys in self.keys_by_weekday().items():
            yield from ((day, window_seconds(window)) for key in keys for window in self.weekly[key])

    def keys_by_weekday(self) -> Mapping[int, Sequence[str]]:
        """The keys of `weekly` that say the hours of each weekday that some key names.

        Of several keys that name a day, the one that names the fewest days says its hours: `fri` before `mon-fri`.
        Two that name as many days both hold.
        """
        found: dict[int, list[str]] = {}
        days = {key: {*weekdays(key)} for key in self.weekly}
        for key in sorted(days, key=lambda each: len(days[each])):
            for day in sorted(days[key]):
                saying = found.setdefault(day, [])
                if not saying or len(days[saying[0]]) == len(days[key]):
                    saying.append(key)
        return found


def business_calendar(terms: CalendarTerms, timezone: str | None = None) -> BusinessCalendar:
    """The calendar that the terms describe; equal terms share one, with the table it has already computed.

    Holidays of a set are not in it: see `CalendarTerms.with_holidays`.
    `timezone` is the zone that a `ZoneOf` turned out to be, None if that is not known; where the terms name a zone,
    it is ignored. Raises ValueError for an unknown zone.
    """
    return _calendar(
        terms.usual_timezone if timezone is None or isinstance(terms.timezone, str) else timezone,
        tuple(terms.windows()),
        terms.own_holidays,
        tuple(
            (special_date(day), SpecialDay(special.name, tuple(map(window_seconds, special.open))))
            for day, special in terms.special_days.items()
        ),
    )


@functools.lru_cache(maxsize=512)
def _calendar(
    timezone: str,
    windows: tuple[tuple[int, Window], ...],
    holidays: HolidayTerms,
    special_days: tuple[tuple[date | MonthDay, SpecialDay], ...],
) -> BusinessCalendar:
    weekly: dict[int, list[Window]] = {}
    for day, window in windows:
        weekly.setdefault(day, []).append(window)
    return BusinessCalendar(timezone, weekly, holidays.in_year, dict(special_days))
