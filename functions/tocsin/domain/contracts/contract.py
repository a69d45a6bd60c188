"""The contract document: who promised whom what, by when, and who is alerted when it is at risk.

Ten lines are enough (customer, calendar, targets, tiers); everything else has a default.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, StringConstraints, model_validator

from tocsin.domain.calendars.business_hours import load_zone
from tocsin.domain.calendars.calendar import ALWAYS, BusinessCalendar, every_day
from tocsin.domain.calendars.calendar_terms import (
    CalendarTerms,
    Day,
    Holidays,
    PlausibleDay,
    PublicHolidays,
    Zone,
    ZoneOf,
    business_calendar,
)
from tocsin.domain.contracts.aggregate_terms import Aggregate
from tocsin.domain.contracts.changes import Reopen, ReopenTerms, RetargetTerms
from tocsin.domain.contracts.metric_terms import MetricName, MetricTerms, metric_of
from tocsin.domain.contracts.metrics import PRESETS, REVIEW, TIER_ACKNOWLEDGEMENT, TIER_METRICS, TIER_RESOLUTION, Metric
from tocsin.domain.contracts.promise import Promise, Threshold
from tocsin.domain.contracts.responses import CountsAsResponse
from tocsin.domain.contracts.rulebook import Rulebook
from tocsin.domain.contracts.selectors import Circumstances, Selector
from tocsin.domain.contracts.targets import ALWAYS_OPEN, DEFAULT, Row, TargetRows, Thresholds, rows_of
from tocsin.domain.contracts.term import Term, term_of
from tocsin.domain.values.channels import Channels
from tocsin.domain.values.document import Part, WholeNumber
from tocsin.domain.values.faults import Fault
from tocsin.domain.values.identifiers import Email, PriorityName, Slug
from tocsin.domain.values.instants import CalendarDays, Days, Duration, Months, WorkingDays

Kind = Literal["customer_sla", "ola", "underpinning"]
"""What the provider promises the customer, one team another, a vendor the provider."""

ChannelAddress = Annotated[str, StringConstraints(min_length=1, max_length=300)]
"""Where a channel is: a mail address, an URL, a telephone number, a place."""


class Party(Part):
    """A party to the contract."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    jurisdiction: str | None = None
    registration_number: str | None = None
    segment: str | None = None
    timezone: Zone | None = Field(None, description="for calendars whose zone is that `of: customer`")


class Customer(Party):
    """The party that is promised something."""

    channels: Channels = Field([], description="who is told of its tickets")


class Signatory(Part):
    """Who signed, for which party."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    party: str
    signed_on: Day | None = None


class Revision(Part):
    """A version of the contract: who wrote and approved it, from which day it is in force, what it changes."""

    author: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    approved_by: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    approved_on: Day | None = None
    in_force_from: PlausibleDay | None = Field(
        None, description="for tickets opened on this day or later; until then, the one before"
    )
    changes: Annotated[list[Annotated[str, Field(min_length=1, max_length=500)]], Field(max_length=50)] = Field(
        default_factory=list, description="what is new in it, in short"
    )


class Contact(Part):
    """A person to turn to, of one of the two parties."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    party: Literal["customer", "provider"]
    role: Annotated[str, Field(min_length=1, max_length=200)]
    email: Email | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()/.-]{2,30}$")] | None = None


class Tier(Part):
    """A step of the escalation chain: who is alerted, how long they have to acknowledge and to resolve."""

    team: Slug
    acknowledge_within: Duration
    resolve_within: Duration | None = Field(None, description="from the alert; then the next tier is alerted")
    calendar: str | None = Field(None, description="instead of the calendar of the ticket's targets")


class EscalationTerms(Part):
    """The chain: tiers in order; the last one is alerted again a few times, then the chain gives up loudly."""

    tiers: Annotated[list[Tier], Field(min_length=1, max_length=9)]
    repeat_last_tier: Annotated[WholeNumber, Field(ge=0, le=10)] = 2


class ReviewTerms(Part):
    """A review is owed when the escalation reached a tier; it is due some business days after the resolution."""

    team: Slug
    due_within: WorkingDays
    from_tier: Annotated[WholeNumber, Field(ge=1, le=9)] = 2
    remind_within: WorkingDays | None = Field(None, description="reminder, in business days after the resolution")
    calendar: str | None = None


