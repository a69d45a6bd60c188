"""The contract document: who promised whom what, by when, and who is alerted when it is at risk.

Ten lines are enough (customer, calendar, targets, tiers); everything else has a default.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tocsin.domain.calendar import ALWAYS, BusinessCalendar
from tocsin.domain.calendar_terms import CalendarTerms, business_calendar
from tocsin.domain.identifiers import PriorityName, Slug
from tocsin.domain.instants import Duration, WorkingDays
from tocsin.domain.metrics import METRICS, REVIEW
from tocsin.domain.promise import Promise, Threshold, WarnAt

ALWAYS_OPEN = "always"
"""The calendar that every contract has without defining it: round the clock, no holidays."""


class Terms(BaseModel):
    """Part of a contract: unknown fields are faults, values never change."""

    # Only the whole contract is ever validated: building a validator for each part as well doubles the cold start.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Party(Terms):
    """A party to the contract."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    jurisdiction: str | None = None
    registration_number: str | None = None
    segment: str | None = None


Thresholds = Annotated[list[WarnAt], Field(max_length=10)]


class Targets(Terms):
    """How long each metric may take for tickets of one priority; a metric left out is not promised."""

    first_response: Duration | None = None
    resolution: Duration | None = None
    periodic_update: Duration | None = None
    calendar: str | None = Field(None, description=f"a calendar of this contract, or `{ALWAYS_OPEN}`")
    warn_at: Thresholds | None = Field(None, description="instead of the contract's `warn_at`")

    @model_validator(mode="after")
    def _promises_something(self) -> Targets:
        if not any(getattr(self, metric.name, None) for metric in METRICS):
            names = ", ".join(metric.name for metric in METRICS if metric.name in type(self).model_fields)
            raise ValueError(f"promises nothing; give a target for at least one of {names}")
        return self


class Tier(Terms):
    """A step of the escalation chain: who is alerted, and how long they have to acknowledge."""

    team: Slug
    acknowledge_within: Duration
    calendar: str | None = Field(None, description="instead of the calendar of the ticket's targets")


class EscalationTerms(Terms):
    """The chain: tiers in order; the last one is alerted again a few times, then the chain gives up loudly."""

    tiers: Annotated[list[Tier], Field(min_length=1, max_length=9)]
    repeat_last_tier: Annotated[int, Field(ge=0, le=10)] = 2


class ReviewTerms(Terms):
    """A review is owed when the escalation reached a tier; it is due some business days after the resolution."""

    team: Slug
    due_within: WorkingDays
    from_tier: Annotated[int, Field(ge=1, le=9)] = 2
    remind_within: WorkingDays | None = Field(None, description="reminder, in business days after the resolution")
    calendar: str | None = None


class Contract(Terms):
    """A contract version as it was put; see the README for a whole example."""

    contract_id: Slug
    customer: Party
    provider: Party | None = None
    effective_from: date | None = None
    term: str | None = None
    governing_law: str | None = None
    calendar: CalendarTerms | None = Field(None, description="the calendar of all that name no other")
    calendars: dict[Slug, CalendarTerms] = Field(default_factory=dict, description="further calendars by name")
    targets: Annotated[dict[PriorityName, Targets], Field(min_length=1)]
    warn_at: Thresholds = Field(default_factory=lambda: [Threshold(percent=75)], description="75% when left out")
    escalation: EscalationTerms
    review: ReviewTerms | None = None

    def calendar_named(self, name: str | None) -> BusinessCalendar:
        """The calendar called `name`; None is the contract's own, or always open where it has none."""
        if name == ALWAYS_OPEN or (name is None and self.calendar is None):
            return ALWAYS
        return self._calendars[name]

    @cached_property
    def _calendars(self) -> Mapping[str | None, BusinessCalendar]:
        own: dict[str | None, BusinessCalendar] = {n: business_calendar(terms) for n, terms in self.calendars.items()}
        return own if self.calendar is None else {**own, None: business_calendar(self.calendar)}

    @cached_property
    def promises(self) -> Mapping[tuple[str, str], Promise]:
        """What is promised, by priority and name of the metric."""
        promises: dict[tuple[str, str], Promise] = {}
        for priority, row in self.targets.items():
            calendar = self.calendar_named(row.calendar)
            warn_at = tuple(self.warn_at if row.warn_at is None else row.warn_at)
            for metric in METRICS:
                if target := getattr(row, metric.name, None):
                    promises[priority, metric.name] = Promise(metric, target, calendar, warn_at)
            if self.review:
                promises[priority, REVIEW.name] = self._review_promise(self.review)
        return promises

    def _review_promise(self, review: ReviewTerms) -> Promise:
        calendar = self.calendar_named(review.calendar)
        remind = (review.remind_within,) if review.remind_within else ()
        return Promise(REVIEW, review.due_within, calendar, remind)

    def promise(self, priority: str, metric: str) -> Promise | None:
        """What is promised for a metric of tickets with this priority, if anything."""
        return self.promises.get((priority, metric))

    def tier_calendar(self, tier: Tier, priority: str) -> BusinessCalendar:
        """In whose hours a tier is alerted and has to acknowledge: its own, else those of the ticket's targets."""
        row = self.targets[priority]
        return self.calendar_named(tier.calendar or row.calendar)

    @property
    def timezone(self) -> str:
        """The zone in which people read this contract's instants."""
        return self.calendar.timezone if self.calendar else "UTC"
