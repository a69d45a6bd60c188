"""The contract document: the ten lines that are enough, and every way to get it wrong, in words and with its path."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.unit.story import DOCUMENT, REVIEW, contract, promised
from tocsin.domain.assessment.contract_examples import faults_of_examples
from tocsin.domain.calendars.calendar import ALWAYS
from tocsin.domain.contracts.countdown import Countdown
from tocsin.domain.contracts.promise import Threshold
from tocsin.domain.contracts.reading import read_contract
from tocsin.domain.values.faults import Invalid
from tocsin.domain.values.instants import BusinessDays

TEAMS = {"frontline", "engineering", "management"}
OTHERS = {"schedule": {"emea"}, "member": {"dora"}}
TIER = {"team": "frontline", "acknowledge_within": "15m"}
MINIMAL: Mapping[str, Any] = {
    "customer": {"name": "ACME"},
    "targets": {"P1": {"resolution": "4h"}},
    "escalation": {"tiers": [TIER]},
}


def faults(document: Mapping[str, Any], contract_id: str = "acme-gold", teams: set[str] = TEAMS) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        read_contract(document, contract_id, teams, check=faults_of_examples, known_others=OTHERS)
    assert caught.value.detail == "The contract has faults; nothing was stored."
    return {fault.path: fault.message for fault in caught.value.faults}


def changed(**parts: Any) -> dict[str, Any]:
    return {**MINIMAL, **parts}


def test_a_handful_of_lines_is_a_contract_and_the_rest_has_defaults() -> None:
    found = read_contract(MINIMAL, "acme-gold", TEAMS)
    assert found.contract_id == "acme-gold"
    assert found.calendar_named(None) is ALWAYS
    assert found.warn_at == [Threshold(percent=75)]
    assert found.escalation.repeat_last_tier == 2
    assert found.timezone == "UTC"
    assert promised(found, "P1", "first_response") is None
    assert promised(found, "P9", "resolution") is None


def test_the_document_is_left_as_it_was_given() -> None:
    document = changed(contract_id="acme-gold")
    before = repr(document)
    read_contract(document, "acme-gold", TEAMS)
    assert repr(document) == before


def test_everything_that_is_wrong_is_told_at_once() -> None:
    document = {
        "contract_id": "other",
        "customer": {},
        "calender": {},
        "calendar": {"timezone": "Berlin"},
        "targets": {"P1": {"resolution": "0m", "calendar": "night"}, "P2": {}, "P 3": {"resolution": "1h"}},
        "warn_at": ["75%", "120%"],
        "escalation": {"tiers": [{"team": "nobody", "acknowledge_within": "soon"}], "repeat_last_tier": 11},
        "review": {"team": "nowhere", "from_tier": 2, "due_within": "3d"},
    }
    assert faults(document) == {
        "contract_id": "is 'other', but the address says 'acme-gold'",
        "customer.name": "is required",
        "calender": "is not a field here; did you mean calendar?",
        "calendar.timezone": "'Berlin' is not a time zone; write an IANA name such as Europe/Berlin",
        "targets.P1.resolution": "must be longer than zero",
        "targets.P1.calendar": "there is no calendar 'night' in this contract; known are: always",
        "targets.P2": "promises nothing; give a target for at least one metric, such as first_response, next_response, "
        "resolution, first_resolution, periodic_update, pausable_update, requester_wait, agent_work, "
        "customer_notification",
        "targets.P 3": "has characters that are not allowed here, or is too long; "
        "it must match ^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$",
        "warn_at.1": "'120%' is not a threshold; write a share from 1% to 99%, or time left: 30m",
        "escalation.tiers.0.acknowledge_within": "'soon' is not a duration; "
        "write minutes or hours, such as 15m, 4h, 1h30m or PT4H",
        "escalation.tiers.0.team": "there is no team 'nobody'; put it first. "
        "Known are: engineering, frontline, management",
        "escalation.repeat_last_tier": "input should be less than or equal to 10",
        "review.due_within": "'3d' is not a number of business days; write 3bd or 3 business days",
        "review.team": "there is no team 'nowhere'; put it first. Known are: engineering, frontline, management",
        "review.from_tier": "is 2, but the escalation has 1 tiers",
    }


@pytest.mark.parametrize(
    "target", ["0m", "PT0S", "-15m", "", "4", 4, 4.5, True, "1d", "87841h", "9" * 30 + "h", ["4h"], {}, "four hours"]
)
@pytest.mark.parametrize("metric", ["first_response", "resolution", "periodic_update"])
def test_zero_negative_and_absurd_targets_are_refused_when_the_contract_is_put(metric: str, target: object) -> None:
    found = faults(changed(targets={"P1": {metric: target}}))
    assert list(found) == [f"targets.P1.{metric}"]


@pytest.mark.parametrize(
    "targets", [{}, [], None, "P1", {"P1": None}, {"P1": []}, {"P1": {}}, {"P1": {"calendar": "always"}}]
)
def test_a_contract_that_promises_nothing_is_refused(targets: object) -> None:
    assert [path.split(".")[0] for path in faults(changed(targets=targets))] == ["targets"]


def test_a_target_that_its_calendar_cannot_use_up_in_our_lifetime_is_refused_when_the_contract_is_put() -> None:
    calendar = {"timezone": "UTC", "weekly": {"mon": ["09:00-10:00"]}}
    found = faults(changed(calendar=calendar, targets={"P1": {"resolution": "87840h"}}))
    assert list(found) == ["targets.P1.resolution"]


def test_a_calendar_that_is_closed_for_a_whole_later_year_is_refused_when_the_contract_is_put() -> None:
    days = {(date(2027, 1, 1) + timedelta(days=number)).isoformat(): "closed" for number in range(365)}
    calendar = {"timezone": "UTC", "weekly": {"daily": ["09:00-17:00"]}, "holidays": {"dates": days}}
    assert list(faults(changed(calendar=calendar, targets={"P1": {"resolution": "3000h"}})))


def test_a_shared_set_of_holidays_that_closes_a_calendar_for_a_year_is_refused_like_one_of_its_own() -> None:
    days = {(date(2028, 1, 1) + timedelta(days=number)).isoformat(): "closed" for number in range(366)}
    calendars = {"office": {"timezone": "UTC", "holidays": "all"}, "field": {"timezone": "UTC", "holidays": "none"}}
    found = faults(changed(calendars=calendars, holidays={"all": {"dates": days}, "none": {}}))
    assert found == {
        "calendars.office": "has no open hour in a year with the holidays 'all'; no target could ever be due"
    }


@pytest.mark.parametrize("field", ["acknowledge_within", "resolve_within"])
def test_a_later_tier_s_target_that_its_calendar_cannot_use_up_is_refused_at_its_place(field: str) -> None:
    tiers = [TIER, {**TIER, "calendar": "mondays", field: "87840h"}]
    mondays = {"timezone": "UTC", "weekly": {"mon": ["09:00-10:00"]}}
    found = faults(changed(calendars={"mondays": mondays}, escalation={"tiers": tiers}))
    assert list(found) == [f"escalation.tiers.1.{field}"]


@pytest.mark.parametrize("reminder", ["3bd", "999bd"])
def test_a_review_that_nobody_could_be_reminded_of_in_time_is_refused(reminder: str) -> None:
    review = {"team": "management", "from_tier": 1, "due_within": "3bd", "remind_within": reminder}
    assert faults(changed(review=review)) == {
        "review.remind_within": "is not shorter than `due_within`; nobody would be reminded in time"
    }


@pytest.mark.parametrize(
    ("part", "path", "message"),
    [
        ({"tagrets": {}}, "tagrets", "did you mean targets?"),
        ({"customer": {"name": "A", "jurisdicton": "DE"}}, "customer.jurisdicton", "did you mean jurisdiction?"),
        ({"targets": {"P1": {"resolution_time": "4h"}}}, "targets.P1.resolution_time", "did you mean resolution?"),
        (
            {"escalation": {"tiers": [{**TIER, "acknowledge_in": "15m"}]}},
            "escalation.tiers.0.acknowledge_in",
            "did you mean acknowledge_within?",
        ),
        ({"calendar": {"time_zone": "UTC"}}, "calendar.time_zone", "did you mean timezone?"),
        ({"review": {**REVIEW, "owner": "x"}}, "review.owner", "known are team, due_within, from_tier"),
    ],
)
def test_a_misspelt_field_is_told_which_was_meant(part: Mapping[str, Any], path: str, message: str) -> None:
    assert message in faults(changed(**part))[path]


def test_a_calendar_must_be_defined_before_it_is_named() -> None:
    document = changed(
        calendars={"night": {"timezone": "UTC"}},
        targets={"P1": {"resolution": "4h", "calendar": "nihgt"}},
        escalation={"tiers": [{**TIER, "calendar": "office"}]},
        review={**REVIEW, "from_tier": 1, "calendar": ""},
    )
    assert faults(document) == {
        "targets.P1.calendar": "there is no calendar 'nihgt' in this contract; known are: always, night",
        "escalation.tiers.0.calendar": "there is no calendar 'office' in this contract; known are: always, night",
        "review.calendar": "there is no calendar '' in this contract; known are: always, night",
    }


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        ({"warnings_in": "office"}, "warnings_in"),
        ({"escalation": {"tiers": [{**TIER, "calendar": "office"}]}}, "escalation.tiers.0.calendar"),
        ({"review": {**REVIEW, "from_tier": 1, "calendar": "office"}}, "review.calendar"),
    ],
)
def test_a_calendar_that_is_named_in_one_place_and_defined_nowhere_is_that_fault_and_no_crash(
    parts: Mapping[str, Any], path: str
) -> None:
    example = {"priority": "P1", "opened": "2026-03-27 16:50", "resolution": "2026-03-27 20:50"}
    found = faults(changed(**parts, examples=[example]))
    assert found == {path: "there is no calendar 'office' in this contract; known are: always"}


def test_priorities_that_are_no_names_are_faults_and_no_crash_where_rows_look_at_them() -> None:
    rows = [{"when": {"priority": ["P1", "P2"]}, "resolution": "4h"}, {"resolution": "8h"}]
    assert set(faults(changed(priorities=["P1", None, ["P2"]], targets=rows))) == {"priorities.1", "priorities.2"}


def test_the_calendar_that_is_always_open_cannot_be_redefined() -> None:
    found = faults(changed(calendars={"always": {"timezone": "UTC", "weekly": {"mon": ["09:00-17:00"]}}}))
    assert found == {"calendars.always": "is the calendar that is always open and cannot be defined"}


def test_faults_inside_a_named_calendar_have_their_path() -> None:
    found = faults(changed(calendars={"night": {"timezone": "UTC", "weekly": {"mon": ["22-6"]}}}))
    assert list(found) == ["calendars.night.weekly.mon.0"]


def test_where_no_team_has_been_put_that_is_said() -> None:
    assert faults(MINIMAL, teams=set()) == {
        "escalation.tiers.0.team": "there is no team 'frontline'; put it first. Known are: none yet"
    }


@pytest.mark.parametrize("tiers", [[], None, {}, "frontline", [None], ["frontline"], [TIER] * 10])
def test_a_chain_has_one_to_nine_tiers(tiers: object) -> None:
    assert all(path.startswith("escalation.tiers") for path in faults(changed(escalation={"tiers": tiers})))


def test_each_tier_s_fault_has_its_number() -> None:
    tiers = [TIER, {"team": "frontline"}, {"acknowledge_within": "0m", "team": "Front Line"}]
    found = faults(changed(escalation={"tiers": tiers}))
    assert set(found) == {
        "escalation.tiers.1.acknowledge_within",
        "escalation.tiers.2.acknowledge_within",
        "escalation.tiers.2.team",
    }


@pytest.mark.parametrize("number", [-1, 11, 10**30, 1.5, "many", None])
def test_the_last_tier_is_repeated_a_bounded_number_of_times(number: object) -> None:
    escalation = {"tiers": [TIER], "repeat_last_tier": number}
    assert list(faults(changed(escalation=escalation))) == ["escalation.repeat_last_tier"]


@pytest.mark.parametrize("text", ["0%", "100%", "-5%", "75", 75, "left", "0m left", "75% left", "", None, "1d"])
def test_a_threshold_that_warns_of_nothing_is_refused(text: object) -> None:
    assert list(faults(changed(warn_at=[text]))) == ["warn_at.0"]
    assert list(faults(changed(targets={"P1": {"resolution": "4h", "warn_at": ["50%", text]}}))) == [
        "targets.P1.warn_at.1"
    ]


def test_a_thousand_thresholds_are_refused_since_one_assessment_has_to_record_what_they_warn_of() -> None:
    # A transaction of DynamoDB has at most a hundred writes, and every warning is one.
    thresholds = [f"{seconds}s" for seconds in range(60, 1060)]
    assert any(path.startswith("warn_at") for path in faults(changed(warn_at=thresholds)))


def test_a_list_of_thresholds_may_be_empty_but_not_a_word() -> None:
    assert read_contract(changed(warn_at=[]), "acme-gold", TEAMS).warn_at == []
    assert faults(changed(warn_at="75%")) == {"warn_at": "must be a list"}


@pytest.mark.parametrize("days", ["0bd", "3", 3, "3d", "1000bd", "-1bd", None])
def test_a_review_is_due_in_business_days(days: object) -> None:
    assert list(faults(changed(review={**REVIEW, "from_tier": 1, "due_within": days}))) == ["review.due_within"]


def test_a_review_from_a_tier_that_does_not_exist_is_refused_also_where_the_tier_is_the_default() -> None:
    assert "review.from_tier" in faults(changed(review={"team": "management", "due_within": "3bd"}))


@pytest.mark.parametrize(
    "value", [None, [], "x", 1, {"name": ""}, {"name": "x" * 201}, {"name": None}, {"name": 5}, {"name": ["A"]}]
)
def test_a_contract_has_a_customer_with_a_name(value: object) -> None:
    assert [path.split(".")[0] for path in faults(changed(customer=value))] == ["customer"]


@pytest.mark.parametrize("part", ["calendar", "calendars", "escalation", "review", "provider", "targets"])
@pytest.mark.parametrize("value", [[], "x", 1, True, [None], {"": None}])
def test_a_part_of_the_wrong_kind_is_a_fault_and_no_crash(part: str, value: object) -> None:
    if (part, value) != ("calendars", {}):
        assert all(path.split(".")[0] == part for path in faults(changed(**{part: value})))


@pytest.mark.parametrize(
    ("part", "path"),
    [
        # What YAML 1.1 would make of no, 1:30, 0o17 and a date: such values arrive as texts and are judged as such.
        ({"calendar": {"timezone": "UTC", "holidays": {"country": False}}}, "calendar.holidays.country"),
        ({"targets": {"P1": {"resolution": "1:30"}}}, "targets.P1.resolution"),
        ({"targets": {"P1": {"resolution": "0o17"}}}, "targets.P1.resolution"),
        ({"targets": {"P1": {"resolution": 5400}}}, "targets.P1.resolution"),
        ({"effective_from": "01.02.2026"}, "effective_from"),
        ({"calendar": {"timezone": "UTC", "weekly": {"mon": [{"09": "00-17:00"}]}}}, "calendar.weekly.mon.0"),
        ({"calendar": {"timezone": "UTC", "weekly": {"mon": "09:00-17:00"}}}, "calendar.weekly.mon"),
    ],
)
def test_what_yaml_makes_of_a_slip_is_a_fault_at_its_place(part: Mapping[str, Any], path: str) -> None:
    assert list(faults(changed(**part))) == [path]


@pytest.mark.parametrize("day", [0, "0", 1767225600, "2026-01-01T00:00:00Z", "20260101", "2026-W01-4"])
def test_a_number_or_an_instant_is_no_date(day: object) -> None:
    why = "is not a date; write it as 2026-12-24"
    signatories = [{"name": "Jo", "party": "customer", "signed_on": day}]
    assert faults(changed(effective_from=day, revision={"in_force_from": day}, signatories=signatories)) == {
        "effective_from": why,
        "revision.in_force_from": why,
        "signatories.0.signed_on": why,
    }


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_version_that_comes_into_force_in_another_age_is_a_slip_of_the_pen(day: str) -> None:
    found = faults(changed(revision={"in_force_from": day}))
    assert found == {"revision.in_force_from": "lies outside the years 1970 to 2150; check the year"}


@pytest.mark.parametrize("names", [{"country": ""}, {"country": "DE", "subdivision": ""}, {"subdivision": ""}])
def test_a_country_or_subdivision_without_a_name_is_not_the_same_as_none(names: Mapping[str, str]) -> None:
    calendar = {"timezone": "UTC", "holidays": names}
    assert list(faults(changed(calendar=calendar))) == ["calendar.holidays"]


def test_norway_is_a_country() -> None:
    calendar = {"timezone": "Europe/Oslo", "holidays": {"country": "NO"}}
    assert read_contract(changed(calendar=calendar), "acme-gold", TEAMS).timezone == "Europe/Oslo"


def test_each_row_of_targets_may_have_its_own_calendar_and_thresholds() -> None:
    found = contract(
        targets={"P1": {"resolution": "4h", "calendar": "always", "warn_at": ["30m left"]}, "P2": {"resolution": "8h"}}
    )
    urgent, normal = promised(found, "P1", "resolution"), promised(found, "P2", "resolution")
    assert urgent is not None
    assert normal is not None
    assert urgent.calendar is ALWAYS
    assert urgent.warn_at == (Threshold(left=timedelta(minutes=30)),)
    assert normal.calendar is found.calendar_named(None)
    assert normal.warn_at == (Threshold(percent=75),)


def test_a_review_is_promised_for_every_priority_in_business_days_of_its_calendar() -> None:
    promise = promised(contract(review=REVIEW), "P3", "review")
    assert promise is not None
    assert (promise.target, promise.warn_at) == (BusinessDays(3), (BusinessDays(2),))
    friday = datetime(2026, 3, 27, 12, tzinfo=UTC)
    assert Countdown(promise, friday).due_at([]) == datetime(2026, 4, 1, 15, tzinfo=UTC)


def test_the_same_document_gives_the_same_promises_so_that_a_change_of_nothing_is_none() -> None:
    first, second = read_contract(DOCUMENT, "a", TEAMS), read_contract(DOCUMENT, "a", TEAMS)
    assert promised(first, "P2", "resolution") == promised(second, "P2", "resolution")


@pytest.mark.parametrize("value", [True, False, 1.5, "many", [30]])
def test_what_is_no_whole_number_is_none(value: Any) -> None:
    tiers = {"tiers": [TIER], "repeat_last_tier": value}
    assert faults(changed(notice_days=value, escalation=tiers)) == {
        "notice_days": "must be a whole number",
        "escalation.repeat_last_tier": "must be a whole number",
    }
