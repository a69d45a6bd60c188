"""In whose hours time counts: calendars, the holidays they have in common, and the zones they take from a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Annotated, ClassVar, NamedTuple

from pydantic import Field

from tocsin.domain.calendars.calendar import ALWAYS, BusinessCalendar
from tocsin.domain.calendars.calendar_terms import CalendarTerms, ZoneOf, business_calendar
from tocsin.domain.calendars.holiday_terms import HolidayTerms, PublicHolidays
from tocsin.domain.calendars.notation import Zone, special_date
from tocsin.domain.calendars.without_effect import without_effect
from tocsin.domain.calendars.words import calendar_words, holidays_words
from tocsin.domain.contracts.clauses.clause import Check, Clause, Contract, PutContext, Words
from tocsin.domain.contracts.clauses.term import TERM
from tocsin.domain.contracts.term import term_of
from tocsin.domain.values.faults import Fault
from tocsin.domain.values.identifiers import Slug
from tocsin.domain.values.instants import BusinessDays, CalendarDays
from tocsin.domain.values.references import reference
from tocsin.domain.values.wording import enumerated

ALWAYS_OPEN = "always"
"""The calendar that every contract has without defining it: round the clock, no holidays."""

MOST_CALENDARS = 50
"""Beside the contract's own. Putting a contract works out the hours of every one of them."""

MOST_REGIONS = 16
"""Their public holidays are kept with a version, in one item of at most 400 KB
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html, 2026-11)."""

MONTHS_OF_AN_OPEN_END = 1200

CalendarName = Annotated[
    str, reference("calendar", "there is no calendar {name!r} in this contract; known are: {known}")
]


class Zones(NamedTuple):
    """The zones of a ticket, for calendars that take theirs from the customer, the site or the first tier's team."""

    customer: str | None = None
    site: str | None = None
    team: str | None = None


NO_ZONES = Zones()


def hours_words(contract: Contract, name: str | None) -> str:
    """How the text calls a calendar: `around the clock`, `in the contract's hours`, `in the hours “night”`."""
    if name == ALWAYS_OPEN or (name is None and contract.calendar is None):
        return "around the clock"
    return f"in the hours “{name}”" if name else "in the contract's hours"


def _calendars(contract: Contract) -> Mapping[str, CalendarTerms]:
    """All calendars by their path in the document."""
    own = {"calendar": contract.calendar} if contract.calendar else {}
    return own | {f"calendars.{name}": terms for name, terms in contract.calendars.items()}


