"""Whether targets can be used up at all: in the hours of their calendars, within twenty years."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from tocsin.domain.calendars.calendar import BusinessCalendar
from tocsin.domain.contracts.clauses.targets import Row
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.metrics import REVIEW, TIER_ACKNOWLEDGEMENT, TIER_RESOLUTION
from tocsin.domain.contracts.policy import Policy
from tocsin.domain.contracts.promise import Amount, Promise
from tocsin.domain.values.faults import Fault
from tocsin.domain.values.instants import BusinessDays

REACH = range(2026, 2046)


def targets_out_of_reach(contract: Contract) -> Iterator[Fault]:
    """Targets that their calendar needs more than the years of `REACH` to use up."""
    by_calendar: dict[BusinessCalendar, list[tuple[str, Amount]]] = {}
    for path, calendar, target in _targets(contract):
        by_calendar.setdefault(calendar, []).append((path, target))
    far = {path for calendar, targets in by_calendar.items() for path in _too_far(calendar, targets)}
    for path in sorted(far):
        yield Fault(path, "would take its calendar more than twenty years of opening hours to use up")


def _too_far(calendar: BusinessCalendar, targets: Collection[tuple[str, Amount]]) -> Iterator[str]:
    """Each calendar is asked once, for no more than its largest targets need."""
    times = [(path, target) for path, target in targets if isinstance(target, timedelta)]
    days = [(path, target) for path, target in targets if isinstance(target, BusinessDays)]
    reach = _open_time(calendar, REACH, max((time for _, time in times), default=timedelta()))
    yield from (path for path, time in times if time > reach)
    counted = calendar.business_days_in(REACH, max((number for _, number in days), default=0))
    yield from (path for path, number in days if number > counted)


def is_far(promise: Promise, start: datetime) -> bool:
    """Whether the target takes more than the two calendar years after the one in which it starts."""
    years = range(start.year + 1, start.year + 3)
    if isinstance(promise.target, timedelta):
        return _open_time(promise.calendar, years, promise.target) < promise.target
    return promise.calendar.business_days_in(years, promise.target) < promise.target


def _open_time(calendar: BusinessCalendar, years: range, enough: timedelta) -> timedelta:
    """The open time of some years; of no more than it takes to have `enough`."""
    found = timedelta()
    for year in years:
        if found >= enough:
            break
        found += calendar.open_at_least(year)
    return found


def _targets(contract: Contract) -> Iterator[tuple[str, BusinessCalendar, Amount]]:
    """Every target with its place in the document and the calendar in which it counts."""
    of_tiers = [(place, policy, tier) for place, policy in _policies(contract) for tier in range(1, policy.last + 1)]
    for row in contract.rows:
        for metric in contract.rulebook.metrics:
            for place, policy, tier in of_tiers if metric.of_tiers else of_tiers[:1]:
                if promise := contract.promise(row, metric, policy, tier):
                    yield _place(row, metric.name, f"{place}.tiers.{tier - 1}"), promise.calendar, promise.target


def _policies(contract: Contract) -> Iterator[tuple[str, Policy]]:
    """Every policy with its place in the document."""
    yield "escalation", contract.escalation
    for number, policy in enumerate(contract.escalation.policies):
        yield f"escalation.policies.{number}", policy


def _place(row: Row, metric: str, tier: str) -> str:
    return {
        REVIEW.name: "review.due_within",
        TIER_ACKNOWLEDGEMENT.name: f"{tier}.acknowledge_within",
        TIER_RESOLUTION.name: f"{tier}.resolve_within",
    }.get(metric, f"{row.path}.{metric}")
