"""Schedules are put, people stand in, and teams name a schedule; what fits nobody is refused and nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios.desk import SCHEDULE
from tests.unit.use_cases.world import World, faults
from tocsin.domain.oncall.override import KeptOverride, ScheduleOverride
from tocsin.domain.values.faults import Busy, Conflict, Invalid, NotFound
from tocsin.use_cases.oncall.overrides import make_override, take_back_override
from tocsin.use_cases.oncall.put_schedule import put_schedule, read_schedule
from tocsin.use_cases.oncall.put_team import put_team
from tocsin.use_cases.oncall.read_shifts import read_shifts

PEOPLE = [{"member_id": each, "name": each.title()} for each in ("ana", "ben", "dora")]
SATURDAY = {"starts_at": "2026-04-04T08:00:00Z", "ends_at": "2026-04-05T08:00:00Z"}


def put(world: World, **changes: Any) -> bool:
    document = {**SCHEDULE, **changes}
    return put_schedule("acme", "emea", document, schedules=world.schedules, teams=world.teams, clock=world.clock)


def stand_in(world: World, member_id: str = "dora", **changes: str) -> KeptOverride:
    wanted = ScheduleOverride.model_validate({"member_id": member_id, "reason": "a wedding", **SATURDAY, **changes})
    return make_override("acme", "emea", wanted, schedules=world.schedules, teams=world.teams, clock=world.clock)


def take_back(world: World, override_id: str, by: str | None = None) -> KeptOverride:
    return take_back_override("acme", "emea", override_id, by, schedules=world.schedules, clock=world.clock)


def put_night(world: World, members: Sequence[Mapping[str, Any]] = PEOPLE, **document: Any) -> None:
    put_team(
        "acme",
        "night",
        {"name": "Night", "members": [*members], **document},
        teams=world.teams,
        schedules=world.schedules,
        notifier=world.notifier,
        clock=world.clock,
    )


def on_call(world: World, at: str) -> str | None:
    stored = world.schedules.get("acme", "emea")
    assert stored is not None
    parsed = ScheduleOverride.model_validate({"member_id": "x", "reason": "x", **SATURDAY, "starts_at": at})
    return stored.timetable.member_at(parsed.starts_at)


def layers(*participants: str) -> list[dict[str, Any]]:
    return [{**SCHEDULE["layers"][0], "participants": list(participants)}]


def test_a_schedule_is_new_once_and_keeps_its_overrides(world: World) -> None:
    assert put(world)
    stand_in(world)
    assert not put(world, layers=layers("ben"))
    assert on_call(world, "2026-04-04T07:59:00Z") == "ben"
    assert on_call(world, "2026-04-04T08:00:00Z") == "dora"


def test_whoever_takes_turns_is_somebody(world: World) -> None:
    with pytest.raises(Invalid) as caught:
        put(world, layers=layers("ana", "zoe"), timezone="Berlin")
    assert list(faults(caught)) == ["timezone", "layers.0.participants.1"]
    assert faults(caught)["layers.0.participants.1"].startswith("there is nobody 'zoe'")
    assert world.schedules.get("acme", "emea") is None


def test_a_layer_that_can_never_apply_is_refused(world: World) -> None:
    with pytest.raises(Invalid) as caught:
        put(world, layers=[*SCHEDULE["layers"], {**SCHEDULE["layers"][0], "name": "on top"}])
    assert list(faults(caught)) == ["layers.0", "layers.1"]


def test_a_team_is_on_call_by_a_schedule_whose_people_are_its_members(world: World) -> None:
    on_call = {"schedule": "emea"}
    with pytest.raises(Invalid) as caught:
        put_night(world, on_call=on_call)
    assert faults(caught) == {"on_call.schedule": "there is no schedule 'emea'; put it first"}
    put(world)
    with pytest.raises(Invalid) as caught:
        put_night(world, PEOPLE[:1], on_call=on_call)
    why = "'emea' has people in it who are no members of this team: ben and dora"
    assert faults(caught) == {"on_call.schedule": why}
    with pytest.raises(Invalid) as caught:
        put_night(world, on_call=on_call, rotation={"every": "daily", "starts_on": "2026-01-01", "order": ["ana"]})
    assert "leave them out" in faults(caught)["body"]
    assert world.teams.get("acme", "night") is None
    put_night(world, on_call=on_call)
    night = world.teams.get("acme", "night")
    assert night is not None
    assert night.on_call_at(world.clock.now()) == ["ana"]


def test_once_a_team_names_it_nobody_else_takes_turns_or_stands_in(world: World) -> None:
    put(world, layers=layers("ana"))
    put_night(world, PEOPLE[:1], on_call={"schedule": "emea"})
    why = "'ben' is no member of the team 'night', which is on call by this schedule"
    with pytest.raises(Invalid) as caught:
        put(world, layers=layers("ana", "ben"))
    assert faults(caught) == {"layers.0.participants.1": why}
    with pytest.raises(Invalid) as caught:
        stand_in(world, "ben")
    assert faults(caught) == {"member_id": why}


def test_who_is_to_stand_in_stays_a_member_until_that_is_over(world: World) -> None:
    put(world, layers=layers("ana"))
    put_night(world, on_call={"schedule": "emea"})
    stand_in(world, "dora")
    with pytest.raises(Invalid) as caught:
        put_night(world, PEOPLE[:1], on_call={"schedule": "emea"})
    assert faults(caught)["on_call.schedule"].endswith("dora")
    world.clock.advance(days=30)
    put_night(world, PEOPLE[:1], on_call={"schedule": "emea"})


def test_who_stands_in_is_somebody_and_the_schedule_exists(world: World) -> None:
    with pytest.raises(NotFound):
        stand_in(world)
    put(world)
    with pytest.raises(Invalid) as caught:
        stand_in(world, "zoe")
    assert list(faults(caught)) == ["member_id"]


@pytest.mark.parametrize(
    "time",
    [
        SATURDAY,
        {"starts_at": "2026-04-05T07:59:59Z", "ends_at": "2026-04-06T08:00:00Z"},
        {"starts_at": "2026-04-03T08:00:00Z", "ends_at": "2026-04-04T08:00:01Z"},
        {"starts_at": "2026-04-04T09:00:00Z", "ends_at": "2026-04-04T10:00:00Z"},
    ],
)
def test_two_never_stand_in_at_once(world: World, time: dict[str, str]) -> None:
    put(world)
    first = stand_in(world)
    with pytest.raises(Conflict, match=f"overlaps the override '{first.override_id}', by which 'dora' stands in"):
        stand_in(world, "ben", **time)
    assert on_call(world, "2026-04-04T09:30:00Z") == "dora"
    stand_in(world, "ben", starts_at=SATURDAY["ends_at"], ends_at="2026-04-06T08:00:00Z")
    stand_in(world, "ben", starts_at="2026-04-03T08:00:00Z", ends_at=SATURDAY["starts_at"])


def test_an_override_that_is_taken_back_counts_for_nothing_and_is_kept(world: World) -> None:
    put(world)
    made = stand_in(world, by="ana")
    world.clock.advance(hours=1)
    taken_back = take_back(world, made.override_id, "ben")
    assert taken_back.taken_back is not None
    assert (taken_back.taken_back.by, taken_back.taken_back.at) == ("ben", world.clock.now())
    assert (taken_back.by, taken_back.reason) == ("ana", "a wedding")
    assert on_call(world, "2026-04-04T09:30:00Z") == "ana"
    world.clock.advance(hours=1)
    assert take_back(world, made.override_id, "ana") == taken_back
    again = stand_in(world, "ben")
    assert again.override_id != made.override_id
    assert on_call(world, "2026-04-04T09:30:00Z") == "ben"
    with pytest.raises(NotFound):
        take_back(world, "o99")


def test_of_two_who_stand_in_at_the_same_moment_the_second_is_refused(world: World) -> None:
    put(world)
    world.schedules.interruptions.append(lambda: stand_in(world, "ben"))
    with pytest.raises(Conflict, match="by which 'ben' stands in"):
        stand_in(world, "dora")
    world.schedules.interruptions.append(lambda: put(world, layers=layers("ben")))
    later = stand_in(world, "dora", starts_at="2026-05-01T00:00:00Z", ends_at="2026-05-02T00:00:00Z")
    stored = world.schedules.get("acme", "emea")
    assert stored is not None
    assert later in stored.timetable.overrides
    assert stored.timetable.schedule.participants == {"ben"}, "neither change is lost"


def test_whoever_always_comes_second_is_asked_to_try_again(world: World) -> None:
    put(world)
    world.schedules.interruptions += [lambda: put(world)] * 200
    with pytest.raises(Busy):
        put(world)


def test_what_is_amiss_is_told_with_the_schedule(world: World) -> None:
    put(world)
    stored, outlook = read_schedule("acme", "emea", schedules=world.schedules, clock=world.clock)
    assert (stored.schedule_id, outlook.gaps, outlook.double_duty) == ("emea", [], [])
    put_schedule(
        "acme",
        "apac",
        {**SCHEDULE, "layers": SCHEDULE["layers"][1:]},
        schedules=world.schedules,
        teams=world.teams,
        clock=world.clock,
    )
    _, outlook = read_schedule("acme", "apac", schedules=world.schedules, clock=world.clock)
    assert len(outlook.gaps) == len(outlook.double_duty) + 1 == 91
    with pytest.raises(NotFound):
        read_schedule("globex", "emea", schedules=world.schedules, clock=world.clock)


def test_shifts_are_read_for_some_time_and_for_a_year_at_most(world: World) -> None:
    hourly = {**SCHEDULE["layers"][0], "hand_over": {"every": 1, "unit": "hours"}}
    put(world, layers=[hourly])
    stored = world.schedules.get("acme", "emea")
    assert stored is not None
    now = world.clock.now()
    for days, why in (
        (0, "is not after `from`"),
        (-1, "is not after `from`"),
        (367, "more than 366 days"),
        (366, "10,000"),
    ):
        with pytest.raises(Invalid) as caught:
            read_shifts(stored.timetable, now, now + timedelta(days=days))
        assert why in faults(caught)["until"]