class ReminderTerms(Part):
    """Who is reminded of the contract's own dates: of its renewal, and of its regular reviews."""

    team: Slug
    renewal: Annotated[list[Days], Field(max_length=10)] = Field(
        default_factory=list,
        description="so long before the last day for notice, or of the term where there is no notice",
        examples=[["60 days", "30 days"]],
    )
    review_every: Months | None = Field(None, description="from `effective_from`, such as 6 months")

    @model_validator(mode="after")
    def _reminds_of_something(self) -> ReminderTerms:
        if not self.renewal and self.review_every is None:
            raise ValueError(
                "remind of nothing; give `renewal`, such as [60 days], or `review_every`, such as 6 months"
            )
        return self


class Zones(NamedTuple):
    """The zones of a ticket, for calendars that take theirs from the customer, the site or the first tier's team."""

    customer: str | None = None
    site: str | None = None
    team: str | None = None


NO_ZONES = Zones()


class Contract(Part):
    """A contract version as it was put; see the README for a whole example."""

    contract_id: Slug
    revision: Revision = Field(default_factory=Revision)
    kind: Kind = "customer_sla"
    customer: Customer
    provider: Party | None = None
    contacts: Annotated[list[Contact], Field(max_length=50)] = Field(default_factory=list)
    channels: Annotated[dict[Slug, ChannelAddress], Field(max_length=20)] = Field(
        default_factory=dict,
        description="by which the parties report to each other, and where each is; the names of a ticket's `channel`",
        examples=[{"email": "support@provider.example", "phone": "+49 89 1234567"}],
    )
    effective_from: Day | None = None
    term: Months | None = Field(None, description="from `effective_from`, such as 24 months or 2 years")
    notice_days: Annotated[WholeNumber, Field(ge=0, le=3660)] | None = None
    transition_days: Annotated[WholeNumber, Field(ge=0, le=3660)] = 0
    governing_law: str | None = None
    definitions: Annotated[dict[str, str], Field(max_length=100)] = Field(default_factory=dict)
    signatories: Annotated[list[Signatory], Field(max_length=20)] = Field(default_factory=list)
    calendar: CalendarTerms | None = Field(None, description="the calendar of all that name no other")
    calendars: dict[Slug, CalendarTerms] = Field(default_factory=dict, description="further calendars by name")
    holidays: Annotated[dict[Slug, Holidays], Field(max_length=50)] = Field(
        default_factory=dict,
        description="sets of holidays by name, for several calendars to have in common",
        examples=[{"bavaria": {"country": "DE", "subdivision": "BY"}}],
    )
    sites: Annotated[dict[str, Zone], Field(max_length=500)] = Field(
        default_factory=dict, description="zones of the customer's sites, for calendars whose zone is that `of: site`"
    )
    priorities: Annotated[list[PriorityName], Field(min_length=1, max_length=50)] | None = Field(
        None, description="the names that a ticket may have; those of the targets when these are given by priority"
    )
    priority_matrix: Annotated[dict[str, dict[str, PriorityName]], Field(max_length=20)] = Field(
        default_factory=dict, description="impact, then urgency, to the priority of tickets that come without one"
    )
    metrics: Annotated[dict[MetricName, MetricTerms], Field(max_length=20)] = Field(
        default_factory=dict, description="presets with other conditions, and metrics of the contract's own"
    )
    counts_as_response: CountsAsResponse = Field(["public_reply", "resolution"])
    targets: TargetRows
    aggregates: Annotated[list[Aggregate], Field(max_length=20)] = Field(
        default_factory=list, description="targets over all the tickets that are resolved in a period"
    )
    warn_at: Thresholds = Field(default_factory=lambda: [Threshold(percent=75)], description="75% when left out")
    warnings_in: str | None = Field(None, description="a calendar outside which warnings wait for its next opening")
    retarget: RetargetTerms = RetargetTerms()
    reopen: Reopen = ReopenTerms()
    escalation: EscalationTerms
    backed_by: Annotated[dict[str, Slug], Field(max_length=10)] = Field(
        default_factory=dict,
        description="`vendor`, or a tier such as `tier 2`, to the contract in which they promise us their time",
        examples=[{"vendor": "acme-cloud", "tier 2": "engineering-ola"}],
    )
    review: ReviewTerms | None = None
    reminders: ReminderTerms | None = None
    examples: Annotated[list[dict[str, str]], Field(max_length=50)] = Field(
        default_factory=list,
        description="tickets and when they are due, checked when the contract is put",
        examples=[[{"priority": "P1", "opened": "Fri 2026-03-27 16:50", "resolution": "Mon 2026-03-30 12:50"}]],
    )

    @property
    def dates(self) -> Term | None:
        """The term in dates; None where its beginning or its length is left open."""
        if self.effective_from is None or self.term is None:
            return None
        return term_of(self.effective_from, self.term, self.notice_days, self.transition_days)

    @property
    def in_force_from(self) -> date | None:
        """The first day on which a ticket is opened under this version; None for one that always was in force."""
        return self.revision.in_force_from or self.effective_from

    def is_in_force(self, at: datetime) -> bool:
        """Whether this version has come into force by an instant; a newer one may have as well."""
        return self.in_force_from is None or self.day_of(at) >= self.in_force_from

    def day_of(self, at: datetime) -> date:
        """The date of an instant in the zone in which people read this contract."""
        return at.astimezone(load_zone(self.timezone)).date()

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The rows of targets in the order in which they are tried."""
        return rows_of(self.targets)

    def row(self, ticket: Circumstances) -> Row | None:
        """The row that a ticket falls under; None only for a priority that the contract does not know."""
        if self._by_priority is not None:
            return self._by_priority.get(ticket.priority or DEFAULT) or self._by_priority.get(DEFAULT)
        return next((row for row in self.rows if row.when.matches(ticket)), None)

    @cached_property
    def _by_priority(self) -> Mapping[str, Row] | None:
        return None if isinstance(self.targets, list) else {row.name: row for row in self.rows}

    @cached_property
    def known_priorities(self) -> list[str] | None:
        """The names that a ticket's priority may have; None where the contract takes any."""
        if self.priorities is not None:
            return self.priorities
        if isinstance(self.targets, list) or DEFAULT in self.targets:
            return None
        return list(self.targets)

    def priority_of(self, attributes: Mapping[str, Any]) -> str | None:
        """The priority of a ticket that comes without one: by impact and urgency."""
        return self.priority_matrix.get(attributes.get("impact") or "", {}).get(attributes.get("urgency") or "")

    def priority_faults(self, priority: str | None, attributes: Mapping[str, Any]) -> Iterator[Fault]:
        """What is wrong with a ticket's priority: none where one is needed, or one that has no targets."""
        known, found = self.known_priorities, priority or self.priority_of(attributes)
        if found is None and self.priority_matrix:
            impacts = ", ".join(self.priority_matrix)
            yield Fault("priority", f"is missing, and impact and urgency do not give it; known impacts are {impacts}")
        elif found is None:
            yield Fault("priority", "is required")
        elif known is not None and found not in known:
            names = ", ".join(known)
            yield Fault("priority", f"contract {self.contract_id!r} has no targets for it; it knows {names}")

    @cached_property
    def deciding(self) -> frozenset[str]:
        """The attributes of a ticket that decide its targets, its priority or its zones."""
        selected = {f for row in self.rows for f in Selector.model_fields if getattr(row.when, f) is not None}
        renamed = {"affected_users_at_least": "affected_users", "customer_deadline_within": "customer_deadline"}
        by_matrix = {"impact", "urgency"} if self.priority_matrix else set()
        return frozenset({renamed.get(field, field) for field in selected} | by_matrix | {"site"})

    @cached_property
    def rulebook(self) -> Rulebook:
        """What is measured: whatever some row promises, the tiers, and the review."""
        promised = {name for row in self.rows for name in row.targets.by_metric}
        own = [name for name in self.metrics if name not in PRESETS]
        found = [self.metric(name) for name in (*PRESETS, *own) if name in promised]
        by_tiers = [TIER_ACKNOWLEDGEMENT]
        if any(tier.resolve_within for tier in self.escalation.tiers):
            by_tiers.append(TIER_RESOLUTION)
        return Rulebook([*found, *([REVIEW] if self.review else []), *by_tiers])

    def metric(self, name: str) -> Metric:
        """A metric as this contract defines it; one that it does not know (any more) has just its name."""
        if name in self.metrics:
            return metric_of(name, self.metrics[name])
        others = {metric.name: metric for metric in (REVIEW, *TIER_METRICS)}
        return PRESETS.get(name) or others.get(name) or metric_of(name, MetricTerms.model_construct())

    def promise(self, row: Row | None, metric: Metric, tier: int, zones: Zones = NO_ZONES) -> Promise | None:
        """What is promised for a metric of tickets in this row while they are with this tier, if anything."""
        key = (row.path if row else None, metric.name, tier if metric.of_tiers else 0, zones)
        if key not in self._promises:
            self._promises[key] = self._promise(row, metric, tier, zones)
        return self._promises[key]

    def _promise(self, row: Row | None, metric: Metric, tier: int, zones: Zones) -> Promise | None:
        if metric.name == REVIEW.name:
            return self._review_promise(zones)
        if metric.of_tiers:
            return self._tier_promise(row, metric, tier, zones)
        target = row.targets.by_metric.get(metric.name) if row else None
        if row is None or target is None:
            return None
        warn_at = tuple(self.warn_at if row.targets.warn_at is None else row.targets.warn_at)
        warnings_in = self.calendar_named(self.warnings_in, zones) if self.warnings_in else None
        calendar = self.calendar_named(row.targets.calendar, zones)
        if isinstance(target, CalendarDays):
            calendar = every_day(calendar.timezone)
        return Promise(metric, target, calendar, warn_at, warnings_in)

    def _review_promise(self, zones: Zones) -> Promise | None:
        if self.review is None:
            return None
        remind = (self.review.remind_within,) if self.review.remind_within else ()
        return Promise(REVIEW, self.review.due_within, self.calendar_named(self.review.calendar, zones), remind)

    def _tier_promise(self, row: Row | None, metric: Metric, number: int, zones: Zones) -> Promise | None:
        tier = self.tier(number)
        target = tier.acknowledge_within if metric.name == TIER_ACKNOWLEDGEMENT.name else tier.resolve_within
        return Promise(metric, target, self.tier_calendar(tier, row, zones), ()) if target else None

    @cached_property
    def _promises(self) -> dict[tuple[str | None, str, int, Zones], Promise | None]:
        return {}

    def tier(self, number: int) -> Tier:
        """A tier by its number from 1; the last one where a later version of the contract has fewer."""
        return self.escalation.tiers[min(max(number, 1), len(self.escalation.tiers)) - 1]

    def tier_calendar(self, tier: Tier, row: Row | None, zones: Zones) -> BusinessCalendar:
        """In whose hours a tier is alerted and has to acknowledge: its own, else those of the ticket's targets."""
        return self.calendar_named(tier.calendar or (row.targets.calendar if row else None), zones)

    def calendar_named(self, name: str | None, zones: Zones = NO_ZONES) -> BusinessCalendar:
        """The calendar called `name`; None is the contract's own, or always open where it has none."""
        if name == ALWAYS_OPEN or (name is None and self.calendar is None):
            return ALWAYS
        key = (name, zones)
        if key not in self._calendars:
            terms = self._calendar_terms[name]
            self._calendars[key] = business_calendar(terms, _zone_for(terms, zones))
        return self._calendars[key]

    def public_holidays(self, years: Iterable[int]) -> PublicHolidays:
        """Of every region that a calendar names, as the `holidays` library knows them today."""
        named = [terms.own_holidays for terms in self._calendar_terms.values()]
        return {each.region: each.public_holidays(years) for each in named if each.region}

    @cached_property
    def _calendar_terms(self) -> Mapping[str | None, CalendarTerms]:
        own: dict[str | None, CalendarTerms] = {None: self.calendar} if self.calendar else {}
        return {name: terms.with_holidays(self.holidays) for name, terms in (own | dict(self.calendars)).items()}

    @cached_property
    def _calendars(self) -> dict[tuple[str | None, Zones], BusinessCalendar]:
        return {}

    def zones(self, attributes: Mapping[str, Any], team: str | None) -> Zones:
        """The zones of a ticket with these attributes whose first tier's team has that zone."""
        if not self._zones_vary:
            return NO_ZONES
        return Zones(self.customer.timezone, self.sites.get(attributes.get("site") or ""), team)

    @cached_property
    def _zones_vary(self) -> bool:
        return any(isinstance(terms.timezone, ZoneOf) for terms in self._calendar_terms.values())

    @property
    def timezone(self) -> str:
        """The zone in which people read this contract's instants."""
        return self.calendar.usual_timezone if self.calendar else "UTC"


def _zone_for(terms: CalendarTerms, zones: Zones) -> str | None:
    source = terms.timezone
    return getattr(zones, source.of) if isinstance(source, ZoneOf) else None
