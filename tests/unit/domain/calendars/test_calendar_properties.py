"""What must hold in every calendar, and agreement with a minute-by-minute count and with an independent library."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.calendars.slow_calendar import SlowCalendar
from tests.unit.domain.calendars.workclock_calendar import schedule, worked
from tocsin.domain.calendars.business_hours import load_zone
from tocsin.domain.calendars.calendar import BusinessCalendar, Interval, SpecialDay

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
NOTHING = timedelta(0)

# Each zone with dates on which its clocks do something, or a year ends.
TROUBLE = {
    "Australia/Lord_Howe": [date(2024, 4, 7), date(2024, 10, 6)],  # by half an hour
    "Pacific/Chatham": [date(2024, 4, 7), date(2024, 9, 29)],
    "Antarctica/Troll": [date(2024, 3, 31), date(2024, 10, 27)],  # by two hours
    "Asia/Kolkata": [date(2023, 12, 31)],
    "Asia/Kathmandu": [date(2024, 12, 31)],
    "America/Sao_Paulo": [date(2018, 2, 18), date(2018, 11, 4)],  # at midnight
    "Pacific/Apia": [date(2011, 12, 30), date(2012, 4, 1)],  # a date that never was
    "Europe/Dublin": [date(2024, 3, 31), date(2024, 10, 27)],  # negative daylight saving
    "Africa/Casablanca": [date(2024, 3, 10), date(2024, 4, 14)],  # there and back within five weeks
    "America/Recife": [date(2000, 10, 8), date(2000, 10, 15)],  # there and back within one week
    "America/St_Johns": [date(2010, 11, 7), date(2011, 3, 13)],  # at one minute past midnight
    "America/Havana": [date(2019, 3, 10), date(2019, 11, 3)],  # a midnight that is skipped or happens twice
    "Europe/Berlin": [date(2024, 3, 31), date(2024, 10, 27), date(2024, 12, 31)],
}
Windows = list[tuple[int, int]]


@dataclass(frozen=True)
class Terms:
    """A generated calendar, and a date near which something happens in it."""

    timezone: str
    around: date
    weekly: Mapping[int, Windows]
    holidays: frozenset[date]
    special_days: Mapping[date | tuple[int, int], Windows] = field(default_factory=dict)

    def calendar(self) -> BusinessCalendar:
        holidays = dict.fromkeys(self.holidays, "holiday")
        special_days = {day: SpecialDay("special", windows) for day, windows in self.special_days.items()}
        return BusinessCalendar(self.timezone, self.weekly, lambda _: holidays, special_days)

    def slow_calendar(self) -> SlowCalendar:
        zone, first, last = load_zone(self.timezone), self.around - 5 * DAY, self.around + 9 * DAY
        return SlowCalendar(zone, self.weekly, self.holidays, self.special_days, first=first, last=last)

    def near(self, offset: timedelta) -> datetime:
        return datetime.combine(self.around, time.min, UTC) + offset


minutes_of_day = st.integers(0, 1439).map(lambda minutes: minutes * 60)
windows_of_day: st.SearchStrategy[Windows] = st.lists(
    st.one_of(
        st.sampled_from([(9 * 3600, 17 * 3600), (22 * 3600, 6 * 3600), (0, 86_400), (0, 0), (1800, 9000)]),
        st.tuples(minutes_of_day, minutes_of_day),
    ),
    max_size=3,
)
moments = st.timedeltas(min_value=-3 * DAY, max_value=3 * DAY)
whole_minutes = st.integers(-3 * 1440, 3 * 1440).map(lambda minutes: minutes * MINUTE)
targets = st.timedeltas(min_value=timedelta.resolution, max_value=400 * HOUR)


@st.composite
def terms(draw: st.DrawFn, special: bool = True, zones: Sequence[str] = tuple(TROUBLE)) -> Terms:
    timezone = draw(st.sampled_from(zones))
    around = draw(st.sampled_from(TROUBLE[timezone]))
    dates_near = st.integers(-4, 4).map(lambda days: around + days * DAY)
    weekly = {weekday: draw(windows_of_day) for weekday in range(7)}
    # One sure opening, so that every target can be reached.
    weekly[draw(st.integers(0, 6))] = draw(windows_of_day.filter(bool))
    holidays = draw(st.frozensets(dates_near, max_size=3))
    every_year = dates_near.map(lambda day: (day.month, day.day))
    special_days = draw(st.dictionaries(dates_near | every_year, windows_of_day, max_size=3)) if special else {}
    return Terms(timezone, around, weekly, holidays, special_days)


@st.composite
def pauses_near(draw: st.DrawFn, at: st.SearchStrategy[timedelta] = moments) -> list[tuple[timedelta, timedelta]]:
    """Offsets for `Terms.near`; overlapping, out of order, and sometimes backwards, which is no pause at all."""
    return draw(st.lists(st.tuples(at, at), max_size=4))


def _intervals(terms: Terms, offsets: Sequence[tuple[timedelta, timedelta]]) -> list[Interval]:
    return [Interval(terms.near(begins), terms.near(ends)) for begins, ends in offsets]


def _deadline(terms: Terms, start: datetime, target: timedelta, pauses: Sequence[Interval] = ()) -> datetime:
    due = terms.calendar().deadline(start, target, pauses)
    assert due is not None
    return due


@given(terms(), moments, targets, pauses_near())
def test_exactly_the_target_has_elapsed_at_the_deadline_and_less_a_microsecond_before(
    terms: Terms, offset: timedelta, target: timedelta, paused: list[tuple[timedelta, timedelta]]
) -> None:
    calendar, start, pauses = terms.calendar(), terms.near(offset), _intervals(terms, paused)
    due = _deadline(terms, start, target, pauses)
    assert calendar.elapsed(start, due, pauses) == target
    assert calendar.elapsed(start, due - timedelta.resolution, pauses) == target - timedelta.resolution


@given(terms(), moments, moments, targets, pauses_near())
def test_a_later_start_is_never_due_earlier(
    terms: Terms, one: timedelta, other: timedelta, target: timedelta, paused: list[tuple[timedelta, timedelta]]
) -> None:
    pauses = _intervals(terms, paused)
    earlier, later = sorted((terms.near(one), terms.near(other)))
    assert _deadline(terms, earlier, target, pauses) <= _deadline(terms, later, target, pauses)


@given(terms(), moments, targets, targets, pauses_near())
def test_a_longer_target_is_due_later(
    terms: Terms, offset: timedelta, target: timedelta, more: timedelta, paused: list[tuple[timedelta, timedelta]]
) -> None:
    start, pauses = terms.near(offset), _intervals(terms, paused)
    assert _deadline(terms, start, target, pauses) < _deadline(terms, start, target + more, pauses)


@given(terms(), moments, targets, pauses_near(), pauses_near())
def test_a_further_pause_never_makes_anything_due_earlier_or_last_longer(
    terms: Terms,
    offset: timedelta,
    target: timedelta,
    paused: list[tuple[timedelta, timedelta]],
    more: list[tuple[timedelta, timedelta]],
) -> None:
    calendar, start = terms.calendar(), terms.near(offset)
    few, many = _intervals(terms, paused), _intervals(terms, paused + more)
    assert _deadline(terms, start, target, few) <= _deadline(terms, start, target, many)
    assert calendar.elapsed(start, start + 9 * DAY, few) >= calendar.elapsed(start, start + 9 * DAY, many)


@given(terms(), st.lists(moments, min_size=3, max_size=3), pauses_near())
def test_the_parts_of_a_stretch_add_up(
    terms: Terms, offsets: list[timedelta], paused: list[tuple[timedelta, timedelta]]
) -> None:
    calendar, pauses = terms.calendar(), _intervals(terms, paused)
    start, middle, end = sorted(terms.near(offset) for offset in offsets)
    parts = calendar.elapsed(start, middle, pauses) + calendar.elapsed(middle, end, pauses)
    assert parts == calendar.elapsed(start, end, pauses)


@given(terms(), moments, targets, targets, pauses_near())
def test_what_is_left_of_a_target_is_due_when_all_of_it_is(
    terms: Terms, offset: timedelta, first: timedelta, rest: timedelta, paused: list[tuple[timedelta, timedelta]]
) -> None:
    start, pauses = terms.near(offset), _intervals(terms, paused)
    halfway = _deadline(terms, start, first, pauses)
    assert _deadline(terms, halfway, rest, pauses) == _deadline(terms, start, first + rest, pauses)


@given(terms(), st.lists(moments, min_size=4, max_size=4), pauses_near())
def test_a_longer_stretch_never_counts_for_less_and_never_for_more_than_its_length(
    terms: Terms, offsets: list[timedelta], paused: list[tuple[timedelta, timedelta]]
) -> None:
    calendar, pauses = terms.calendar(), _intervals(terms, paused)
    first, second, third, fourth = sorted(terms.near(offset) for offset in offsets)
    shorter, longer = calendar.elapsed(second, third, pauses), calendar.elapsed(first, fourth, pauses)
    assert NOTHING <= shorter <= longer <= fourth - first


@given(terms(), moments, targets, st.lists(moments, min_size=4, max_size=4))
def test_a_longer_pause_never_makes_anything_due_earlier(
    terms: Terms, offset: timedelta, target: timedelta, offsets: list[timedelta]
) -> None:
    start = terms.near(offset)
    first, second, third, fourth = sorted(terms.near(offset) for offset in offsets)
    shorter, longer = [Interval(second, third)], [Interval(first, fourth)]
    assert _deadline(terms, start, target, shorter) <= _deadline(terms, start, target, longer)


@given(terms(), moments, targets)
def test_pauses_outside_hours_cost_nothing(terms: Terms, offset: timedelta, target: timedelta) -> None:
    calendar, start = terms.calendar(), terms.near(offset)
    windows = list(calendar.open_windows(start, start + 30 * DAY))
    gaps = pairwise(windows)
    pauses = [Interval(before.end, after.start) for before, after in gaps if before.end]
    assert _deadline(terms, start, target, pauses) == _deadline(terms, start, target)
    assert calendar.elapsed(start, start + 9 * DAY, pauses) == calendar.elapsed(start, start + 9 * DAY)


@given(terms(), moments, targets, st.lists(moments, min_size=4, max_size=4))
def test_overlapping_pauses_cost_what_their_union_costs(
    terms: Terms, offset: timedelta, target: timedelta, offsets: list[timedelta]
) -> None:
    first, second, third, fourth = sorted(terms.near(offset) for offset in offsets)
    start = terms.near(offset)
    overlapping = [Interval(second, fourth), Interval(first, third), Interval(second, third)]
    union = [Interval(first, fourth)]
    assert _deadline(terms, start, target, overlapping) == _deadline(terms, start, target, union)


@given(terms(), moments, targets, moments, pauses_near())
def test_an_open_pause_stops_the_clock_unless_the_target_was_used_up_when_it_began(
    terms: Terms,
    offset: timedelta,
    target: timedelta,
    opened: timedelta,
    paused: list[tuple[timedelta, timedelta]],
) -> None:
    start, pauses, still_open = terms.near(offset), _intervals(terms, paused), Interval(terms.near(opened), None)
    due_without = _deadline(terms, start, target, pauses)
    due = terms.calendar().deadline(start, target, [still_open, *pauses])
    assert due == (due_without if due_without <= still_open.start else None)


@given(terms(), moments, moments)
def test_the_open_windows_are_the_elapsed_time_and_neither_touch_nor_overlap(
    terms: Terms, one: timedelta, other: timedelta
) -> None:
    calendar = terms.calendar()
    start, end = sorted((terms.near(one), terms.near(other)))
    windows = [(window.start, window.end or end) for window in calendar.open_windows(start, end)]
    assert sum((closes - opens for opens, closes in windows), NOTHING) == calendar.elapsed(start, end)
    assert all(closes < opens for (_, closes), (opens, _) in pairwise(windows))
    assert all(start <= opens < closes <= end for opens, closes in windows)


@given(terms(), moments)
def test_the_next_opening_is_the_first_open_instant(terms: Terms, offset: timedelta) -> None:
    calendar, at = terms.calendar(), terms.near(offset)
    opening = calendar.next_opening(at)
    assert calendar.is_open(opening)
    assert calendar.elapsed(at, opening) == NOTHING
    assert calendar.is_open(at) == (opening == at)


@given(terms(), moments, targets, moments)
def test_what_was_asked_before_does_not_change_an_answer(
    terms: Terms, offset: timedelta, target: timedelta, other: timedelta
) -> None:
    start, used = terms.near(offset), terms.calendar()
    used.elapsed(terms.near(other) - 800 * DAY, terms.near(other) + 400 * DAY)
    assert used.deadline(start, target) == _deadline(terms, start, target)


@given(terms(), whole_minutes, st.integers(0, 3 * 1440), pauses_near(whole_minutes))
def test_elapsed_agrees_with_counting_every_minute(
    terms: Terms, offset: timedelta, minutes: int, paused: list[tuple[timedelta, timedelta]]
) -> None:
    start, end = terms.near(offset), terms.near(offset + minutes * MINUTE)
    offsets = [(terms.near(begins), terms.near(ends)) for begins, ends in paused]
    expected = terms.slow_calendar().elapsed(start, end, offsets)
    assert terms.calendar().elapsed(start, end, _intervals(terms, paused)) == expected


@given(terms(), whole_minutes, st.integers(1, 30 * 60), pauses_near(whole_minutes), st.none() | whole_minutes)
def test_a_deadline_agrees_with_counting_every_minute(
    terms: Terms,
    offset: timedelta,
    minutes: int,
    paused: list[tuple[timedelta, timedelta]],
    opened: timedelta | None,
) -> None:
    start, target, give_up = terms.near(offset), minutes * MINUTE, terms.near(5 * DAY)
    pauses = [(terms.near(begins), terms.near(ends)) for begins, ends in paused]
    still_open = [] if opened is None else [(terms.near(opened), None)]
    expected = terms.slow_calendar().deadline(start, target, [*pauses, *still_open], give_up)
    due = terms.calendar().deadline(start, target, [Interval(*pause) for pause in (*pauses, *still_open)])
    assert (due if due and due <= give_up else None) == expected


@given(terms(), whole_minutes, whole_minutes, pauses_near(whole_minutes), st.none() | whole_minutes)
def test_business_days_agree_with_looking_for_the_last_open_minute_of_every_date(
    terms: Terms,
    one: timedelta,
    other: timedelta,
    paused: list[tuple[timedelta, timedelta]],
    opened: timedelta | None,
) -> None:
    calendar, slow_calendar = terms.calendar(), terms.slow_calendar()
    start, end = sorted((terms.near(one), terms.near(other)))
    pauses = [*_intervals(terms, paused), *([] if opened is None else [Interval(terms.near(opened), None)])]
    today = start.astimezone(slow_calendar.zone).date()
    ends = [
        at
        for day, at in slow_calendar.business_day_ends()
        if day > today and not any(pause.start < at and (not pause.end or at <= pause.end) for pause in pauses)
    ]
    assert len(calendar.business_days(start, end, pauses)) == sum(at <= end for at in ends)
    for number, at in enumerate(ends[:3], start=1):
        assert calendar.end_of_business_day(start, number, pauses) == at


@given(terms(), moments, st.integers(1, 12), pauses_near())
def test_exactly_so_many_business_days_have_elapsed_at_their_end_and_one_less_a_microsecond_before(
    terms: Terms, offset: timedelta, days: int, paused: list[tuple[timedelta, timedelta]]
) -> None:
    calendar, start, pauses = terms.calendar(), terms.near(offset), _intervals(terms, paused)
    due = calendar.end_of_business_day(start, days, pauses)
    assert due is not None
    assert len(calendar.business_days(start, due, pauses)) == days
    assert len(calendar.business_days(start, due - timedelta.resolution, pauses)) == days - 1


@given(terms(), moments, moments, st.integers(1, 12), pauses_near(), pauses_near())
def test_business_days_are_never_due_earlier_for_a_later_start_or_a_further_pause(
    terms: Terms,
    one: timedelta,
    other: timedelta,
    days: int,
    paused: list[tuple[timedelta, timedelta]],
    more: list[tuple[timedelta, timedelta]],
) -> None:
    calendar, few, many = terms.calendar(), _intervals(terms, paused), _intervals(terms, paused + more)
    earlier, later = sorted((terms.near(one), terms.near(other)))
    due = calendar.end_of_business_day(earlier, days, few)
    for start, pauses in ((later, few), (earlier, many)):
        not_before = calendar.end_of_business_day(start, days, pauses)
        assert due is not None
        assert not_before is not None
        assert due <= not_before


@given(terms(), moments, st.integers(1, 12), pauses_near(), moments)
def test_an_open_pause_stops_the_count_of_business_days_unless_it_was_full_when_the_pause_began(
    terms: Terms, offset: timedelta, days: int, paused: list[tuple[timedelta, timedelta]], opened: timedelta
) -> None:
    calendar, start, pauses = terms.calendar(), terms.near(offset), _intervals(terms, paused)
    still_open = Interval(terms.near(opened), None)
    due_without = calendar.end_of_business_day(start, days, pauses)
    assert due_without is not None
    due = calendar.end_of_business_day(start, days, [still_open, *pauses])
    assert due == (due_without if due_without <= still_open.start else None)


@given(
    terms(special=False, zones=[zone for zone in TROUBLE if zone != "Pacific/Apia"]),
    moments,
    targets,
    st.timedeltas(min_value=NOTHING, max_value=200 * DAY),
    pauses_near(),
)
def test_an_independent_library_agrees(
    terms: Terms, offset: timedelta, target: timedelta, later: timedelta, paused: list[tuple[timedelta, timedelta]]
) -> None:
    calendar, start, pauses = terms.calendar(), terms.near(offset), _intervals(terms, paused)
    theirs = schedule(terms.timezone, terms.weekly, terms.holidays)
    assert calendar.deadline(start, target) == theirs.add(start, target)
    assert calendar.elapsed(start, start + later, pauses) == worked(theirs, start, start + later, pauses)
    due = _deadline(terms, start, target, pauses)
    assert worked(theirs, start, due, pauses) == target
    assert worked(theirs, start, due - timedelta.resolution, pauses) == target - timedelta.resolution


def test_no_zone_changes_its_clocks_twice_within_four_days() -> None:
    """The tables of opening hours look at the offset every four days, and rely on nothing happening in between."""
    for name in resources.files("tzdata").joinpath("zones").read_text().split():
        changes = _offset_changes(name)
        assert all(later - earlier > 4 * 86_400 for earlier, later in pairwise(changes)), name


def _offset_changes(zone: str) -> list[int]:
    """Seconds since the epoch at which the offset of a zone changes: the second, 64-bit block of RFC 9636."""
    data = resources.files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes()
    flags, more_flags, leaps, times, types, letters = struct.unpack(">6l", data[20:44])
    block = data[44 + flags + more_flags + leaps * 8 + times * 5 + types * 6 + letters :]
    times, types = struct.unpack(">2l", block[32:40])
    instants = struct.unpack_from(f">{times}q", block, 44)
    kinds = block[44 + times * 8 : 44 + times * 9]
    offsets = [offset for offset, _, _ in struct.iter_unpack(">lbB", block[44 + times * 9 :][: types * 6])]
    before = [offsets[0], *(offsets[kind] for kind in kinds)]
    return [at for at, kind, offset in zip(instants, kinds, before, strict=False) if offsets[kind] != offset]
