"""Calendars as contracts write them, and the business calendars they mean."""

from __future__ import annotations

import functools
import re
from calendar import isleap
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import count
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, ValidationInfo, WrapValidator, model_validator

from tocsin.domain.calendars.business_hours import MonthDay, load_zone
from tocsin.domain.calendars.calendar import BusinessCalendar, SpecialDay
from tocsin.domain.values.document import Part
from tocsin.domain.values.instants import FIRST_YEAR, LAST_YEAR

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MONTH_DAY = re.compile(r"\d\d-\d\d", re.ASCII)
_A_LEAP_YEAR = 2024
A_FEW = 10

DaySeconds = tuple[int, int]
"""A window of a day: opening and closing in seconds since local midnight; closing at or before opening is overnight."""


def _zone(name: str) -> str:
    try:
        load_zone(name)
    except ValueError:
        raise ValueError(f"{name!r} is not a time zone; write an IANA name such as Europe/Berlin") from None
    return name


def _seconds(text: str) -> int:
    match = _TIME.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a time of day; write 09:00, or 24:00 for the end of the day")
    return 86_400 if text == "24:00" else int(match[1]) * 3600 + int(match[2]) * 60


def window_seconds(text: str) -> DaySeconds:
    """`09:00-17:00` as seconds since local midnight; raises ValueError for what is not a window."""
    opens, dash, closes = text.partition("-")
    if not dash:
        raise ValueError(f"{text!r} is not a window; write opening and closing time, such as 09:00-17:00")
    if opens.strip() == "24:00":
        raise ValueError(f"{text!r} opens at 24:00; write 00:00 on the next day")
    return _seconds(opens.strip()), _seconds(closes.strip())


def weekdays(key: str) -> list[int]:
    """`mon`, `mon-fri`, `sat,sun` or `daily` as weekday numbers, Monday 0; raises ValueError for anything else."""
    if key == "daily":
        return list(range(7))
    days: list[int] = []
    for part in key.lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            raise ValueError(f"{key!r} is not a set of weekdays; write mon, mon-fri, sat,sun or daily")
        start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        days += [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]
    return days


def month_day(text: str) -> MonthDay:
    """`12-24` as month and day; raises ValueError for anything else."""
    try:
        day = _iso_date(f"{_A_LEAP_YEAR}-{text}")
    except ValueError:
        raise ValueError(f"{text!r} is not a day of the year; write month and day, such as 12-24") from None
    return day.month, day.day


