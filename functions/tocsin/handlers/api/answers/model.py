"""What the models of all answers have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, WithJsonSchema


class AnswerModel(BaseModel):
    """An answer or a part of one. A field that its model does not name is a defect, not an answer."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, populate_by_name=True)


# Use cases answer instants and dates as text already, so they are described here and not parsed again.
InstantText = Annotated[
    str, WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-27T15:50:00Z"]})
]
DateText = Annotated[str, WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-12-24"]})]
