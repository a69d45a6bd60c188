"""Teams: who a tier alerts, and who of them is on call when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import (
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from tocsin.domain.calendars.business_hours import load_zone
from tocsin.domain.calendars.notation import Zone
from tocsin.domain.values.channels import Channels
from tocsin.domain.values.document import Part
from tocsin.domain.values.identifiers import Slug
from tocsin.domain.values.instants import Instant

PERIOD = {"daily": timedelta(days=1), "weekly": timedelta(weeks=1)}


class Member(Part):
    """A person: their channels subscribe to their own topic, whichever teams they are in."""

    member_id: Slug
    name: Annotated[str, Field(min_length=1, max_length=100)]
    channels: Channels = Field([])


def _local_time(value: object) -> time:
    """`09:00`; an offset would contradict the rotation's zone."""
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d(:00)?", value, re.ASCII):
        raise ValueError("is not a time of day; write it as 09:00, without an offset")
    return time.fromisoformat(value)


LocalTime = Annotated[
    time,
    PlainValidator(_local_time),
    PlainSerializer(lambda at: f"{at:%H:%M}"),
    WithJsonSchema({"type": "string", "examples": ["09:00"]}),
]


class Rotation(Part):
    """Members take turns in this order; a turn begins at `at` local time, whatever daylight saving does."""

    every: Literal["daily", "weekly"]
    starts_on: date
    at: LocalTime = time(9)
    timezone: Zone = "UTC"
    order: Annotated[list[Slug], Field(min_length=1)]

    def on_call(self, instant: datetime) -> str | None:
        """Whose turn it is; None before the rotation starts."""
        local = instant.astimezone(load_zone(self.timezone)).replace(tzinfo=None)
        turns = (local - datetime.combine(self.starts_on, self.at)) // PERIOD[self.every]
        return self.order[turns % len(self.order)] if turns >= 0 else None


class Override(Part):
    """Somebody stands in from one instant to another, instead of whoever would be on call."""

    member_id: Slug
    starts_at: Instant
    ends_at: Instant

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Override:
        if self.ends_at <= self.starts_at:
            raise ValueError("ends before it starts")
        return self


class Team(Part):
    """A team: members, its own channels (what all of them watch), and optionally a rotation with overrides."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    members: Annotated[list[Member], Field(max_length=50)] = Field([])
    timezone: Zone | None = Field(None, description="where it works, for calendars whose zone is that `of: team`")
    channels: Channels = Field([])
    rotation: Rotation | None = None
    overrides: Annotated[list[Override], Field(max_length=500)] = Field([])

    @model_validator(mode="after")
    def _names_its_own_members(self) -> Team:
        ids = [member.member_id for member in self.members]
        if repeated := {member_id for member_id in ids if ids.count(member_id) > 1}:
            raise ValueError(f"lists a member twice: {', '.join(sorted(repeated))}")
        if strangers := {member_id for member_id in self._scheduled() if member_id not in ids}:
            raise ValueError(f"schedules somebody who is not a member: {', '.join(sorted(strangers))}")
        return self

    def _scheduled(self) -> Iterator[str]:
        yield from self.rotation.order if self.rotation else ()
        yield from (override.member_id for override in self.overrides)

    def on_call(self, at: datetime) -> list[str]:
        """Member ids on call at an instant: whoever overrides, else whose turn it is; everybody without a rotation."""
        at = at.astimezone(UTC)
        standing_in = [o.member_id for o in self.overrides if o.starts_at <= at < o.ends_at]
        if standing_in:
            return sorted(set(standing_in))
        if self.rotation is None:
            return [member.member_id for member in self.members]
        turn = self.rotation.on_call(at)
        return [turn] if turn else []

    def reachable(self, at: datetime) -> bool:
        """Whether an alert to this team reaches anybody at that instant."""
        on_call = self.on_call(at)
        return bool(self.channels) or any(each.channels for each in self.members if each.member_id in on_call)