def special_date(text: str) -> date | MonthDay:
    """`2026-12-24`, or `12-24` for every year; raises ValueError for anything else."""
    try:
        day = month_day(text) if _MONTH_DAY.fullmatch(text) else _iso_date(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date; write 2026-12-24, or 12-24 for every year") from None
    return _plausible(day) if isinstance(day, date) else day


def _iso_date(text: str) -> date:
    if not _DATE.fullmatch(text):  # Python knows dates by week as well
        raise ValueError
    return date.fromisoformat(text)


def _readable_by(parse: Callable[[str], object]) -> AfterValidator:
    """Checks a text by reading it, and keeps it as it was written: the contract stays quotable."""

    def check(text: str) -> str:
        parse(text)
        return text

    return AfterValidator(check)


def _plausible(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}; check the year")
    return day


def _written_day(value: Any) -> date:
    # pydantic takes numbers for seconds since 1970, and instants at midnight for dates.
    try:
        return value if type(value) is date else _iso_date(value)
    except (TypeError, ValueError):
        raise ValueError("is not a date; write it as 2026-12-24") from None


Day = Annotated[date, BeforeValidator(_written_day)]
PlausibleDay = Annotated[Day, AfterValidator(_plausible)]
Window = Annotated[str, _readable_by(window_seconds)]
Weekdays = Annotated[str, _readable_by(weekdays)]
Zone = Annotated[str, AfterValidator(_zone)]
YearlyDate = Annotated[str, _readable_by(month_day)]
SpecialDate = Annotated[str, _readable_by(special_date)]


PublicHolidays = Mapping[str, Mapping[str, Mapping[str, str]]]
"""JSON: region (`DE`, `DE-BY`), year and date to the holiday's name, as they were known at some time."""


class Holidays(Part):
    """Days on which the calendar is closed: a country's public holidays, and dates of one's own.

    Validated with a context of `public_holidays`, those of its region are as known there, for the years that it has.
    """

    country: str | None = Field(None, description="ISO 3166-1 alpha-2, such as DE")
    subdivision: str | None = Field(None, description="ISO 3166-2 without the country, such as BY")
    dates: Annotated[dict[PlausibleDay, str], Field(max_length=4000)] = Field(
        default_factory=dict, description="further closed dates and their names"
    )
    yearly: Annotated[dict[YearlyDate, str], Field(max_length=366)] = Field(
        default_factory=dict,
        description="what is closed every year, by month and day; 02-29 in leap years only",
        examples=[{"12-24": "Heiligabend"}],
    )

    _known: Mapping[str, Mapping[str, str]] = PrivateAttr(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.model_dump_json())

    @property
    def region(self) -> str | None:
        """Whose public holidays they are: `DE`, `DE-BY`."""
        return f"{self.country}-{self.subdivision}" if self.subdivision else self.country

    @model_validator(mode="after")
    def _known_country(self, info: ValidationInfo) -> Holidays:
        as_put: PublicHolidays = (info.context or {}).get("public_holidays", {})
        if self.region is not None and self.region in as_put:
            self._known = as_put[self.region]
            return self
        if self.subdivision is not None and self.country is None:
            raise ValueError("names a subdivision without its country")
        if self.country is not None:
            supported = _supported_countries()
            if self.country not in supported:
                raise ValueError(f"country {self.country!r} is not known; write ISO 3166-1 alpha-2 such as DE")
            if self.subdivision is not None and self.subdivision not in supported[self.country]:
                known = ", ".join(sorted(supported[self.country])) or "none"
                raise ValueError(f"subdivision {self.subdivision!r} of {self.country} is not known; known are: {known}")
        return self

    def in_year(self, year: int) -> Mapping[date, str]:
        """The closed dates of a local year and their names."""
        yearly = {month_day(day): name for day, name in self.yearly.items() if day != "02-29" or isleap(year)}
        own = {date(year, *day): name for day, name in yearly.items()}
        own |= {day: name for day, name in self.dates.items() if day.year == year}
        return {**self._public_in(year), **own}

    def public_holidays(self, years: Iterable[int]) -> Mapping[str, Mapping[str, str]]:
        """Those of the region, year by year, as the `holidays` library knows them today."""
        if self.country is None:
            return {}
        named = {year: _public_holidays(self.country, self.subdivision, year) for year in years}
        return {str(year): {day.isoformat(): name for day, name in days.items()} for year, days in named.items()}

    def _public_in(self, year: int) -> Mapping[date, str]:
        if str(year) in self._known:
            return {date.fromisoformat(day): name for day, name in self._known[str(year)].items()}
        return _public_holidays(self.country, self.subdivision, year) if self.country else {}


@functools.cache
def _supported_countries() -> Mapping[str, list[str]]:
    # Imported late: the library is large, and most calls never need it.
    import holidays

    return holidays.list_supported_countries(include_aliases=True)


@functools.lru_cache(maxsize=256)
def _public_holidays(country: str, subdivision: str | None, year: int) -> Mapping[date, str]:
    import holidays

    # Where none is named it is the machine's: an explanation would be another text in Lambda than on a laptop.
    language = holidays.country_holidays(country).default_language
    own = holidays.country_holidays(country, subdiv=subdivision, years=year, expand=False, language=language)
    return dict(own.items())


class SpecialDayTerms(Part):
    """The hours of a day that is unlike its weekday: closed early, open once, or closed."""

    name: str
    open: Annotated[list[Window], Field(max_length=24)] = Field(description="closed where the list is empty")


class ZoneOf(Part):
    """A zone that is not the same for every ticket."""

    of: Literal["customer", "site", "team"] = Field(description="whose zone it is")
    otherwise: Zone = Field(description="the zone where that one is not known")


def _zone_or_whose(value: Any, _: object) -> str | ZoneOf:
    # Chosen by hand: of a union that fits in no part, pydantic tells the faults of every part.
    if isinstance(value, str):
        return _zone(value)
    if isinstance(value, dict | ZoneOf):
        return ZoneOf.model_validate(value)
    raise ValueError("is not a time zone; write Europe/Berlin, or {of: customer, otherwise: Europe/Berlin}")


def _holidays_or_their_name(value: Any, _: object, info: ValidationInfo) -> Holidays | str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict | Holidays):
        return Holidays.model_validate(value, context=info.context)
    raise ValueError("are days of one's own, such as {country: DE}, or the name of a set in the contract's `holidays`")


