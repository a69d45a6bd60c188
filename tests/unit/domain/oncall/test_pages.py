"""Pages are counted by person and night, and shared out with the rest of duty."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.oncall.test_fairness import WEEK, schedule
from tests.unit.story import team
from tocsin.domain.oncall.fairness import Paged, fairness
from tocsin.domain.oncall.nights import night_began
from tocsin.domain.oncall.pages import Pages, counted

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = datetime(2026, 1, 6, 23, tzinfo=UTC)
"""Midnight in Berlin, of a Tuesday."""


@pytest.mark.parametrize(
    ("at", "began"),
    [
        ("2026-01-06T20:59:59Z", None),
        ("2026-01-06T21:00:00Z", "2026-01-06T21:00:00Z"),
        ("2026-01-07T04:59:59Z", "2026-01-06T21:00:00Z"),
        ("2026-01-07T05:00:00Z", None),
        ("2026-03-29T03:59:59Z", "2026-03-28T21:00:00Z"),  # the clocks go forward in it
        ("2026-03-29T04:00:00Z", None),
    ],
)
def test_a_night_is_from_ten_to_six_by_the_clock_on_the_wall(at: str, began: str | None) -> None:
    found = night_began(datetime.fromisoformat(at), BERLIN)
    assert found == (datetime.fromisoformat(began) if began else None)


@given(
    st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: NIGHT + timedelta(minutes=minutes)),
    st.sampled_from(["UTC", "Asia/Kolkata", "America/St_Johns"]),
)
def test_it_is_night_whenever_the_wall_says_so(at: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    assert (night_began(at, zone) is not None) == (at.astimezone(zone).hour >= 22 or at.astimezone(zone).hour < 6)


def test_they_count_for_each_person_and_not_for_who_was_passed_over() -> None:
    pages = [Pages("T-1", 2, NIGHT, ("ana", "ben")), Pages("T-1", 5, NIGHT, ("ben",), passed_over=("ana",))]
    assert counted(pages) == {"ana": 1, "ben": 2}


def test_only_at_night_and_only_from_when_it_began_a_limit_counts() -> None:
    asked: list[datetime] = []

    def since(start: datetime) -> dict[str, int]:
        asked.append(start)
        return {"ana": 2, "ben": 1}

    found = team("ana", "ben", timezone="Europe/Berlin").paged_by(since)
    assert found.paged_enough(NIGHT) == frozenset()
    assert found.paged_enough(NIGHT.replace(hour=12), 1) == frozenset()
    assert asked == [], "nobody counts where there is no limit, or no night"
    assert found.paged_enough(NIGHT, 2) == {"ana"}
    assert found.paged_enough(NIGHT, 1) == {"ana", "ben"}
    assert set(asked) == {datetime(2026, 1, 6, 21, tzinfo=UTC)}


def test_the_lower_limit_holds_and_a_person_s_own_zone_before_their_team_s() -> None:
    people = [{"member_id": "ana", "name": "Ana"}, {"member_id": "ben", "name": "Ben", "timezone": "America/New_York"}]
    found = team(members=people, timezone="Europe/Berlin", most_pages_per_night=3)
    found = found.paged_by(lambda _: {"ana": 3, "ben": 3})
    assert found.paged_enough(NIGHT) == {"ana"}
    assert found.paged_enough(NIGHT, 5) == {"ana"}
    assert found.paged_enough(NIGHT + timedelta(hours=7)) == {"ben"}


def test_a_limit_of_none_at_all_asks_first_for_whom_it_is_day() -> None:
    people = [{"member_id": "ana", "name": "Ana"}, {"member_id": "ben", "name": "Ben", "timezone": "America/New_York"}]
    found = team(members=people, timezone="Europe/Berlin").paged_by(lambda _: {})
    assert found.paged_enough(NIGHT, 0) == {"ana"}
    assert found.paged_enough(NIGHT + timedelta(hours=7), 0) == {"ben"}
    assert found.paged_enough(NIGHT + timedelta(hours=12), 0) == frozenset()


def test_fairness_tells_pages_beside_hours_also_of_who_has_no_shift_in_the_period() -> None:
    start = datetime(2026, 1, 5, 8, tzinfo=UTC)
    saturday = datetime(2026, 1, 10, 12, tzinfo=UTC)
    pages = [
        Pages("T-1", 2, NIGHT, ("ana", "stranger")),
        Pages("T-2", 2, saturday, ("ana",)),
        Pages("T-3", 2, start, ("al",), passed_over=("ana",)),
    ]
    found = fairness(schedule(WEEK), start, start + timedelta(weeks=1), pages)
    assert [(each.member_id, each.shifts, each.paged) for each in found.shares] == [
        ("ana", 1, Paged(times=2, at_night=1, at_weekends=1, passed_over=1)),
        ("al", 0, Paged(times=1)),
    ]
