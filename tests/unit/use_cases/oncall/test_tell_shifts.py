"""Who comes and who goes is told when a shift begins or ends: once each, whatever fails, and by what counts then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenarios.desk import SCHEDULE
from tests.unit.fakes import LATEST, FakeShiftMessages, FakeShiftNotices
from tests.unit.story import team
from tests.unit.use_cases.world import World
from tocsin.domain.oncall.override import KeptOverride, ScheduleOverride
from tocsin.domain.values.target import Target, TargetKind
from tocsin.use_cases.oncall.delete import delete_schedule
from tocsin.use_cases.oncall.overrides import make_override, take_back_override
from tocsin.use_cases.oncall.put_schedule import put_schedule
from tocsin.use_cases.oncall.tell_shifts import ShiftsTold, tell_shifts

TOLD: Mapping[str, Any] = {**SCHEDULE, "hand_over_notice": True}
"""Ben has the nights from 22:00 to 06:00 in Berlin, Ana the week of 30 March until 6 April, 09:00, then Dora."""

BEGINS, ENDS = "shift_begins", "shift_ends"


class Office:
    """The world with schedules that tell of their shifts."""

    def __init__(self, world: World) -> None:
        self.world, self.notices = world, FakeShiftNotices(world.schedules)
        world.teams.put("acme", "night", team("ana", "ben", "dora"))

    @property
    def ports(self) -> dict[str, Any]:
        return {"schedules": self.world.schedules, "teams": self.world.teams, "clock": self.world.clock}

    def put(self, schedule_id: str = "emea", **changes: Any) -> None:
        put_schedule("acme", schedule_id, {**TOLD, **changes}, **self.ports)

    def stand_in(self, member_id: str, starts_at: str, ends_at: str) -> KeptOverride:
        wanted = {"member_id": member_id, "starts_at": starts_at, "ends_at": ends_at, "reason": "ill"}
        return make_override("acme", "emea", ScheduleOverride.model_validate(wanted), **self.ports)

    def take_back(self, made: KeptOverride) -> None:
        ports = {"schedules": self.world.schedules, "clock": self.world.clock}
        take_back_override("acme", "emea", made.override_id, None, **ports)  # type: ignore[arg-type]

    def look(self, instant: str | None = None, until: datetime = LATEST) -> ShiftsTold:
        if instant:
            self.world.clock.at = datetime.fromisoformat(instant).astimezone(UTC)
        return tell_shifts(
            shift_notices=self.notices,
            messages=FakeShiftMessages(),
            notifier=self.world.notifier,
            mailboxes=self.world.mailboxes,
            until=until,
            **self.ports,
        )

    def told_at(self, instant: str) -> list[tuple[str, str]]:
        found = self.look(instant)
        assert found.failed == []
        return [(notice.kind, notice.member_id) for _, notice in found.sent]

    def next_look(self) -> str:
        stored = self.world.schedules.get("acme", "emea")
        assert stored is not None
        return f"{self.notices.next_look(('acme', 'emea'), stored.revision):%Y-%m-%dT%H:%M}"


@pytest.fixture
def office(world: World) -> Office:
    office = Office(world)
    office.put()
    assert office.told_at("2026-03-30T08:00:00Z") == [], "nothing changes when notices are asked for"
    return office


def test_who_comes_and_who_goes_is_told_once_when_the_shift_begins(office: Office) -> None:
    assert office.next_look() == "2026-03-30T20:00"
    assert office.told_at("2026-03-30T19:59:59Z") == []
    assert office.told_at("2026-03-30T20:00:00Z") == [(BEGINS, "ben"), (ENDS, "ana")]
    assert office.told_at("2026-03-30T20:01:00Z") == []
    assert office.next_look() == "2026-03-31T04:00"
    assert office.told_at("2026-03-31T04:00:00Z") == [(BEGINS, "ana"), (ENDS, "ben")]


def test_a_schedule_that_does_not_ask_for_it_tells_nobody(office: Office) -> None:
    office.put(hand_over_notice=False)
    assert office.told_at("2026-03-30T20:00:00Z") == []


def test_after_notices_were_off_nobody_is_told_of_what_was_long_ago(office: Office) -> None:
    office.put(hand_over_notice=False)
    office.look("2026-03-30T20:00:00Z")
    office.put()
    assert office.told_at("2026-03-30T20:01:00Z") == [], "ben is on call since before"
    assert office.told_at("2026-03-31T04:00:00Z") == [(BEGINS, "ana"), (ENDS, "ben")]


def test_where_nobody_follows_who_goes_is_told_and_who_comes_after_the_gap(office: Office) -> None:
    office.put(layers=SCHEDULE["layers"][1:])
    assert office.told_at("2026-03-30T08:01:00Z") == [(ENDS, "ana")], "the put itself ends her shift"
    assert office.told_at("2026-03-30T20:00:00Z") == [(BEGINS, "ben")]
    assert office.told_at("2026-03-31T04:00:00Z") == [(ENDS, "ben")]


def test_an_override_is_told_when_it_begins_and_ends_and_not_when_it_is_made(office: Office) -> None:
    office.stand_in("dora", "2026-03-30T12:00:00Z", "2026-03-30T13:00:00Z")
    assert office.told_at("2026-03-30T08:01:00Z") == []
    assert office.told_at("2026-03-30T12:00:00Z") == [(BEGINS, "dora"), (ENDS, "ana")]
    assert office.told_at("2026-03-30T13:00:00Z") == [(BEGINS, "ana"), (ENDS, "dora")]


def test_an_override_that_was_taken_back_in_time_is_not_told(office: Office) -> None:
    office.take_back(office.stand_in("dora", "2026-03-30T12:00:00Z", "2026-03-30T13:00:00Z"))
    assert office.told_at("2026-03-30T12:00:00Z") == []
    made = office.stand_in("dora", "2026-03-30T12:00:00Z", "2026-03-30T13:00:00Z")
    assert office.told_at("2026-03-30T12:10:00Z") == [(BEGINS, "dora"), (ENDS, "ana")]
    office.take_back(made)
    assert office.told_at("2026-03-30T12:20:00Z") == [(BEGINS, "ana"), (ENDS, "dora")]


def test_a_put_moves_what_is_told(office: Office) -> None:
    night = {**SCHEDULE["layers"][1], "hand_over": {"every": 1, "unit": "days", "at": "21:00"}}
    office.put(layers=[SCHEDULE["layers"][0], {**night, "windows": {"mon-sun": ["21:00-06:00"]}}])
    office.look("2026-03-30T08:01:00Z")
    assert office.told_at("2026-03-30T19:00:00Z") == [(BEGINS, "ben"), (ENDS, "ana")]
    assert office.told_at("2026-03-30T20:00:00Z") == []


def test_after_an_outage_only_what_counts_then_is_told(office: Office) -> None:
    assert office.told_at("2026-04-06T08:00:00Z") == [(BEGINS, "dora"), (ENDS, "ana")]
    assert office.told_at("2026-04-07T08:00:00Z") == [], "it was ben's night meanwhile, and dora is back"


def test_what_sns_refuses_is_tried_again_with_the_same_id_and_holds_up_no_other_schedule(office: Office) -> None:
    office.put("apac", layers=[{**SCHEDULE["layers"][1], "participants": ["dora"]}])
    office.look()
    office.world.notifier.refuses = {"ben"}
    found = office.look("2026-03-30T20:00:00Z")
    assert [key.schedule_id for key, _ in found.failed] == ["emea"]
    assert [(key.schedule_id, notice.member_id) for key, notice in found.sent] == [("apac", "dora")]
    office.world.notifier.refuses = {"ana"}
    assert len(office.look("2026-03-30T20:01:00Z").failed) == 1
    office.world.notifier.refuses = set()
    assert office.told_at("2026-03-30T20:02:00Z") == [(ENDS, "ana")]
    assert office.told_at("2026-03-30T20:03:00Z") == []
    told = [(message.topic, message.attributes["notice_id"]) for message in office.world.notifier.published]
    assert [topic for topic, _ in told] == ["dora", "ben", "ana"]
    assert len({notice_id for _, notice_id in told}) == 3


def test_what_sns_refused_does_not_use_up_the_person_s_minute(office: Office) -> None:
    office.world.notifier.refuses = {"ben"}
    for second in range(10):
        office.look(f"2026-03-30T20:00:0{second}Z")
    office.world.notifier.refuses = set()
    assert office.told_at("2026-03-30T20:00:30Z") == [(BEGINS, "ben"), (ENDS, "ana")]


def test_what_was_sent_but_not_recorded_is_sent_again_with_the_same_id(office: Office) -> None:
    before = dict(office.world.schedules.told)
    office.look("2026-03-30T20:00:00Z")
    office.world.schedules.told = before
    office.notices.look_at.clear()
    office.look("2026-03-30T20:01:00Z")
    first, second = (office.world.notifier.published[start : start + 2] for start in (0, 2))
    assert [message.attributes for message in first] == [message.attributes for message in second]


def test_who_has_just_been_told_something_else_is_told_by_one_of_the_next_calls(office: Office) -> None:
    office.world.mailboxes.admits("ben", "T-1", datetime(2026, 3, 30, 19, 59, 30, tzinfo=UTC))
    assert office.told_at("2026-03-30T20:00:00Z") == [(ENDS, "ana")]
    assert office.told_at("2026-03-30T20:01:00Z") == [(BEGINS, "ben")]


def test_whoever_was_told_too_early_is_told_that_it_is_over(office: Office) -> None:
    office.world.mailboxes.admits("ana", "T-1", datetime(2026, 3, 30, 19, 59, 30, tzinfo=UTC))
    assert office.told_at("2026-03-30T20:00:00Z") == [(BEGINS, "ben")]
    office.stand_in("dora", "2026-03-30T20:00:00Z", "2026-03-30T21:00:00Z")
    assert office.told_at("2026-03-30T20:01:30Z") == [(BEGINS, "dora"), (ENDS, "ana"), (ENDS, "ben")]


def test_a_schedule_that_is_changed_while_it_is_looked_at_is_looked_at_anew(office: Office) -> None:
    publish = office.world.notifier.publish

    def and_override(message: Any) -> str:
        office.world.notifier.publish = publish  # type: ignore[method-assign]
        office.stand_in("dora", "2026-03-30T20:00:00Z", "2026-03-30T21:00:00Z")
        return publish(message)

    office.world.notifier.publish = and_override  # type: ignore[method-assign]
    assert office.told_at("2026-03-30T20:00:00Z") == [(BEGINS, "ben"), (ENDS, "ana")]
    assert office.told_at("2026-03-30T20:01:00Z") == [(BEGINS, "dora"), (ENDS, "ben")]


def test_of_a_schedule_that_was_deleted_nobody_is_told(office: Office) -> None:
    office.world.contracts.versions.clear()
    ports = {"contracts": office.world.contracts, **office.ports}
    delete_schedule("acme", "emea", **ports)
    assert office.told_at("2026-03-30T20:00:00Z") == []
    office.put()
    assert office.told_at("2026-03-30T20:01:00Z") == []


def test_once_time_is_up_the_rest_is_for_the_next_call(office: Office) -> None:
    assert office.look("2026-03-30T20:00:00Z", until=datetime(2026, 3, 30, 20, tzinfo=UTC)).sent == []
    assert office.told_at("2026-03-30T20:00:30Z") == [(BEGINS, "ben"), (ENDS, "ana")]


def test_names_are_those_of_whoever_is_in_the_schedule(office: Office) -> None:
    everybody = office.world.teams.whom("acme", Target.of(TargetKind.SCHEDULE, "emea"))
    assert everybody is not None
    assert {member.member_id for member in everybody.members} == {"ana", "ben", "dora"}


DO = st.sampled_from(["wait", "override", "take back", "put one", "put other", "outage"])


@given(st.lists(st.tuples(DO, st.integers(1, 20), st.sampled_from(["ana", "ben", "dora"])), max_size=25))
def test_whatever_is_changed_everybody_knows_within_two_minutes_whether_they_are_on_call(
    steps: list[tuple[str, int, str]],
) -> None:
    office = Office(World())
    office.world.clock.at = datetime(2026, 3, 30, 8, tzinfo=UTC)
    office.put()
    office.look()
    believe = {"ana": True, "ben": False, "dora": False}
    made: list[KeptOverride] = []
    for what, hours, who in steps:
        _change(office, made, what, hours, who)
        _pass_two_minutes(office, believe)
        stored = office.world.schedules.get("acme", "emea")
        assert stored is not None
        on_call = stored.timetable.member_at(office.world.clock.at)
        assert {name for name, is_on in believe.items() if is_on} == {on_call} - {None}
        office.world.clock.at += timedelta(minutes=hours)
        _pass_two_minutes(office, believe)


def _change(office: Office, made: list[KeptOverride], what: str, hours: int, who: str) -> None:
    now = office.world.clock.at
    match what:
        case "override" if not any(each.ends_at > now and not each.taken_back for each in _overrides(office)):
            end = now + timedelta(hours=hours)
            made.append(office.stand_in(who, now.isoformat(), end.isoformat()))
        case "take back" if made:
            office.take_back(made.pop())
        case "put one":
            office.put(layers=SCHEDULE["layers"][:1])
        case "put other":
            office.put(layers=SCHEDULE["layers"][1:])
        case "outage":
            office.world.clock.at += timedelta(hours=hours)


def _pass_two_minutes(office: Office, believe: dict[str, bool]) -> None:
    for _ in range(2):
        office.world.clock.at += timedelta(minutes=1)
        for _, notice in office.look().sent:
            assert believe[notice.member_id] != (notice.kind == BEGINS), "somebody is told what they know"
            believe[notice.member_id] = notice.kind == BEGINS


def _overrides(office: Office) -> list[KeptOverride]:
    stored = office.world.schedules.get("acme", "emea")
    return list(stored.timetable.overrides) if stored else []