class CalendarTerms(Part):
    """One calendar of a contract: zone, weekly opening hours, holidays, special days. Without hours: always open."""

    timezone: Annotated[str | ZoneOf, WrapValidator(_zone_or_whose)]
    weekly: dict[Weekdays, list[Window]] = Field(
        default_factory=lambda: {"daily": ["00:00-24:00"]},
        examples=[{"mon-fri": ["09:00-12:00", "13:00-17:00"]}],
    )
    holidays: Annotated[Holidays | str, WrapValidator(_holidays_or_their_name)] = Field(
        Holidays(), description="of its own, or the name of a set in the contract's `holidays`"
    )
    special_days: Annotated[dict[SpecialDate, SpecialDayTerms], Field(max_length=1000)] = Field(
        default_factory=dict,
        description="hours instead of the weekly ones, by date or month and day; they win over a holiday",
        examples=[{"12-24": {"name": "Heiligabend", "open": ["09:00-12:00"]}}],
    )

    @model_validator(mode="after")
    def _opens_within_a_year(self, info: ValidationInfo) -> CalendarTerms:
        if info.context:
            return self  # It was looked at when the contract was put.
        calendar = business_calendar(self)
        own_dates = [*self.own_holidays.dates, *map(special_date, self.special_days)]
        years = {day.year for day in own_dates if isinstance(day, date)}
        # Years without dates of their own differ in the weekdays of what is closed every year, which repeats after 28.
        # A few such days cannot close all of the 52 that even one weekday has.
        many = len(self.own_holidays.yearly) + len(self.special_days) > A_FEW
        first = next(year for year in count(2026) if year not in years)
        for year in {*years, *range(first, first + (28 if many else 1))}:
            if not calendar.elapsed(datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)):
                raise ValueError("has no open hour in a year; no target could ever be due")
        return self

    @property
    def own_holidays(self) -> Holidays:
        """The holidays that are listed here; none where they are those of a set."""
        return self.holidays if isinstance(self.holidays, Holidays) else Holidays()

    def with_holidays(self, sets: Mapping[str, Holidays]) -> CalendarTerms:
        """The same terms with the holidays of the set that they name, if they name one."""
        return self.model_copy(update={"holidays": sets[self.holidays]}) if isinstance(self.holidays, str) else self

    @property
    def usual_timezone(self) -> str:
        """The zone of the calendar as far as it is known without a ticket."""
        return self.timezone if isinstance(self.timezone, str) else self.timezone.otherwise

    def windows(self) -> Iterator[tuple[int, DaySeconds]]:
        """Weekday (Monday 0) and window, for every window of the week."""
        for key, windows in self.weekly.items():
            for day in weekdays(key):
                yield from ((day, window_seconds(window)) for window in windows)


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
    windows: tuple[tuple[int, DaySeconds], ...],
    holidays: Holidays,
    special_days: tuple[tuple[date | MonthDay, SpecialDay], ...],
) -> BusinessCalendar:
    weekly: dict[int, list[DaySeconds]] = {}
    for day, window in windows:
        weekly.setdefault(day, []).append(window)
    return BusinessCalendar(timezone, weekly, holidays.in_year, dict(special_days))
