"""Schedules as team leads write them: layers that cover one another, each with people who take turns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, model_validator

from tocsin.domain.calendars.calendar_terms import MOST_WINDOWS, CalendarTerms
from tocsin.domain.calendars.notation import PlausibleDay, WeekdayNames, WindowText, Zone
from tocsin.domain.oncall.hand_over import HandOver
from tocsin.domain.values.document import Part
from tocsin.domain.values.identifiers import Slug
from tocsin.domain.values.instants import Instant
from tocsin.domain.values.references import reference

Name = Annotated[str, Field(min_length=1, max_length=100)]
Participant = Annotated[Slug, reference("member", "there is nobody {name!r}: put a team with this member first")]


MOST_SHIFTS = 1_000
"""Of a layer: three a day for most of a year, and less than half of what an item of the table takes."""


class Layer(Part):
    """People who take turns in this order from the first day on, at all times or in windows of the week."""

    name: Name
    participants: Annotated[list[Participant], Field(min_length=1, max_length=50)]
    starts_on: PlausibleDay = Field(description="the first turn begins on this day, at the hand-over's time")
    ends_on: PlausibleDay | None = Field(
        None, description="the last day; it ends at the hand-over's time of the day after"
    )
    hand_over: HandOver
    windows: dict[WeekdayNames, list[WindowText]] | None = Field(
        None, description="when it applies; at all times when left out", examples=[{"mon-sun": ["22:00-06:00"]}]
    )

    @model_validator(mode="after")
    def _can_apply(self) -> Layer:
        if self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("can never apply: its last day is before its first")
        if self.windows is None:
            return self
        per_day = Counter(day for day, _ in self.hours(self.windows, "UTC").windows())
        if not per_day:
            raise ValueError("can never apply: it has no window; leave `windows` out where it applies at all times")
        if max(per_day.values()) > MOST_WINDOWS:
            raise ValueError(f"has more than {MOST_WINDOWS} windows on one day")
        return self

    @staticmethod
    def hours(windows: dict[WeekdayNames, list[WindowText]], timezone: str) -> CalendarTerms:
        """The windows as a calendar; they mean what a contract's opening hours mean."""
        # Constructed, not validated: each of its texts was, and what a contract asks of its hours is of no matter here.
        return CalendarTerms.model_construct(timezone=timezone, weekly=windows)


class GivenShift(Part):
    """Somebody is on call from one instant to another."""

    member_id: Participant
    starts_at: Instant
    ends_at: Instant

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> GivenShift:
        if self.ends_at <= self.starts_at:
            raise ValueError("ends before it starts")
        return self


class ShiftLayer(Part):
    """Shifts that are given one by one, such as those of another system's calendar."""

    name: Name
    shifts: Annotated[list[GivenShift], Field(min_length=1, max_length=MOST_SHIFTS)]

    @model_validator(mode="after")
    def _is_in_order(self) -> ShiftLayer:
        for number, (before, after) in enumerate(pairwise(self.shifts), start=1):
            if after.starts_at < before.ends_at:
                raise ValueError(f"has shifts that overlap or are not in order: see the one at {number}")
        return self

    @property
    def participants(self) -> list[str]:
        """Who has the shifts, in their order."""
        return [each.member_id for each in self.shifts]


def _form(value: Any) -> str:
    given = value if isinstance(value, Mapping) else value.__dict__
    return "[shifts]" if "shifts" in given else "[turns]"


AnyLayer = Annotated[Annotated[Layer, Tag("[turns]")] | Annotated[ShiftLayer, Tag("[shifts]")], Discriminator(_form)]


class Schedule(Part):
    """Who is on call when, by the clock on the wall of one zone; a later layer covers those before it."""

    name: Name
    timezone: Zone
    layers: Annotated[list[AnyLayer], Field(min_length=1, max_length=20)]
    hand_over_notice: bool = Field(
        False, strict=True, description="whether who comes and who goes is told when a shift begins or ends"
    )

    @model_validator(mode="after")
    def _tells_layers_apart(self) -> Schedule:
        names = [layer.name for layer in self.layers]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"has two layers of one name: {', '.join(twice)}")
        return self

    @property
    def participants(self) -> set[str]:
        """Everybody who takes turns in it."""
        return {member_id for layer in self.layers for member_id in layer.participants}
