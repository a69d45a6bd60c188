"""People: by which channels each is told, described in a team or put on their own and named by their id."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from tocsin.domain.calendars.notation import Zone
from tocsin.domain.values.channels import Channels
from tocsin.domain.values.document import Part
from tocsin.domain.values.identifiers import Slug
from tocsin.domain.values.references import reference


class Member(Part):
    """A person: their channels subscribe to their own topic, whichever teams they are in."""

    member_id: Slug
    name: Annotated[str, Field(min_length=1, max_length=100)]
    timezone: Zone | None = Field(None, description="by which it is night for them; their team's when left out")
    channels: Channels = Field([])


class Person(Part):
    """A person on their own: teams name them by id, schedules and tiers too."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    timezone: Zone | None = None
    channels: Channels = Field([])


def _form(value: Any) -> str:
    return "[id]" if isinstance(value, str) else "[member]"


PersonId = Annotated[
    Slug, reference("member", "there is nobody {name!r}: put this member first, or describe them here")
]
ListedMember = Annotated[Annotated[PersonId, Tag("[id]")] | Annotated[Member, Tag("[member]")], Discriminator(_form)]
