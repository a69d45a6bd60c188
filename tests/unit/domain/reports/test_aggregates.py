"""Targets over many tickets: what is measured, which percentile is whose, and what is wrong with such a target."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from tests.unit.story import DOCUMENT, REVIEW, contract
from tocsin.domain.contracts.clauses.aggregates import Aggregate
from tocsin.domain.contracts.reading import read_contract
from tocsin.domain.reports.aggregates import attained
from tocsin.domain.reports.outcome import Outcome
from tocsin.domain.tickets.verdict import FinalState, Verdict
from tocsin.domain.values.faults import Invalid

NOW = datetime(2026, 3, 30, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def verdict(state: FinalState, minutes: float | None = None, name: str = "resolution#1") -> Verdict:
    used = None if minutes is None else minutes * 60
    return Verdict(metric=name.partition("#")[0], obligation_id=name, state=state, used_seconds=used)


def outcome(*verdicts: Verdict, priority: str = "P1", withdrawn: bool = False) -> Outcome:
    return Outcome("acme-gold", 1, priority, NOW, NOW, 1, withdrawn, verdicts)


def over(outcomes: Sequence[Outcome], statistic: str, **fields: Any) -> tuple[int, Any, bool | None]:
    limit = {"at_least": "95%"} if statistic == "attainment" else {"target": "30m"}
    terms = {"metric": "resolution", "statistic": statistic, "period": "month", **limit, **fields}
    found = attained(Aggregate.model_validate(terms), outcomes)
    return found.measured, found.value, found.kept


def took(*minutes: float) -> list[Outcome]:
    return [outcome(verdict("met", each)) for each in minutes]


@pytest.mark.parametrize(
    ("statistic", "value"),
    [("average", 22 * MINUTE), ("median", 20 * MINUTE), ("p90", 50 * MINUTE), ("p95", 50 * MINUTE)],
)
def test_the_statistics_of_five_tickets_whatever_their_order(statistic: str, value: timedelta) -> None:
    assert over(took(50, 10, 20, 5, 25), statistic)[:2] == (5, value)


@pytest.mark.parametrize(
    ("statistic", "rank"),
    [("median", 10), ("p90", 18), ("p95", 19)],
)
def test_a_percentile_is_the_time_at_its_nearest_rank_and_of_two_middle_ones_the_lower(
    statistic: str, rank: int
) -> None:
    assert over(took(*range(1, 21)), statistic)[1] == rank * MINUTE


@pytest.mark.parametrize("statistic", ["average", "median", "p90", "p95"])
def test_of_one_ticket_every_statistic_is_its_time(statistic: str) -> None:
    assert over(took(30), statistic) == (1, 30 * MINUTE, True), "exactly the target is kept"
    assert over(took(30.01), statistic)[2] is False


def test_attainment_is_the_share_in_time_and_exactly_the_target_is_kept() -> None:
    nineteen = took(*[1] * 19)
    assert over([*nineteen, outcome(verdict("met_late", 90))], "attainment") == (20, Fraction(19, 20), True)
    worse = [*nineteen, outcome(verdict("met_late", 90)), outcome(verdict("breached", 99))]
    assert over(worse, "attainment") == (21, Fraction(19, 21), False)
    assert over(worse, "attainment", at_least="90.47%")[2] is True
    assert over(worse, "attainment", at_least="90.48%")[2] is False


def test_what_was_cancelled_in_time_does_not_count_and_what_was_never_met_does() -> None:
    outcomes = [outcome(verdict("met", 10)), outcome(verdict("cancelled", 5)), outcome(verdict("breached", 80))]
    assert over(outcomes, "attainment")[:2] == (2, Fraction(1, 2))
    assert over(outcomes, "average") == (2, 45 * MINUTE, False)


@pytest.mark.parametrize("statistic", ["average", "median", "p90", "p95", "attainment"])
def test_without_anything_measured_there_is_no_value_and_no_verdict(statistic: str) -> None:
    for outcomes in ([], [outcome()], [outcome(verdict("cancelled", 5))], [outcome(verdict("met", 5, "fix#1"))]):
        assert over(outcomes, statistic) == (0, None, None)


def test_of_withdrawn_tickets_only_what_was_late_counts() -> None:
    withdrawn = outcome(
        verdict("met", 1, "resolution#1"),
        verdict("met_late", 40, "resolution#5"),
        verdict("breached", 60, "resolution#9"),
        withdrawn=True,
    )
    assert over([withdrawn], "attainment") == (2, Fraction(0), False)
    assert over([withdrawn], "average")[:2] == (2, 50 * MINUTE)


def test_an_obligation_late_under_an_earlier_target_is_one_and_late_with_the_time_that_it_took_in_the_end() -> None:
    retargeted = outcome(verdict("breached"), verdict("met", 50, "resolution#1.7"))
    assert over([retargeted, *took(10)], "attainment")[:2] == (2, Fraction(1, 2))
    assert over([retargeted, *took(10)], "average")[:2] == (2, 30 * MINUTE)
    cancelled = outcome(verdict("breached"), verdict("cancelled", 70, "resolution#1.7"))
    assert over([cancelled], "attainment")[:2] == (1, Fraction(0))
    assert over([cancelled], "average")[:2] == (1, 70 * MINUTE)


def test_each_cycle_of_a_metric_counts() -> None:
    updates = outcome(
        verdict("met", 20), verdict("met_late", 40, "resolution#4"), verdict("cancelled", 3, "resolution#6")
    )
    assert over([updates], "average") == (2, 30 * MINUTE, True)


def test_business_days_count_for_attainment_and_have_no_time() -> None:
    outcomes = [outcome(verdict("met")), *took(10)]
    assert over(outcomes, "attainment")[:2] == (2, Fraction(1))
    assert over(outcomes, "average")[:2] == (1, 10 * MINUTE)


def test_priorities_choose_the_tickets() -> None:
    outcomes = [outcome(verdict("met", 10)), outcome(verdict("met", 50), priority="P2")]
    assert over(outcomes, "average", priorities=["P2"])[:2] == (1, 50 * MINUTE)
    assert over(outcomes, "average", priorities=["P3", "P1"])[:2] == (1, 10 * MINUTE)
    assert over(outcomes, "average")[:2] == (2, 30 * MINUTE)


def aggregate(**fields: Any) -> dict[str, Any]:
    found = {"metric": "resolution", "statistic": "average", "target": "30m", "period": "month", **fields}
    return {name: value for name, value in found.items() if value is not None}


def faults(*aggregates: Any, **parts: Any) -> dict[str, str]:
    document = {**DOCUMENT, "aggregates": [*aggregates], **parts}
    with pytest.raises(Invalid) as caught:
        read_contract(document, "acme-gold", {"frontline", "engineering", "management"})
    return {fault.path: fault.message for fault in caught.value.faults}


SHARE = {"statistic": "attainment", "target": None, "at_least": "95%"}
BY_DAYS = {"P1": {"resolution": "4h"}, "P2": {"resolution": "3bd"}, "default": {"resolution": "5bd"}}


def test_everything_that_is_wrong_with_them_is_told_at_once() -> None:
    assert faults(
        aggregate(metric="first_respons"),
        aggregate(metric="agent_work"),
        aggregate(statistic="attainment"),
        aggregate(target=None, at_least="95%"),
        aggregate(target=None),
        aggregate(**{**SHARE, "at_least": "0%"}),
        aggregate(priorities=["P1", "P9"]),
        aggregate(period="year", statistic="mean"),
        aggregate(metric="periodic_update", priorities=["P2", "P3"]),
        aggregate(metric="calendar"),
        "average",
        {},
    ) == {
        "aggregates.0.metric": "is not a metric of this contract; did you mean first_response?",
        "aggregates.1.metric": "is promised by no row of `targets`, so it would never be measured",
        "aggregates.2": "attainment is a share: it needs `at_least`, such as 95%, and has no `target`",
        "aggregates.3": "average is a time: it needs `target`, such as 30m, and has no `at_least`",
        "aggregates.4": "average is a time: it needs `target`, such as 30m, and has no `at_least`",
        "aggregates.5.at_least": "'0%' is not a share; write it as 95% or 99.5%, at most 100%",
        "aggregates.6.priorities.1": "'P9' is no priority of this contract; it knows P1, P2, P3",
        "aggregates.7.statistic": "must be one of 'average', 'median', 'p90', 'p95' or 'attainment'",
        "aggregates.7.period": "must be one of 'week', 'month' or 'quarter'",
        "aggregates.8.metric": "is not promised to tickets of these priorities, so it would never be measured",
        "aggregates.9.metric": "is not a metric of this contract; known metrics are first_response, next_response, "
        "resolution, first_resolution, periodic_update, pausable_update, requester_wait, agent_work, "
        "customer_notification, tier_acknowledgement",
        "aggregates.10": "must be an object with named fields",
        "aggregates.11.metric": "is required",
        "aggregates.11.statistic": "is required",
        "aggregates.11.period": "is required",
    }


@pytest.mark.parametrize("share", ["95", "100.01%", "-5%", "95.123%", 95, ["95%"]])
def test_a_share_is_a_percentage(share: Any) -> None:
    assert "is not a share" in faults(aggregate(**SHARE) | {"at_least": share})["aggregates.0.at_least"]


def test_business_days_have_no_times_where_these_tickets_are_promised_them() -> None:
    found = faults(
        aggregate(),
        aggregate(priorities=["P1", "P2"]),
        aggregate(priorities=["P7"]),
        aggregate(metric="review"),
        targets=BY_DAYS,
        review=REVIEW,
    )
    days = "is for times, but resolution is promised in days by {}; write attainment, or leave these tickets "
    assert found == {
        "aggregates.0.statistic": days.format("targets.P2, targets.default") + "out by `priorities`",
        "aggregates.1.statistic": days.format("targets.P2") + "out by `priorities`",
        "aggregates.2.statistic": days.format("targets.default") + "out by `priorities`",
        "aggregates.3.statistic": days.format("review").replace("resolution", "review") + "out by `priorities`",
    }


def test_the_rows_of_a_list_are_those_that_a_priority_may_fall_under() -> None:
    rows = [
        {"when": {"priority": "P1"}, "resolution": "4h"},
        {"when": {"priority": ["P2", "P3"], "category": "outage"}, "resolution": "2bd"},
        {"resolution": "8h"},
    ]
    parts = {"targets": rows, "priorities": ["P1", "P2", "P3"]}
    assert list(faults(aggregate(), aggregate(priorities=["P3"]), aggregate(priorities=["P4", "P1"]), **parts)) == [
        "aggregates.0.statistic",
        "aggregates.1.statistic",
        "aggregates.2.priorities.0",
    ]
    contract(aggregates=[aggregate(priorities=["P1"])], **parts)


def test_what_is_promised_by_tiers_and_reviews_may_be_measured_over_many_tickets_too() -> None:
    tiers = [{"team": "frontline", "acknowledge_within": "15m", "resolve_within": "2h"}]
    found = contract(
        aggregates=[
            aggregate(metric="tier_acknowledgement"),
            aggregate(metric="tier_resolution"),
            aggregate(metric="review", **SHARE),
            aggregate(priorities=["P1"], at_least=None),
            aggregate(**SHARE, priorities=["P7"]),
        ],
        targets=BY_DAYS,
        escalation={"tiers": tiers},
        review={**REVIEW, "from_tier": 1},
    )
    assert [each.metric for each in found.aggregates][:3] == ["tier_acknowledgement", "tier_resolution", "review"]


def test_there_are_at_most_twenty() -> None:
    assert list(faults(*[aggregate()] * 21)) == ["aggregates"]
