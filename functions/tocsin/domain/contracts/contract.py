"""The contract document: who promised whom what, by when, and who is alerted when it is at risk.

Ten lines are enough (customer, calendar, targets, tiers); everything else has a default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any

from pydantic import GetJsonSchemaHandler

from tocsin.domain.calendars.business_hours import load_zone
from tocsin.domain.calendars.calendar import BusinessCalendar, every_day
from tocsin.domain.contracts.clauses.aggregates import AggregatesClause
from tocsin.domain.contracts.clauses.backing import BackingClause
from tocsin.domain.contracts.clauses.clause import Clause
from tocsin.domain.contracts.clauses.contacts import ContactsClause
from tocsin.domain.contracts.clauses.definitions import DefinitionsClause
from tocsin.domain.contracts.clauses.escalation import EscalationClause
from tocsin.domain.contracts.clauses.examples import ExamplesClause
from tocsin.domain.contracts.clauses.forecast import ForecastClause
from tocsin.domain.contracts.clauses.hours import NO_ZONES, HoursClause, Zones
from tocsin.domain.contracts.clauses.metrics import MetricsClause, MetricTerms, metric_of
from tocsin.domain.contracts.clauses.parties import PartiesClause
from tocsin.domain.contracts.clauses.priorities import PrioritiesClause
from tocsin.domain.contracts.clauses.reminders import RemindersClause
from tocsin.domain.contracts.clauses.reopen import ReopenClause
from tocsin.domain.contracts.clauses.responses import ResponsesClause
from tocsin.domain.contracts.clauses.retarget import RetargetClause
from tocsin.domain.contracts.clauses.review import ReviewClause
from tocsin.domain.contracts.clauses.revision import RevisionClause
from tocsin.domain.contracts.clauses.signatures import SignaturesClause
from tocsin.domain.contracts.clauses.taking import TakingClause
from tocsin.domain.contracts.clauses.targets import DEFAULT, Row, TargetsClause
from tocsin.domain.contracts.clauses.term import TermClause
from tocsin.domain.contracts.clauses.triggers import TriggersClause
from tocsin.domain.contracts.clauses.warnings import WarningsClause
from tocsin.domain.contracts.metrics import PRESETS, REVIEW, TIER_ACKNOWLEDGEMENT, TIER_METRICS, TIER_RESOLUTION, Metric
from tocsin.domain.contracts.policy import Policy, Tier
from tocsin.domain.contracts.promise import Promise
from tocsin.domain.contracts.rulebook import Rulebook
from tocsin.domain.contracts.selectors import Selector
from tocsin.domain.values.faults import Fault
from tocsin.domain.values.instants import CalendarDays


class Contract(
    PartiesClause,
    RevisionClause,
    ContactsClause,
    TermClause,
    DefinitionsClause,
    HoursClause,
    PrioritiesClause,
    TargetsClause,
    AggregatesClause,
    MetricsClause,
    ResponsesClause,
    WarningsClause,
    RetargetClause,
    ReopenClause,
    TakingClause,
    EscalationClause,
    TriggersClause,
    ForecastClause,
    BackingClause,
    ReviewClause,
    RemindersClause,
    ExamplesClause,
    SignaturesClause,
):
    """A contract version as it was put: its clauses in the order in which one reads them, and what they mean together.

    See `infra/samples/README.md` for the reference of the document.
    """

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        # pydantic collects the fields of the last base first; a reader looks for the parties first.
        schema = super().__get_pydantic_json_schema__(core_schema, handler)
        properties = handler.resolve_ref_schema(schema)["properties"]
        ordered = {name: properties.pop(name) for clause in CLAUSES for name in clause.model_fields}
        properties.update(ordered)
        return schema

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
    def known_priorities(self) -> list[str] | None:
        """The names that a ticket's priority may have; None where the contract takes any."""
        if self.priorities is not None:
            return self.priorities
        if isinstance(self.targets, list) or DEFAULT in self.targets:
            return None
        return list(self.targets)

    def priority_of(self, attributes: Mapping[str, Any]) -> str | None:
        """The priority of a ticket that comes without one: by the `impact` and `urgency` of its attributes."""
        return self.priority_matrix.get(attributes.get("impact") or "", {}).get(attributes.get("urgency") or "")

    def outranks(self, priority: str, other: str) -> bool:
        """Whether a priority is more urgent than another: the contract lists the most urgent first."""
        known = self.known_priorities or (list(self.targets) if isinstance(self.targets, dict) else [])
        return priority in known and other in known and known.index(priority) < known.index(other)

    def priority_faults(self, priority: str | None, attributes: Mapping[str, Any]) -> Iterator[Fault]:
        """What is wrong with a ticket's priority: none where one is needed, or one that has no targets.

        `attributes` are those of the ticket, by the names of `ATTRIBUTES`.
        """
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

    def zones(self, attributes: Mapping[str, Any], team: str | None) -> Zones:
        """The zones of a ticket with these attributes, of which its `site` counts; `team` is its first tier's zone."""
        if not self.zones_vary:
            return NO_ZONES
        return Zones(self.customer.timezone, self.sites.get(attributes.get("site") or ""), team)

    @cached_property
    def rulebook(self) -> Rulebook:
        """What is measured: whatever some row promises, the tiers, and the review."""
        by_tiers = [TIER_ACKNOWLEDGEMENT]
        if any(tier.resolve_within for policy in self.policies for tier in policy.tiers):
            by_tiers.append(TIER_RESOLUTION)
        return Rulebook([*self.promised, *([REVIEW] if self.review else []), *by_tiers])

    @cached_property
    def promised(self) -> Sequence[Metric]:
        """The metrics that some row promises, presets first."""
        names = {name for row in self.rows for name in row.targets.by_metric}
        own = [name for name in self.metrics if name not in PRESETS]
        return [self.metric(name) for name in (*PRESETS, *own) if name in names]

    def metric(self, name: str) -> Metric:
        """A metric as this contract defines it; one that it does not know (any more) has just its name."""
        if name in self.metrics:
            return metric_of(name, self.metrics[name])
        others = {metric.name: metric for metric in (REVIEW, *TIER_METRICS)}
        return PRESETS.get(name) or others.get(name) or metric_of(name, MetricTerms.model_construct())

    def promise(
        self, row: Row | None, metric: Metric, policy: Policy, tier: int, zones: Zones = NO_ZONES
    ) -> Promise | None:
        """What is promised for a metric of tickets in this row while they are with this tier of a policy."""
        key = (row.path if row else None, metric.name, (policy.known_as, tier) if metric.of_tiers else None, zones)
        if key not in self._promises:
            self._promises[key] = self._promise(row, metric, policy.tier(tier), zones)
        return self._promises[key]

    @cached_property
    def _promises(self) -> dict[tuple[str | None, str, tuple[str, int] | None, Zones], Promise | None]:
        return {}

    def _promise(self, row: Row | None, metric: Metric, tier: Tier, zones: Zones) -> Promise | None:
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

    def _tier_promise(self, row: Row | None, metric: Metric, tier: Tier, zones: Zones) -> Promise | None:
        target = tier.acknowledge_within if metric.name == TIER_ACKNOWLEDGEMENT.name else tier.resolve_within
        return Promise(metric, target, self.tier_calendar(tier, row, zones), ()) if target else None

    def tier_calendar(self, tier: Tier, row: Row | None, zones: Zones) -> BusinessCalendar:
        """In whose hours a tier is alerted and has to acknowledge: its own, else those of the ticket's targets."""
        return self.calendar_named(tier.calendar or (row.targets.calendar if row else None), zones)


CLAUSES: Sequence[type[Clause]] = [each for each in Contract.__bases__ if issubclass(each, Clause)]
"""In the order in which one reads them."""
