"""People: by which channels each is told and when, described in a team or put on their own and named by their id."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from tocsin.domain.calendars.calendar import BusinessCalendar
from tocsin.domain.calendars.calendar_terms import business_calendar
from tocsin.domain.calendars.notation import WeekdayNames, WindowText, Zone
from tocsin.domain.oncall.schedule import Layer
from tocsin.domain.values.channels import PersonalChannels
from tocsin.domain.values.document import Part
from tocsin.domain.values.identifiers import Slug
from tocsin.domain.values.references import reference

TWO_WEEKS = timedelta(weeks=2)
SOME_MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


class Profile(Part):
    """What is known of a person, however they are put."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    timezone: Zone | None = Field(None, description="by which it is night for them; their team's when left out")
    language: Literal["en"] = Field("en", description="of the texts; they are in English only")
    channels: PersonalChannels = Field([])
    quiet_hours: dict[WeekdayNames, list[WindowText]] | None = Field(
        None,
        description="when they are told only what is important; the rest comes when they end, in one message",
        examples=[{"mon-sun": ["22:00-07:00"]}],
    )

    @model_validator(mode="after")
    def _are_not_always_quiet(self) -> Profile:
        if self.quiet_hours is None:
            return self
        if self.timezone is None:
            raise ValueError("has `quiet_hours`, and no `timezone` by whose clock they are")
        quiet = list(self._quiet().open_windows(SOME_MONDAY, SOME_MONDAY + TWO_WEEKS))
        if not quiet:
            raise ValueError("has `quiet_hours` without any window; leave them out")
        if quiet[0].start == SOME_MONDAY and quiet[0].end == SOME_MONDAY + TWO_WEEKS:
            raise ValueError("has `quiet_hours` that never end, so nothing but alerts would be told")
        return self

    def quiet_until(self, at: datetime) -> datetime | None:
        """When the quiet hours end that it is in at an instant; None for outside of them."""
        if self.quiet_hours is None:
            return None
        window = next(self._quiet().open_windows(at, at + TWO_WEEKS), None)
        return window.end if window and window.start <= at else None

    def _quiet(self) -> BusinessCalendar:
        return business_calendar(Layer.hours(self.quiet_hours or {}, self.timezone or "UTC"))


class Identified(Part):
    """Who it is."""

    member_id: Slug


class Member(Profile, Identified):
    """A person: their channels subscribe to their own topics, whichever teams they are in."""


class Person(Profile):
    """A person on their own: teams name them by id, schedules and tiers too."""


def _form(value: Any) -> str:
    return "[id]" if isinstance(value, str) else "[member]"


PersonId = Annotated[
    Slug, reference("member", "there is nobody {name!r}: put this member first, or describe them here")
]
ListedMember = Annotated[Annotated[PersonId, Tag("[id]")] | Annotated[Member, Tag("[member]")], Discriminator(_form)]
