"""Who is on call by a schedule and its overrides: at an instant, and shift by shift.

The two are worked out in different ways, and a test holds them to the same answer: at an instant the layers are asked
from the last to the first, for shifts each layer takes what is left of the time by those above it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from tocsin.domain.calendars.business_hours import Span, load_zone
from tocsin.domain.calendars.calendar_terms import business_calendar
from tocsin.domain.calendars.wall_time import instant_at
from tocsin.domain.oncall.hand_over import Turns
from tocsin.domain.oncall.override import KeptOverride
from tocsin.domain.oncall.schedule import Layer, Schedule, ShiftLayer

# What layers cover of one another repeats every week; the second week is for what hangs over from the one before.
TWO_WEEKS = timedelta(days=15)

_starts_of = attrgetter("starts_at")


class Shift(NamedTuple):
    """Somebody is on call in [starts_at, ends_at), by a layer or by an override."""

    starts_at: datetime
    ends_at: datetime
    member_id: str
    layer: str | None
    override_id: str | None = None


class LayerTimes:
    """When whose turn it is in a layer, whatever covers it."""

    def __init__(self, layer: Layer, timezone: str) -> None:
        zone, at, last = load_zone(timezone), layer.hand_over.at, layer.ends_on
        self.name, self._participants = layer.name, layer.participants
        self._turns = Turns.of(layer.hand_over, layer.starts_on, zone)
        self.begins = instant_at(datetime.combine(layer.starts_on, at), zone)
        self.ends = instant_at(datetime.combine(last + timedelta(days=1), at), zone) if last else None
        self._windows = business_calendar(layer.hours(layer.windows, timezone)) if layer.windows else None

    def member_at(self, at: datetime, without: Collection[str] = ()) -> str | None:
        """Whose turn it is at an instant, or whose comes next of those not `without`.

        None where the layer does not apply, or has nobody else.
        """
        if at < self.begins or (self.ends and at >= self.ends):
            return None
        if self._windows and not self._windows.is_open(at):
            return None
        people, turn = self._participants, self._turns.at(at)
        if not without:
            return people[turn % len(people)]
        following = (people[number % len(people)] for number in range(turn, turn + len(people)))
        return next((member_id for member_id in following if member_id not in without), None)

    def shifts(self, start: datetime, end: datetime) -> list[Shift]:
        """The turns in [start, end), cut to it and to the layer's windows."""
        start, end = max(start, self.begins), min(end, self.ends) if self.ends else end
        if start >= end:
            return []
        people = self._participants
        turns = [
            Shift(began, ends, people[number % len(people)], self.name)
            for began, ends, number in self._turns.between(start, end)
        ]
        if self._windows is None:
            return turns
        windows = self._windows.open_windows(start, end)
        return _within(turns, [(opens, closes or end) for opens, closes in windows])


class GivenTimes:
    """The shifts of a layer that are given one by one, whatever covers them."""

    def __init__(self, layer: ShiftLayer) -> None:
        self.name = layer.name
        self._shifts = [Shift(each.starts_at, each.ends_at, each.member_id, layer.name) for each in layer.shifts]

    def member_at(self, at: datetime, without: Collection[str] = ()) -> str | None:
        """Who has the shift at an instant, or of those not `without` whoever has the next one; None between shifts."""
        number = bisect_right(self._shifts, at, key=_starts_of) - 1
        if number < 0 or at >= self._shifts[number].ends_at:
            return None
        following = (shift.member_id for shift in (*self._shifts[number:], *self._shifts[:number]))
        return next((member_id for member_id in following if member_id not in without), None)

    def shifts(self, start: datetime, end: datetime) -> list[Shift]:
        """The shifts in [start, end), cut to it."""
        return _within(self._shifts, [(start, end)] if start < end else [])