def _redefined(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    if ALWAYS_OPEN in contract.calendars:
        yield Fault(f"calendars.{ALWAYS_OPEN}", "is the calendar that is always open and cannot be defined")


def _without_effect(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    for path, terms in _calendars(contract).items():
        yield from (Fault(f"{path}.{fault.path}", fault.message) for fault in without_effect(terms))


def _unused_holidays(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    named = {terms.holidays for terms in _calendars(contract).values() if isinstance(terms.holidays, str)}
    for name in contract.holidays:
        if name not in named:
            yield Fault(f"holidays.{name}", "is defined, but no calendar has these holidays")


def _too_many_regions(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    listed = [*(terms.own_holidays for terms in _calendars(contract).values()), *contract.holidays.values()]
    regions = {holidays.region for holidays in listed if holidays.region}
    if len(regions) > MOST_REGIONS:
        why = f"have the public holidays of {len(regions)} regions; a contract has room for {MOST_REGIONS}"
        yield Fault("calendars", f"{why}, so write another contract for the others")


def _closed_by_shared_holidays(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    """A calendar by itself does not know the days of the set that it names."""
    for path, terms in _calendars(contract).items():
        shared = isinstance(terms.holidays, str) and terms.holidays in contract.holidays
        if shared and terms.with_holidays(contract.holidays).is_closed_for_a_year():
            why = f"has no open hour in a year with the holidays {terms.holidays!r}; no target could ever be due"
            yield Fault(path, why)


def _no_zone_of_the_customer(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    if not contract.customer.timezone:
        for path in _with_zone_of(contract, "customer"):
            yield Fault(f"{path}.timezone", "is that of the customer, but `customer` has no `timezone`")


def _no_sites(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    if not contract.sites:
        for path in _with_zone_of(contract, "site"):
            yield Fault(f"{path}.timezone", "is that of the site, but the contract lists no `sites` with their zones")


def _with_zone_of(contract: Contract, whose: str) -> Iterator[str]:
    for path, terms in _calendars(contract).items():
        if isinstance(terms.timezone, ZoneOf) and terms.timezone.of == whose:
            yield path


def _days_outside_the_term(contract: Contract, _put: PutContext) -> Iterator[Fault]:
    """A holiday that no ticket of this contract can meet is a slip of the pen, most often in the year."""
    if contract.effective_from is None:
        return
    months = contract.term or MONTHS_OF_AN_OPEN_END
    dates = term_of(contract.effective_from, months, transition_days=contract.transition_days)
    for path, day in _listed_days(contract):
        if not dates.begins_on <= day <= dates.measured_until:
            why = f"lies outside the contract's term, {dates.begins_on} to {dates.measured_until}"
            yield Fault(f"{path}.{day}", why)


def _listed_days(contract: Contract) -> Iterator[tuple[str, date]]:
    for path, terms in _calendars(contract).items():
        yield from ((f"{path}.holidays.dates", day) for day in terms.own_holidays.dates)
        special = map(special_date, terms.special_days)
        yield from ((f"{path}.special_days", day) for day in special if isinstance(day, date))
    for name, holidays in contract.holidays.items():
        yield from ((f"holidays.{name}.dates", day) for day in holidays.dates)


class HoursClause(Clause):
    """Calendars, sets of holidays, sites."""

    heading: ClassVar = "Hours"
    checks: ClassVar[Sequence[Check]] = (
        Check("", _redefined),
        Check("calendar calendars", _without_effect),
        Check("calendar calendars holidays", _unused_holidays),
        Check("calendar calendars holidays", _too_many_regions),
        Check("calendar calendars holidays", _closed_by_shared_holidays),
        Check("calendar calendars customer", _no_zone_of_the_customer),
        Check("calendar calendars sites", _no_sites),
        Check(f"calendar calendars holidays {TERM}", _days_outside_the_term),
    )

    calendar: CalendarTerms | None = Field(None, description="the calendar of all that name no other")
    calendars: Annotated[dict[Slug, CalendarTerms], Field(max_length=MOST_CALENDARS)] = Field(
        default_factory=dict, description="further calendars by name"
    )
    holidays: Annotated[dict[Slug, HolidayTerms], Field(max_length=50)] = Field(
        default_factory=dict,
        description="sets of holidays by name, for several calendars to have in common",
        examples=[{"bavaria": {"country": "DE", "subdivision": "BY"}}],
    )
    sites: Annotated[dict[str, Zone], Field(max_length=500)] = Field(
        default_factory=dict, description="zones of the customer's sites, for calendars whose zone is that `of: site`"
    )

    @property
    def timezone(self) -> str:
        """The zone in which people read this contract's instants."""
        return self.calendar.usual_timezone if self.calendar else "UTC"

    def calendar_named(self, name: str | None, zones: Zones = NO_ZONES) -> BusinessCalendar:
        """The calendar called `name`; None is the contract's own, or always open where it has none."""
        if name == ALWAYS_OPEN or (name is None and self.calendar is None):
            return ALWAYS
        key = (name, zones)
        if key not in self._business_calendars:
            terms = self._calendar_terms[name]
            self._business_calendars[key] = business_calendar(terms, _zone_for(terms, zones))
        return self._business_calendars[key]

    def public_holidays(self, years: Iterable[int]) -> PublicHolidays:
        """Of every region that a calendar names, as the `holidays` library knows them today."""
        named = [terms.own_holidays for terms in self._calendar_terms.values()]
        return {each.region: each.public_holidays(years) for each in named if each.region}

    @cached_property
    def zones_vary(self) -> bool:
        """Whether some calendar takes its zone from the ticket."""
        return any(isinstance(terms.timezone, ZoneOf) for terms in self._calendar_terms.values())

    @cached_property
    def _calendar_terms(self) -> Mapping[str | None, CalendarTerms]:
        own: dict[str | None, CalendarTerms] = {None: self.calendar} if self.calendar else {}
        return {name: terms.with_holidays(self.holidays) for name, terms in (own | dict(self.calendars)).items()}

    @cached_property
    def _business_calendars(self) -> dict[tuple[str | None, Zones], BusinessCalendar]:
        return {}

    @staticmethod
    def words(contract: Contract) -> Words:
        yield (
            "Time counts within the hours of a target: what starts outside them counts from their next opening, "
            "and what is done exactly when it is due is in time."
        )
        if contract.calendar:
            yield from calendar_words("The contract's hours", contract.calendar)
        else:
            yield "The contract's hours are around the clock."
        for name, terms in contract.calendars.items():
            yield from calendar_words(f"The hours “{name}”", terms)
        for name, holidays in contract.holidays.items():
            yield from holidays_words(name, holidays)
        if contract.sites:
            zones = enumerated(f"{site} is in {zone}" for site, zone in contract.sites.items())
            yield f"Of the customer's sites, {zones}."
        yield from _kinds_of_days(contract)


def _kinds_of_days(contract: Contract) -> Iterator[str]:
    kinds = {type(target) for row in contract.rows for target in row.targets.by_metric.values()}
    if contract.review is not None or BusinessDays in kinds:
        yield (
            "A business day is a day on which the hours open, and it ends when they close. The day of the start does "
            "not count, nor does a day whose hours close during a pause."
        )
    if CalendarDays in kinds:
        yield (
            "A calendar day is any day, open or closed, and it ends at midnight in the time zone of the hours. The day "
            "of the start does not count, nor does a day that ends during a pause."
        )


def _zone_for(terms: CalendarTerms, zones: Zones) -> str | None:
    source = terms.timezone
    return getattr(zones, source.of) if isinstance(source, ZoneOf) else None
