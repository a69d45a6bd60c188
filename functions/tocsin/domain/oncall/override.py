"""Overrides: somebody stands in for whoever would be on call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from tocsin.domain.values.document import Part
from tocsin.domain.values.identifiers import Slug
from tocsin.domain.values.instants import Instant


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


class ScheduleOverride(Override):
    """Somebody stands in for whoever would be on call, for a reason."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    by: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = Field(
        None, description="who arranged it, as the helpdesk calls them"
    )


@dataclass(frozen=True, slots=True)
class TakenBack:
    """When an override was taken back, and by whom if they said so."""

    at: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True)
class KeptOverride:
    """An override of a schedule as it is kept for good. One that was taken back counts for no time, not even past."""

    override_id: str
    member_id: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    by: str | None
    made_at: datetime
    taken_back: TakenBack | None = None
