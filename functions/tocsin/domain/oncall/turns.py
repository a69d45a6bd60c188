"""How the members of a team take turns: by the day or week, by ticket, or by a schedule."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, field_validator

from tocsin.domain.calendars.business_hours import load_zone
from tocsin.domain.calendars.notation import LocalTime, Zone
from tocsin.domain.calendars.wall_time import instant_at
from tocsin.domain.oncall.hand_over import Turns
from tocsin.domain.values.document import Part
from tocsin.domain.values.identifiers import Slug

NEVER = datetime.min.replace(tzinfo=UTC)


class Rotation(Part):
    """Members take turns in this order; a turn begins at `at` local time, whatever daylight saving does."""

    every: Literal["daily", "weekly"]
    starts_on: date
    at: LocalTime = time(9)
    timezone: Zone = "UTC"
    order: Annotated[list[Slug], Field(min_length=1)]

    def on_call(self, instant: datetime, without: Collection[str] = ()) -> str | None:
        """Whose turn it is, or whose comes next of those not `without`; None before the rotation starts."""
        zone, first = load_zone(self.timezone), datetime.combine(self.starts_on, self.at)
        if instant < instant_at(first, zone):
            return None
        turns = Turns(zone, first, 1, "days" if self.every == "daily" else "weeks")
        number = turns.at(instant)
        following = (self.order[each % len(self.order)] for each in range(number, number + len(self.order)))
        return next((member_id for member_id in following if member_id not in without), None)


class ByItsSchedule(Part):
    """Whoever is on call by a schedule is on call for the team."""

    schedule: Slug


class RoundRobin(Part):
    """One ticket after another: whoever has taken none for the longest time is next, at first in this order."""

    round_robin: Annotated[list[Slug], Field(min_length=1, max_length=50)]

    @field_validator("round_robin")
    @classmethod
    def _names_each_once(cls, order: list[str]) -> list[str]:
        if twice := sorted({each for each in order if order.count(each) > 1}):
            raise ValueError(f"names somebody twice: {', '.join(twice)}; everybody's turn comes once")
        return order

    def on_call(self, took_last: Mapping[str, datetime], without: Collection[str] = ()) -> str | None:
        """Whose turn it is, or whose comes next of those not `without`.

        `took_last` is when each took a ticket last; who is not in it never has.
        """
        in_turn = sorted(self.round_robin, key=lambda each: took_last.get(each, NEVER))  # It keeps the order of equals.
        return next((each for each in in_turn if each not in without), None)


def _way(value: Any) -> str:
    given = value if isinstance(value, Mapping) else value.__dict__ if isinstance(value, RoundRobin) else {}
    return "[turns]" if "round_robin" in given else "[schedule]"


OnCall = Annotated[
    Annotated[ByItsSchedule, Tag("[schedule]")] | Annotated[RoundRobin, Tag("[turns]")], Discriminator(_way)
]
