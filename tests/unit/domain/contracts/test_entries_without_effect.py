"""An entry of a calendar that another one hides is refused where it stands, and never silently without effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.contracts.test_reading import TEAMS, changed, faults
from tocsin.domain.calendars.calendar_terms import CalendarTerms
from tocsin.domain.calendars.notation import weekdays
from tocsin.domain.calendars.without_effect import without_effect
from tocsin.domain.contracts.contract import Contract
from tocsin.domain.contracts.reading import read_contract

DAY, MORNING = ["09:00-17:00"], ["09:00-12:00"]
EVE = {"name": "Christmas Eve", "open": MORNING}


def with_calendar(**parts: Any) -> dict[str, Any]:
    return changed(calendar={"timezone": "Europe/Berlin", **parts})


def accepted(**parts: Any) -> bool:
    return bool(read_contract(with_calendar(**parts), "acme-gold", TEAMS).rows)


class TestWeeklyHours:
    def test_a_key_all_of_whose_days_have_narrower_keys_is_refused(self) -> None:
        each = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), MORNING)
        assert faults(with_calendar(weekly={"mon-fri": DAY, **each})) == {
            "calendar.weekly.mon-fri": (
                "has no effect, since each of its days has the hours of a key that names fewer days: "
                "mon, tue, wed, thu, fri; leave it out"
            )
        }

    def test_it_is_refused_in_every_calendar_also_where_the_narrower_keys_name_several_days(self) -> None:
        weekly = {"daily": DAY, "mon-fri": MORNING, "sat,sun": []}
        night = {"timezone": "UTC", "weekly": weekly}
        assert faults(changed(calendars={"night": night})) == {
            "calendars.night.weekly.daily": (
                "has no effect, since each of its days has the hours of a key that names fewer days: "
                "mon-fri, sat,sun; leave it out"
            )
        }

    def test_a_key_that_says_the_hours_of_one_day_is_enough(self) -> None:
        each = dict.fromkeys(("mon", "tue", "wed", "thu"), MORNING)
        assert accepted(weekly={"mon-fri": DAY, **each})

    def test_a_day_that_is_closed_by_one_key_and_open_by_another_as_narrow_is_refused(self) -> None:
        assert faults(with_calendar(weekly={"mon-tue": [], "tue-wed": DAY})) == {
            "calendar.weekly.mon-tue": (
                "is closed, but tue-wed names as many days and is open on tue; give tue a key of its own"
            )
        }
        assert faults(with_calendar(weekly={"mon": DAY, "MON": []})) == {
            "calendar.weekly.MON": "is closed, but mon names as many days and is open on mon; leave one of them out"
        }

    def test_closed_days_may_be_named(self) -> None:
        assert accepted(weekly={"mon-fri": DAY, "sat,sun": []})
        assert accepted(weekly={"mon-fri": DAY, "wed": []})
        assert accepted(weekly={"mon-tue": [], "tue-wed": DAY, "tue": []})

    @pytest.mark.parametrize(
        ("windows", "hidden", "by"),
        [
            (["09:00-17:00", "10:00-12:00"], 1, "09:00-17:00"),
            (["10:00-12:00", "09:00-17:00"], 0, "09:00-17:00"),
            (["09:00-17:00", "09:00-17:00"], 1, "09:00-17:00"),
            (["22:00-06:00", "23:00-24:00"], 1, "22:00-06:00"),
            (["22:00-06:00", "23:00-05:00"], 1, "22:00-06:00"),
        ],
    )
    def test_a_window_inside_another_of_the_same_list_is_refused(
        self, windows: list[str], hidden: int, by: str
    ) -> None:
        why = f"has no effect: {by} contains it; leave it out"
        assert faults(with_calendar(weekly={"mon-fri": windows})) == {f"calendar.weekly.mon-fri.{hidden}": why}
        special = {"12-24": {"name": "Christmas Eve", "open": windows}}
        assert faults(with_calendar(special_days=special)) == {f"calendar.special_days.12-24.open.{hidden}": why}

    def test_windows_may_overlap_and_touch(self) -> None:
        assert accepted(weekly={"mon-fri": ["09:00-13:00", "12:00-17:00", "17:00-18:00"]})
        assert accepted(weekly={"mon-fri": ["22:00-06:00", "05:00-07:00"]})


KEYS = ["daily", "mon-fri", "sat,sun", "mon", "tue", "wed-thu", "fri-sun", "tue-thu", "mon,wed"]


@given(st.dictionaries(st.sampled_from(KEYS), st.sampled_from([DAY, MORNING, ["13:00-18:00"]]), min_size=1))
def test_a_key_is_refused_exactly_when_the_week_is_the_same_whatever_its_hours_are(weekly: dict[str, Any]) -> None:
    def week(hours: Mapping[str, Any]) -> set[Any]:
        return {*CalendarTerms(timezone="UTC", weekly=hours).windows()}

    refused = {fault.path for fault in without_effect(CalendarTerms(timezone="UTC", weekly=weekly))}
    for key in weekly:
        changes = week({**weekly, key: ["01:00-02:00"]}) != week({**weekly, key: ["03:00-04:00"]})
        assert (f"weekly.{key}" in refused) is not changes, weekdays(key)


class TestHolidaysOfOnesOwn:
    @pytest.mark.parametrize(
        ("holidays", "special", "path"),
        [
            ({"dates": {"2026-12-24": "Closed"}}, "2026-12-24", "dates.2026-12-24"),
            ({"dates": {"2026-12-24": "Closed"}}, "12-24", "dates.2026-12-24"),
            ({"yearly": {"12-24": "Closed"}}, "12-24", "yearly.12-24"),
        ],
    )
    def test_one_whose_day_has_hours_of_its_own_is_refused(
        self, holidays: Mapping[str, Any], special: str, path: str
    ) -> None:
        assert faults(with_calendar(holidays=holidays, special_days={special: EVE})) == {
            f"calendar.holidays.{path}": (
                f"has no effect, since `special_days` has {special}; leave out one of the two"
            )
        }

    def test_a_special_day_of_one_year_leaves_the_yearly_holiday_its_other_years(self) -> None:
        assert accepted(holidays={"yearly": {"12-24": "Closed"}}, special_days={"2026-12-24": EVE})

    def test_public_holidays_and_those_of_a_set_are_there_to_be_opened_on(self) -> None:
        assert accepted(holidays={"country": "DE"}, special_days={"12-25": EVE})
        shared = {"holidays": "ours", "special_days": {"12-24": EVE}, "timezone": "UTC"}
        document = changed(calendar=shared, holidays={"ours": {"yearly": {"12-24": "Closed"}}})
        assert read_contract(document, "acme-gold", TEAMS).rows


def test_a_contract_that_was_put_before_is_still_read() -> None:
    """What is refused when a contract is put keeps no ticket of an older version from being assessed."""
    document = with_calendar(weekly={"mon": DAY, "MON": []}, special_days={"2026-12-24": EVE})
    assert Contract.model_validate({"contract_id": "acme-gold", **document}, context={"public_holidays": {}}).rows
