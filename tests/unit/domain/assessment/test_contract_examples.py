"""Examples in a contract have to be right, and what is wrong with one is said in the words it was written in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.domain.contracts.test_reading import MINIMAL, TEAMS, changed, faults
from tests.unit.story import DOCUMENT, contract
from tocsin.domain.assessment.contract_examples import faults_of_examples
from tocsin.domain.calendars.wall_time import instant_in, wall_time
from tocsin.domain.contracts.reading import read_contract
from tocsin.domain.values.faults import Fault, Invalid

BERLIN: Mapping[str, Any] = DOCUMENT["calendar"]
FRIDAY = {"priority": "P2", "opened": "Fri 2026-03-27 16:50"}
"""Ten minutes before the office closes, on the last Friday of winter time."""


def of(example: Mapping[str, str], **parts: Any) -> dict[str, str]:
    """The faults of a contract with that one example."""
    document = {**DOCUMENT, **parts, "examples": [example]}
    return {path.removeprefix("examples.0").lstrip("."): why for path, why in faults(document).items()}


def accepted(example: Mapping[str, str], **parts: Any) -> bool:
    return bool(contract(examples=[example], **parts).examples)


@pytest.mark.parametrize(
    "due",
    [
        "Mon 2026-03-30 09:50",
        "2026-03-30 09:50",
        "2026-03-30T09:50",
        "Mon 2026-03-30 09:50:00",
        "2026-03-30T07:50:00Z",
        "2026-03-30T09:50:00+02:00",
        " Mon 2026-03-30 09:50 ",
    ],
)
def test_a_right_example_may_be_written_by_the_clock_on_the_wall_or_as_an_instant(due: str) -> None:
    # Ten minutes on Friday and fifty on Monday, across the change to summer time.
    assert accepted({**FRIDAY, "first_response": due})


def test_a_wrong_one_is_told_what_is_right_as_it_is_written() -> None:
    assert of({**FRIDAY, "first_response": "Mon 2026-03-30 09:00", "resolution": "2026-03-30T00:00:00Z"}) == {
        "first_response": "is due Mon 2026-03-30 09:50, not Mon 2026-03-30 09:00",
        # Eight hours: ten minutes on Friday, seven hours on Monday, fifty minutes on Tuesday.
        "resolution": "is due Tue 2026-03-31 09:50, not Mon 2026-03-30 02:00",
    }


def test_seconds_are_shown_only_where_there_are_any() -> None:
    wrong = {**FRIDAY, "opened": "2026-03-27 16:50:30", "first_response": "2026-03-30 09:50"}
    assert of(wrong) == {"first_response": "is due Mon 2026-03-30 09:50:30, not Mon 2026-03-30 09:50"}


def test_a_weekday_that_the_date_is_not_is_a_fault_of_its_own() -> None:
    assert of({"priority": "P2", "opened": "Thu 2026-03-27 16:50", "first_response": "Sun 2026-03-30 09:50"}) == {
        "opened": "is a Friday, not a Thu",
        "first_response": "is a Monday, not a Sun",
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("soon", "is not an instant; write it as Fri 2026-03-27 16:50, or as RFC 3339"),
        ("27.03.2026 16:50", "is not an instant; write it as Fri 2026-03-27 16:50, or as RFC 3339"),
        ("", "is not an instant; write it as Fri 2026-03-27 16:50, or as RFC 3339"),
        ("2026-02-30 09:00", "'2026-02-30 09:00' does not exist; check the day and the hour"),
        ("2026-03-27 24:30", "'2026-03-27 24:30' does not exist; check the day and the hour"),
        ("0001-01-01 00:00", "lies outside the years 1970 to 2150; check the year"),
        ("1969-12-31 23:00", "lies outside the years 1970 to 2150; check the year"),
        ("9999-12-31 23:00", "lies outside the years 1970 to 2150; check the year"),
        ("0001-01-01T00:00:00Z", "is not an instant; write it as Fri 2026-03-27 16:50, or as RFC 3339"),
    ],
)
def test_what_is_no_instant_is_a_fault_at_its_place_and_no_crash(text: str, why: str) -> None:
    assert of({"priority": "P2", "opened": text, "first_response": "Mon 2026-03-30 09:50"}) == {"opened": why}
    assert of({**FRIDAY, "first_response": text}) == {"first_response": why}


def test_an_example_says_when_the_ticket_is_opened_and_when_something_is_due() -> None:
    assert of({"priority": "P2", "first_response": "Mon 2026-03-30 09:50"}) == {"opened": "is required"}
    assert of(FRIDAY) == {"": "says of no metric when it is due"}


def test_what_is_neither_a_metric_nor_a_field_is_told_once_and_in_order() -> None:
    example = {**FRIDAY, "shape": "round", "colour": "red", "first_response": "Mon 2026-03-30 09:50"}
    why = "is neither a promised metric nor a field of a ticket"
    with pytest.raises(Invalid) as caught:
        contract(examples=[example])
    assert caught.value.faults == (Fault("examples.0.shape", why), Fault("examples.0.colour", why))


def test_a_metric_that_is_known_but_not_promised_by_any_row_is_told_so() -> None:
    why = "is neither a promised metric nor a field of a ticket"
    assert of({**FRIDAY, "agent_work": "Mon 2026-03-30 09:50"}) == {"agent_work": why}


def test_a_metric_that_this_ticket_is_not_promised_or_that_begins_later_is_told_so() -> None:
    why = "is not promised for such a ticket when it is opened"
    assert of({**FRIDAY, "priority": "P3", "first_response": "Mon 2026-03-30 09:50"}) == {"first_response": why}
    targets = {"P2": {"next_response": "1h"}}
    assert of({**FRIDAY, "next_response": "Mon 2026-03-30 09:50"}, targets=targets) == {"next_response": why}


@pytest.mark.parametrize("priority", [{}, {"priority": "P9"}])
def test_the_priority_of_an_example_is_one_of_the_contract_s(priority: Mapping[str, str]) -> None:
    example = {"opened": FRIDAY["opened"], **priority, "first_response": "Mon 2026-03-30 09:50"}
    assert list(of(example)) == ["priority"]


def test_the_matrix_gives_an_example_its_priority() -> None:
    matrix = {"high": {"high": "P1"}, "low": {"low": "P2"}}
    due = {"opened": FRIDAY["opened"], "first_response": "Mon 2026-03-30 09:50"}
    assert accepted({**due, "impact": "low", "urgency": "low"}, priority_matrix=matrix)
    assert list(of({**due, "impact": "low", "urgency": "high"}, priority_matrix=matrix)) == ["priority"]


def test_each_example_has_its_number() -> None:
    right = {**FRIDAY, "first_response": "Mon 2026-03-30 09:50"}
    found = faults({**DOCUMENT, "examples": [right, {**right, "first_response": "Mon 2026-03-30 09:51"}, right]})
    assert list(found) == ["examples.1.first_response"]


def test_a_ticket_that_would_be_refused_for_its_day_is_no_example() -> None:
    right = {**FRIDAY, "first_response": "Mon 2026-03-30 09:50"}
    begins = {"effective_from": "2026-03-28"}
    assert of(right, **begins) == {"opened": "lies before 2026-03-28, on which the contract takes effect"}
    ends = {"effective_from": "2026-01-26", "term": "2 months", "transition_days": 1}
    assert of(right, **ends) == {"opened": "lies after 2026-03-26, the last day on which tickets are measured"}
    assert accepted(right, **{**ends, "transition_days": 2})


def test_where_the_contract_has_no_calendar_the_clock_on_the_wall_is_utc() -> None:
    example = {"priority": "P1", "opened": "Fri 2026-03-27 16:50", "resolution": "Fri 2026-03-27 20:50"}
    assert read_contract(changed(examples=[example]), "acme-gold", TEAMS, check=faults_of_examples).examples == [
        example
    ]


class TestWhatSelectorsLookAt:
    """The fields of an example are what they are on a ticket, although a document writes them all as text."""

    def test_a_number_of_users_is_a_number(self) -> None:
        rows = [{"when": {"affected_users_at_least": 50}, "resolution": "1h"}, {"resolution": "4h"}]
        many = {**FRIDAY, "affected_users": "60", "resolution": "Mon 2026-03-30 09:50"}
        assert accepted(many, targets=rows)
        few = {**many, "affected_users": "9"}
        # Four hours: ten minutes on Friday, from nine to noon and fifty minutes after lunch on Monday.
        assert of(few, targets=rows) == {"resolution": "is due Mon 2026-03-30 13:50, not Mon 2026-03-30 09:50"}
        assert of({**many, "affected_users": "many"}, targets=rows) == {"affected_users": "must be a whole number"}

    def test_tags_are_separated_by_commas(self) -> None:
        rows = [{"when": {"tags": ["outage"]}, "resolution": "1h"}, {"resolution": "4h"}]
        for tags in ("outage", "vip, outage", "outage,vip"):
            assert accepted({**FRIDAY, "tags": tags, "resolution": "Mon 2026-03-30 09:50"}, targets=rows)
        assert accepted({**FRIDAY, "tags": "no outage", "resolution": "Mon 2026-03-30 13:50"}, targets=rows)

    def test_the_customer_s_own_deadline_is_written_like_every_instant_of_an_example(self) -> None:
        rows = [{"when": {"customer_deadline_within": "2h"}, "resolution": "1h"}, {"resolution": "4h"}]
        soon = {**FRIDAY, "customer_deadline": "Fri 2026-03-27 18:50", "resolution": "Mon 2026-03-30 09:50"}
        assert accepted(soon, targets=rows)
        assert accepted({**soon, "customer_deadline": "2026-03-27T17:50:00Z"}, targets=rows)
        later = {**soon, "customer_deadline": "Fri 2026-03-27 18:51", "resolution": "Mon 2026-03-30 13:50"}
        assert accepted(later, targets=rows)
        assert of({**soon, "customer_deadline": "soon"}, targets=rows) == {
            "customer_deadline": "is not an instant; write it as Fri 2026-03-27 16:50, or as RFC 3339"
        }

    def test_an_example_that_is_a_ticket_s_field_of_the_wrong_form_is_told_so(self) -> None:
        example = {**FRIDAY, "handoff": "log", "first_response": "Mon 2026-03-30 09:50"}
        assert of(example) == {"handoff": "must be an object with named fields"}

    def test_a_site_gives_an_example_its_zone(self) -> None:
        parts: dict[str, Any] = {
            "calendar": {**BERLIN, "timezone": {"of": "site", "otherwise": "Europe/Berlin"}},
            "sites": {"boston": "America/New_York"},
        }
        # 16:50 in Berlin is 11:50 in Boston, where ten minutes are left until lunch.
        example = {**FRIDAY, "site": "boston", "first_response": "Fri 2026-03-27 18:50"}
        assert accepted(example, **parts)


def test_an_example_is_not_reckoned_while_the_targets_are_at_fault() -> None:
    example = {**FRIDAY, "first_response": "Mon 2026-03-30 09:00"}
    found = faults({**MINIMAL, "targets": {"P2": {"first_response": "1h", "calendar": "night"}}, "examples": [example]})
    assert list(found) == ["targets.P2.calendar"]


def test_an_hour_that_comes_twice_is_the_first_and_one_that_the_clocks_skip_is_the_one_after() -> None:
    autumn = instant_in("Europe/Berlin", "Sun 2026-10-25 02:30")
    assert wall_time(autumn, "UTC") == "Sun 2026-10-25 00:30"
    spring = instant_in("Europe/Berlin", "Sun 2026-03-29 02:30")
    assert wall_time(spring, "Europe/Berlin") == "Sun 2026-03-29 03:30"
