"""Holidays as contracts write them: those of a country, and days of one's own."""

from __future__ import annotations

import functools
from calendar import isleap
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated

from pydantic import Field, PrivateAttr, ValidationInfo, model_validator

from tocsin.domain.calendars.business_hours import MonthDay
from tocsin.domain.calendars.notation import PlausibleDay, YearlyDate, month_day
from tocsin.domain.values.document import Part

PublicHolidays = Mapping[str, Mapping[str, Mapping[str, str]]]
"""JSON: region (`DE`, `DE-BY`), year and date to the holiday's name, as they were known at some time."""


class HolidayTerms(Part):
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
    def _known_country(self, info: ValidationInfo) -> HolidayTerms:
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
        yearly = {date(year, *day): name for day, name in self._yearly if day != (2, 29) or isleap(year)}
        return {**self._public_in(year), **yearly, **self._dates_by_year.get(year, {})}

    @functools.cached_property
    def _yearly(self) -> Sequence[tuple[MonthDay, str]]:
        return [(month_day(day), name) for day, name in self.yearly.items()]

    @functools.cached_property
    def _dates_by_year(self) -> Mapping[int, Mapping[date, str]]:
        found: dict[int, dict[date, str]] = {}
        for day, name in self.dates.items():
            found.setdefault(day.year, {})[day] = name
        return found

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