@dataclass(frozen=True)
class Timetable:
    """A schedule with its overrides, which do not overlap where they count."""

    schedule: Schedule
    overrides: Sequence[KeptOverride] = ()

    def people(self, now: datetime) -> set[str]:
        """Whoever takes turns in the schedule, and whoever stands in now or later."""
        return self.schedule.participants | {each.member_id for each in self._standing_in if each.ends_at > now}

    @property
    def everybody(self) -> set[str]:
        """Whoever takes turns in the schedule, has stood in or will."""
        return self.schedule.participants | {each.member_id for each in self._standing_in}

    def member_at(self, at: datetime, without: Collection[str] = ()) -> str | None:
        """Who is on call at an instant; None for nobody.

        `without` are passed over: of a layer whoever comes next stands in for them, of an override whoever would be on
        call otherwise.
        """
        number = bisect_right(self._standing_in, at, key=_starts_of) - 1
        standing_in = self._standing_in[number] if number >= 0 else None
        if standing_in and at < standing_in.ends_at and standing_in.member_id not in without:
            return standing_in.member_id
        return next((member for layer in self._from_the_top if (member := layer.member_at(at, without))), None)

    def shifts(self, start: datetime, end: datetime) -> list[Shift]:
        """Everybody's shifts in [start, end), cut to it, in order; two never overlap."""
        return self.covered(start, end)[0]

    def gaps(self, start: datetime, end: datetime) -> list[Span]:
        """When nobody is on call in [start, end)."""
        return self.covered(start, end)[1]

    def layer_shifts(self, start: datetime, end: datetime) -> dict[str, list[Shift]]:
        """The shifts of each layer by its name, whatever covers them."""
        return {layer.name: _joined(layer.shifts(start, end)) for layer in self._layers}

    def layers_that_never_apply(self) -> Iterator[int]:
        """The numbers of layers that have no time: within their days no window opens, or later layers cover it all."""
        # Shifts that are given one by one cover nothing every week, and each of them is meant.
        layers = {number: each for number, each in enumerate(self._layers) if isinstance(each, LayerTimes)}
        changes = sorted({at for layer in layers.values() for at in (layer.begins, layer.ends) if at})
        if not changes:
            return
        ends = [*changes[1:], changes[-1] + TWO_WEEKS]
        periods = [(start, min(end, start + TWO_WEEKS)) for start, end in zip(changes, ends, strict=True)]
        idle = set(layers)
        for start, end in periods:
            left = [(start, end)]
            for number in reversed(layers):
                taken = _within(layers[number].shifts(start, end), left)
                left = _without(left, taken)
                idle -= {number} if taken else set()
        yield from sorted(idle)

    @cached_property
    def _layers(self) -> list[LayerTimes | GivenTimes]:
        zone = self.schedule.timezone
        return [
            GivenTimes(each) if isinstance(each, ShiftLayer) else LayerTimes(each, zone)
            for each in self.schedule.layers
        ]

    @cached_property
    def _from_the_top(self) -> list[LayerTimes | GivenTimes]:
        return self._layers[::-1]

    @cached_property
    def _standing_in(self) -> list[KeptOverride]:
        return sorted((each for each in self.overrides if not each.taken_back), key=_starts_of)

    def covered(self, start: datetime, end: datetime) -> tuple[list[Shift], list[Span]]:
        """The shifts in [start, end), and what they leave of it."""
        found, left = [], [(start, end)] if start < end else []
        overrides = [
            Shift(each.starts_at, each.ends_at, each.member_id, None, each.override_id)
            for each in self._standing_in
            if each.starts_at < end and each.ends_at > start
        ]
        for above in (overrides, *(layer.shifts(start, end) for layer in self._from_the_top)):
            taken = _within(above, left)
            found += taken
            left = _without(left, taken)
        return _joined(sorted(found)), left


def _within(shifts: Sequence[Shift], spans: Sequence[Span]) -> list[Shift]:
    """What of the shifts lies in the spans; both are in order and do not overlap among themselves."""
    found, number = [], 0
    for opens, closes in spans:
        while number < len(shifts) and shifts[number].ends_at <= opens:
            number += 1
        following = number
        while following < len(shifts) and shifts[following].starts_at < closes:
            shift = shifts[following]
            found.append(shift._replace(starts_at=max(opens, shift.starts_at), ends_at=min(closes, shift.ends_at)))
            following += 1
    return found


def _without(spans: Sequence[Span], shifts: Iterable[Shift]) -> list[Span]:
    """What the shifts leave of the spans; both are in order."""
    left: list[Span] = []
    rest = iter(shifts)
    shift = next(rest, None)
    for opens, closes in spans:
        free_from = opens
        while shift and shift.starts_at < closes:
            if free_from < shift.starts_at:
                left.append((free_from, shift.starts_at))
            free_from = max(free_from, shift.ends_at)
            if shift.ends_at > closes:
                break
            shift = next(rest, None)
        if free_from < closes:
            left.append((free_from, closes))
    return left


def _joined(shifts: Iterable[Shift]) -> list[Shift]:
    """One shift for turns of one person that follow each other in one layer."""
    found: list[Shift] = []
    for shift in shifts:
        if found and found[-1].ends_at == shift.starts_at and found[-1][2:] == shift[2:]:
            shift = shift._replace(starts_at=found.pop().starts_at)  # noqa: PLW2901 - they become one
        found.append(shift)
    return found
