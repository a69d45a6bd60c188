"""Read what the targets of a contract over many tickets have come to in a period."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tocsin.domain.calendars.business_hours import load_zone
from tocsin.domain.contracts.periods import Period, parse_period
from tocsin.domain.reports.aggregates import Attained, attained
from tocsin.domain.values.faults import Fault, Invalid, NotFound
from tocsin.domain.values.instants import format_instant
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.tickets import TicketLog
from tocsin.use_cases.contracts.contract_versions import version_in_force


def read_attainment(
    helpdesk_id: str,
    contract_id: str,
    period: str | None = None,
    *,
    log: TicketLog,
    contracts: Contracts,
    clock: Clock,
) -> dict[str, Any]:
    """Every target for a period of this kind, over the tickets that were resolved in it.

    The targets are those of the version in force when the period ended, or now while it lasts.
    Tickets count once nothing of them is left to run but a review. The period is the current month when left
    out; its boundaries are midnights of the contract's zone. `value` and `target` are seconds of open time, or shares
    from 0 to 1. Raises NotFound for an unknown contract, Invalid for what is no period.
    """
    newest, now = contracts.get(helpdesk_id, contract_id), clock.now()
    if newest is None:
        raise NotFound(f"There is no contract {contract_id!r}.")
    asked = _period(period, now, newest.contract.timezone)
    start, end = asked.bounds(newest.contract.timezone)
    ended = min(now, end - timedelta(microseconds=1))
    version = version_in_force(helpdesk_id, contract_id, ended, contracts=contracts) or newest
    contract = version.contract
    wanted = [aggregate for aggregate in contract.aggregates if aggregate.period == asked.kind]
    outcomes = list(log.outcomes(helpdesk_id, contract_id, start, end)) if wanted else []
    return {
        "contract_id": contract_id,
        "version": version.version,
        "period": asked.name,
        "timezone": contract.timezone,
        "from": format_instant(start),
        "until": format_instant(end),
        "aggregates": [_view(attained(aggregate, outcomes)) for aggregate in wanted],
    }


def _period(text: str | None, now: datetime, timezone: str) -> Period:
    try:
        return parse_period(text or f"{now.astimezone(load_zone(timezone)):%Y-%m}")
    except ValueError as error:
        raise Invalid([Fault("period", str(error))]) from None


def _view(found: Attained) -> dict[str, Any]:
    """The fields of an aggregate in a report."""
    aggregate, value = found.aggregate, found.value
    target = float(aggregate.at_least / 100) if aggregate.at_least is not None else None
    return {
        "metric": aggregate.metric,
        "statistic": aggregate.statistic,
        "priorities": aggregate.priorities,
        "measured": found.measured,
        "unit": "share" if aggregate.statistic == "attainment" else "seconds",
        "value": value.total_seconds() if isinstance(value, timedelta) else None if value is None else float(value),
        "target": aggregate.target.total_seconds() if aggregate.target else target,
        "kept": found.kept,
    }
