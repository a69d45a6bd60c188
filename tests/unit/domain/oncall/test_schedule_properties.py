"""What must hold of every schedule, and agreement with a reference that writes down every hand-over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.calendars.test_calendar_properties import TROUBLE
from tests.unit.domain.oncall.slow_schedule import WEEKDAYS, SlowSchedule
from tocsin.domain.oncall.fairness import fairness
from tocsin.domain.oncall.override import KeptOverride
from tocsin.domain.oncall.schedule import Schedule
from tocsin.domain.oncall.timetable import Shift, Timetable

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
BEFORE, AFTER = timedelta(days=4), timedelta(days=6)
PEOPLE = ["ana", "al", "ben", "dora"]

times = st.one_of(
    st.sampled_from(["00:00", "01:30", "02:00", "02:15", "02:30", "03:00", "09:00", "22:00", "23:30"]),
    st.times().map(lambda at: f"{at:%H:%M}"),
)
windows_of_day = st.lists(
    st.one_of(
        st.sampled_from(["22:00-06:00", "09:00-17:00", "00:00-24:00", "00:00-00:00", "00:30-02:30"]),
        st.tuples(times, times).map("-".join),
    ),
    min_size=1,
    max_size=2,
)


@dataclass(frozen=True)
class Case:
    """A schedule, and a time around something that happens to its clocks."""

    document: dict[str, Any]
    around: date
    overrides: tuple[tuple[str, timedelta, timedelta], ...] = ()

    @property
    def start(self) -> datetime:
        return datetime.combine(self.around, time.min, UTC) - BEFORE

    @property
    def end(self) -> datetime:
        return datetime.combine(self.around, time.min, UTC) + AFTER

    def kept(self) -> list[KeptOverride]:
        return [
            KeptOverride(f"o{number}", member_id, self.start + begins, self.start + ends, "ill", None, self.start)
            for number, (member_id, begins, ends) in enumerate(self.overrides)
        ]

    def timetable(self) -> Timetable:
        return Timetable(Schedule.model_validate(self.document), self.kept())

    def without_overrides(self) -> Timetable:
        return Timetable(Schedule.model_validate(self.document))

    def slow(self) -> SlowSchedule:
        found = SlowSchedule(self.document, self.end.date())
        found.overrides = [(each.member_id, each.starts_at, each.ends_at) for each in self.kept()]
        return found

    def moments(self) -> list[datetime]:
        """A grid; each instant at which a shift begins or ends; and soon after, where a time may come a second time."""
        grid = [self.start + number * timedelta(minutes=37) for number in range(int((AFTER + BEFORE) / MINUTE) // 37)]
        edges = {at for shift in self.timetable().shifts(self.start, self.end) for at in shift[:2]}
        around = {at + near for at in edges for near in (-timedelta.resolution, timedelta(minutes=40))}
        return sorted(at for at in {*grid, *edges, *around} if self.start <= at < self.end)


@st.composite
def layers(draw: st.DrawFn, around: date, name: str) -> dict[str, Any]:
    unit = draw(st.sampled_from(["hours", "hours", "days", "days", "weeks", "months"]))
    days_back = draw(st.integers(-3, 400 if unit != "hours" else 20))
    hand_over = {"every": draw(st.integers(1, 3 if unit != "hours" else 30)), "unit": unit, "at": draw(times)}
    if unit == "weeks" and draw(st.booleans()):
        hand_over["weekday"] = draw(st.sampled_from(WEEKDAYS))
    starts_on = around - days_back * DAY
    if unit == "months" and draw(st.booleans()):
        starts_on = date(starts_on.year, draw(st.sampled_from([1, 3, 5])), draw(st.sampled_from([29, 30, 31])))
    layer = {
        "name": name,
        "participants": draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4)),
        "starts_on": starts_on.isoformat(),
        "hand_over": hand_over,
    }
    if draw(st.booleans()):
        days = draw(st.lists(st.sampled_from(["daily", *WEEKDAYS]), min_size=1, max_size=3, unique=True))
        layer["windows"] = {day: draw(windows_of_day) for day in days}
    if draw(st.integers(0, 3)) == 0:
        layer["ends_on"] = (max(starts_on, around) + draw(st.integers(0, 3)) * DAY).isoformat()
    return layer


@st.composite
def cases(draw: st.DrawFn, overridden: bool = True) -> Case:
    timezone = draw(st.sampled_from(list(TROUBLE)))
    around = draw(st.sampled_from(TROUBLE[timezone]))
    document = {
        "name": "S",
        "timezone": timezone,
        "layers": [draw(layers(around, f"l{number}")) for number in range(draw(st.integers(1, 3)))],
    }
    minutes = sorted(draw(st.sets(st.integers(0, 14_000), max_size=6)) if overridden else ())
    spans = list(pairwise(minutes))[::2]
    overrides = tuple((draw(st.sampled_from(PEOPLE)), begins * MINUTE, ends * MINUTE) for begins, ends in spans)
    return Case(document, around, overrides)


@given(cases())
def test_at_every_instant_the_layers_say_what_the_reference_says(case: Case) -> None:
    timetable, slow = case.timetable(), case.slow()
    for at in case.moments():
        assert timetable.member_at(at) == slow.member_at(at), at


@given(cases(), st.frozensets(st.sampled_from(PEOPLE)))
def test_whoever_is_passed_over_is_stood_in_for_by_whoever_comes_next(case: Case, without: frozenset[str]) -> None:
    timetable, slow = case.timetable(), case.slow()
    for at in case.moments():
        standing_in = timetable.member_at(at, without)
        assert standing_in == slow.member_at(at, without), at
        assert standing_in not in without
        if timetable.member_at(at) not in without:
            assert standing_in == timetable.member_at(at), "nobody is moved who need not be"


@given(cases())
def test_at_every_instant_the_shifts_say_what_the_layers_say(case: Case) -> None:
    timetable = case.timetable()
    shifts = timetable.shifts(case.start, case.end)
    for at in case.moments():
        assert on_call_by(shifts, at) == timetable.member_at(at), at


@given(cases())
def test_shifts_and_gaps_fill_the_time_and_no_two_overlap(case: Case) -> None:
    timetable = case.timetable()
    shifts, gaps = timetable.shifts(case.start, case.end), timetable.gaps(case.start, case.end)
    pieces = sorted([*(shift[:2] for shift in shifts), *gaps])
    assert all(starts < ends for starts, ends in pieces)
    assert [case.start, *(ends for _, ends in pieces)] == [*(starts for starts, _ in pieces), case.end]
    assert all(one[1] != other[0] or one[2:] != other[2:] for one, other in pairwise(shifts)), "one shift in two"


@given(cases())
def test_an_override_changes_nothing_outside_itself_and_is_all_there_is_inside(case: Case) -> None:
    timetable, without = case.timetable(), case.without_overrides()
    for at in case.moments():
        inside = [each.member_id for each in case.kept() if each.starts_at <= at < each.ends_at]
        assert timetable.member_at(at) == (inside[0] if inside else without.member_at(at))


@given(cases(), st.integers(0, 14_000), st.integers(0, 14_000))
def test_a_part_of_the_time_has_the_same_shifts_cut_to_it(case: Case, one: int, other: int) -> None:
    timetable = case.timetable()
    start, end = sorted((case.start + one * MINUTE, case.start + other * MINUTE))
    whole = timetable.shifts(case.start, case.end)
    cut = [each._replace(starts_at=max(start, each[0]), ends_at=min(end, each[1])) for each in whole]
    assert timetable.shifts(start, end) == [each for each in cut if each.starts_at < each.ends_at]


@given(cases())
def test_everybody_s_share_and_the_time_of_nobody_are_the_whole_time(case: Case) -> None:
    found = fairness(case.timetable(), case.start, case.end)
    assert sum((each.on_call for each in found.shares), found.nobody) == case.end - case.start
    assert all(each.at_night <= each.on_call and each.at_weekends <= each.on_call for each in found.shares)
    zone = ZoneInfo(case.document["timezone"])
    step, slow = timedelta(minutes=15), dict[str, list[timedelta]]()
    for number in range((case.end - case.start) // step):
        at = case.start + number * step
        local, member_id = at.astimezone(zone), case.timetable().member_at(at)
        if member_id:
            mine = slow.setdefault(member_id, [timedelta(), timedelta()])
            mine[0] += step if local.hour >= 22 or local.hour < 6 else timedelta()
            mine[1] += step if local.weekday() >= 5 else timedelta()
    for each in found.shares:
        night, weekend = slow.get(each.member_id, [timedelta(), timedelta()])
        # Shifts and clocks need not change on the quarter of an hour; each change is off by less than a step.
        off = step * (2 * each.shifts + 40)
        assert abs(each.at_night - night) <= off
        assert abs(each.at_weekends - weekend) <= off


def on_call_by(shifts: list[Shift], at: datetime) -> str | None:
    return next((each.member_id for each in shifts if each.starts_at <= at < each.ends_at), None)
