"""Schedules, their overrides, and the teams that name them: the same in memory and on DynamoDB."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.adapters.conftest import FORMS
from tests.scenarios.desk import SCHEDULE
from tests.unit.fakes import EARLIEST, FakeSchedules, FakeShiftNotices, FakeTeams
from tests.unit.story import team
from tocsin.adapters.dynamodb.schedules import DynamoSchedules
from tocsin.adapters.dynamodb.shift_notices import DynamoShiftNotices
from tocsin.adapters.dynamodb.table import Table
from tocsin.adapters.dynamodb.teams import DynamoTeams
from tocsin.domain.oncall.override import KeptOverride, TakenBack
from tocsin.domain.oncall.schedule import Schedule
from tocsin.domain.oncall.shift_notices import ToldOnCall
from tocsin.domain.oncall.stored_schedule import StoredSchedule
from tocsin.domain.oncall.timetable import Timetable
from tocsin.domain.values.faults import SequenceConflict
from tocsin.ports.oncall import Schedules, ShiftNotices, Teams

NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)
EMEA, OTHER = Schedule.model_validate(SCHEDULE), Schedule.model_validate({**SCHEDULE, "name": "Other"})
LATER = KeptOverride("o3", "dora", NOON + timedelta(hours=3), NOON + timedelta(hours=4), "a wedding", None, NOON)
SOONER = replace(LATER, override_id="o2", starts_at=NOON, ends_at=NOON + timedelta(hours=1), by="ana")


TELLING = Schedule.model_validate({**SCHEDULE, "hand_over_notice": True})
TOLD = ToldOnCall(frozenset({"ana"}), 2)


@pytest.fixture(params=FORMS)
def ports(request: pytest.FixtureRequest) -> tuple[Schedules, Teams]:
    if request.param == "in memory":
        schedules = FakeSchedules()
        return schedules, FakeTeams(schedules=schedules)
    table = request.getfixturevalue("table")
    return DynamoSchedules(table), DynamoTeams(table)


@pytest.fixture
def schedules(ports: tuple[Schedules, Teams]) -> Schedules:
    return ports[0]


def stored(schedules: Schedules, schedule_id: str = "emea") -> StoredSchedule:
    found = schedules.get("acme", schedule_id)
    assert found is not None
    return found


def test_a_schedule_comes_back_as_it_was_put_last(schedules: Schedules) -> None:
    schedules.put("acme", "emea", EMEA, 0)
    assert stored(schedules) == StoredSchedule("emea", 1, Timetable(EMEA, ()))
    schedules.put("acme", "emea", OTHER, 1)
    assert stored(schedules) == StoredSchedule("emea", 2, Timetable(OTHER, ()))
    assert schedules.get("acme", "eme") is None
    assert schedules.get("globex", "emea") is None


def test_overrides_come_back_in_order_and_stay_when_the_schedule_is_put(schedules: Schedules) -> None:
    schedules.put("acme", "emea", EMEA, 0)
    schedules.put("acme", "emea-2", OTHER, 0)
    schedules.keep("acme", stored(schedules), LATER)
    schedules.keep("acme", stored(schedules), SOONER)
    schedules.put("acme", "emea", OTHER, 3)
    assert stored(schedules) == StoredSchedule("emea", 4, Timetable(OTHER, (SOONER, LATER)))
    assert schedules.all("acme") == {each: stored(schedules, each) for each in ("emea", "emea-2")}
    assert stored(schedules, "emea-2").timetable.overrides == ()
    assert schedules.all("globex") == {}


def test_an_override_is_replaced_by_the_one_with_its_id(schedules: Schedules) -> None:
    schedules.put("acme", "emea", EMEA, 0)
    schedules.keep("acme", stored(schedules), SOONER)
    taken_back = replace(SOONER, taken_back=TakenBack(NOON, "ana"))
    schedules.keep("acme", stored(schedules), taken_back)
    assert stored(schedules).timetable.overrides == (taken_back,)


@pytest.mark.parametrize("before", [0, 2])
def test_whoever_has_not_seen_the_last_change_changes_nothing(schedules: Schedules, before: int) -> None:
    schedules.put("acme", "emea", EMEA, 0)
    seen = stored(schedules)
    with pytest.raises(SequenceConflict):
        schedules.put("acme", "emea", OTHER, before)
    with pytest.raises(SequenceConflict):
        schedules.keep("acme", replace(seen, revision=2), SOONER)
    assert stored(schedules) == seen


def test_a_schedule_that_is_not_there_has_no_revision_yet(schedules: Schedules) -> None:
    with pytest.raises(SequenceConflict):
        schedules.put("acme", "emea", EMEA, 1)
    assert schedules.get("acme", "emea") is None


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_the_list_has_each_schedule_once_in_the_order_of_their_ids(schedules: Schedules, limit: int) -> None:
    for schedule_id in ("b", "a", "a-b", "ab"):
        schedules.put("acme", schedule_id, EMEA, 0)
    found: list[str] = []
    page, cursor = schedules.listed("acme", limit, None)
    while page:
        assert len(page) <= limit
        found += [each.schedule_id for each in page]
        page, cursor = schedules.listed("acme", limit, cursor) if cursor else ([], None)
    assert found == ["a", "a-b", "ab", "b"]


@pytest.mark.parametrize("cursor", ["x", "e30", "WyJhIiwiYiJd", "ä", "WzFd"])
def test_what_is_no_cursor_is_refused(table: Table, cursor: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of whatever kind
        DynamoSchedules(table).listed("acme", 10, cursor)


def test_a_team_comes_with_the_schedule_that_it_names_as_it_is_now(ports: tuple[Schedules, Teams]) -> None:
    schedules, teams = ports
    teams.put("acme", "frontline", team("ana", "ben", "dora", on_call={"schedule": "emea"}))
    assert on_call(teams) == []
    schedules.put("acme", "emea", EMEA, 0)
    assert on_call(teams) == ["ana"]
    schedules.keep("acme", stored(schedules), SOONER)
    assert on_call(teams) == ["dora"]
    assert teams.all("acme")["frontline"].on_call_at(NOON) == ["dora"]


def on_call(teams: Teams) -> list[str]:
    found = teams.get("acme", "frontline")
    assert found is not None
    return found.on_call_at(NOON)


@pytest.fixture
def notices(schedules: Schedules, request: pytest.FixtureRequest) -> ShiftNotices:
    if isinstance(schedules, FakeSchedules):
        return FakeShiftNotices(schedules)
    return DynamoShiftNotices(request.getfixturevalue("table"))


def test_only_schedules_that_tell_of_shifts_are_looked_at_at_once_and_then_when_it_is_time(
    schedules: Schedules, notices: ShiftNotices
) -> None:
    schedules.put("acme", "emea", TELLING, 0)
    schedules.put("acme", "other", OTHER, 0)
    assert list(notices.due(EARLIEST)) == [("acme", "emea")]
    notices.look_again("acme", "emea", 1, NOON)
    assert list(notices.due(NOON - timedelta.resolution)) == []
    assert list(notices.due(NOON)) == [("acme", "emea")]


def test_whatever_changes_a_schedule_has_it_looked_at_anew_and_forgets_nothing(
    schedules: Schedules, notices: ShiftNotices
) -> None:
    schedules.put("acme", "emea", TELLING, 0)
    notices.record("acme", "emea", TOLD)
    changes: list[Callable[[], None]] = [
        lambda: schedules.put("acme", "emea", TELLING, 1),
        lambda: schedules.keep("acme", stored(schedules), SOONER),
    ]
    for change in changes:
        notices.look_again("acme", "emea", stored(schedules).revision, NOON)
        seen = stored(schedules).revision
        change()
        notices.look_again("acme", "emea", seen, NOON)
        assert list(notices.due(EARLIEST)) == [("acme", "emea")], "who has not seen the change does not put it off"
        assert notices.told("acme", "emea") == TOLD


def test_without_notices_and_once_deleted_nothing_is_due_kept_or_can_be_recorded(
    schedules: Schedules, notices: ShiftNotices
) -> None:
    schedules.put("acme", "emea", TELLING, 0)
    notices.record("acme", "emea", TOLD)
    schedules.put("acme", "emea", EMEA, 1)
    notices.record("acme", "emea", TOLD)
    notices.look_again("acme", "emea", 2, NOON)
    assert (list(notices.due(NOON)), notices.told("acme", "emea")) == ([], None)
    schedules.put("acme", "emea", TELLING, 2)
    notices.record("acme", "emea", TOLD)
    schedules.delete("acme", stored(schedules))
    notices.record("acme", "emea", TOLD)
    notices.look_again("acme", "emea", 3, NOON)
    assert (list(notices.due(NOON)), notices.told("acme", "emea")) == ([], None)
    schedules.put("acme", "emea", TELLING, 0)
    assert notices.told("acme", "emea") is None
    assert notices.told("acme", "nothing") is None
