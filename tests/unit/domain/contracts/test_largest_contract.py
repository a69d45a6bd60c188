"""The largest contract that is accepted costs a bounded amount of work to put, whatever its hours are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.domain.contracts.test_reading import TEAMS, TIER, changed, faults
from tocsin.domain.assessment.contract_examples import faults_of_examples
from tocsin.domain.calendars.business_hours import BusinessHours
from tocsin.domain.contracts.clauses.hours import MOST_CALENDARS
from tocsin.domain.contracts.reading import read_contract
from tocsin.domain.contracts.selectors import Selector

HALF_HOURS = [f"{hour:02}:00-{hour:02}:30" for hour in range(24)]
BODY_LIMIT = 64 * 1024


def largest() -> dict[str, Any]:
    """As many calendars as there may be, of as many windows; as many rows, tiers and examples."""
    names = [f"c{number}" for number in range(MOST_CALENDARS)]
    calendar = {"timezone": "Europe/Berlin", "weekly": {"daily": HALF_HOURS}, "holidays": "shared"}
    return {
        "customer": {"name": "ACME"},
        "calendars": {
            name: {**calendar, "special_days": {f"2026-03-{n % 28 + 1:02}": {"name": name, "open": []}}}
            for n, name in enumerate(names)
        },
        "holidays": {"shared": {"country": "DE", "dates": {f"{year}-12-27": "bridge" for year in range(1970, 2150)}}},
        "targets": {
            f"P{number}": {"calendar": name, "first_response": "900h", "next_response": "80000h", "resolution": "200bd"}
            for number, name in enumerate(names)
        },
        "escalation": {"tiers": [{**TIER, "resolve_within": "80000h"}] * 9},
        "examples": [
            {
                "priority": f"P{number}",
                "opened": f"{1971 + 3 * number}-01-04 00:00",
                "first_response": "2026-01-01 00:00",
                "resolution": "2026-01-01 00:00",
            }
            for number in range(50)
        ],
    }


@pytest.fixture
def years_built(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The years of which the opening hours were worked out, which is what takes the time."""
    built: list[int] = []
    open_in = BusinessHours.open_in

    def counted(hours: BusinessHours, year: int) -> Any:
        built.append(year)
        return open_in(hours, year)

    monkeypatch.setattr(BusinessHours, "open_in", counted)
    return built


def test_the_largest_contract_is_put_by_working_out_the_hours_of_a_few_years_per_example(
    years_built: list[int],
) -> None:
    document = largest()
    assert len(json.dumps(document)) < BODY_LIMIT
    found = faults(document)
    assert len(years_built) <= 2 * len(document["examples"])
    assert len(found) == 2 * len(document["examples"])
    few = {**document, "examples": document["examples"][:3]}
    for path, message in found.items():
        _, number, metric = path.split(".")
        document["examples"][int(number)][metric] = message.removeprefix("is due ").partition(",")[0]
    assert read_contract(few, "acme-gold", TEAMS, check=faults_of_examples).examples == document["examples"][:3]


def test_targets_within_reach_and_calendars_that_open_are_found_without_building_any_hours(
    years_built: list[int],
) -> None:
    read_contract({**largest(), "examples": []}, "acme-gold", TEAMS, check=faults_of_examples)
    assert years_built == []


@pytest.mark.parametrize("target", ["80000h", "500bd"])
def test_an_example_of_a_target_that_takes_decades_is_refused_before_they_are_worked_out(
    target: str, years_built: list[int]
) -> None:
    weekly = {"mon-tue": HALF_HOURS}
    calendar = {"timezone": "UTC", "weekly": weekly if target.endswith("bd") else {"daily": ["00:00-24:00"]}}
    example = {"priority": "P1", "opened": "2026-01-05 00:00", "resolution": "2036-01-01 00:00"}
    assert faults(changed(calendar=calendar, targets={"P1": {"resolution": target}}, examples=[example])) == {
        "examples.0.resolution": "takes more than two years of opening hours; give an example that is due sooner"
    }
    assert years_built == []


def test_a_contract_has_room_for_fifty_named_calendars_and_a_day_for_twenty_four_windows() -> None:
    calendars = {f"c{number}": {"timezone": "UTC"} for number in range(MOST_CALENDARS + 1)}
    assert list(faults(changed(calendars=calendars))) == ["calendars"]
    crowded = {"timezone": "UTC", "weekly": {"mon-sun": HALF_HOURS, "daily": ["00:30-01:00"]}}
    assert faults(changed(calendar=crowded)) == {"calendar": "has more than 24 windows on one day"}


def test_a_row_of_many_combinations_is_compared_with_the_rows_before_it_value_by_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = {field: [f"{field}{n}" for n in range(6)] for field in ("impact", "urgency", "category", "channel")}
    rows = [{"when": {**names, "segment": f"s{number}"}, "resolution": "4h"} for number in range(49)]
    looked_at = 0
    get = Selector.__getattribute__

    def counted(selector: Selector, name: str) -> Any:
        nonlocal looked_at
        looked_at += name in {"priority", "segment", *names}
        return get(selector, name)

    monkeypatch.setattr(Selector, "__getattribute__", counted)
    read_contract(changed(targets=[*rows, {"resolution": "8h"}]), "acme-gold", TEAMS)
    combinations, values, pairs = 6**4 * 49, 6 * 4 + 3, 49 * 50 / 2
    assert looked_at < 2 * values * pairs < combinations * 49 / 10
