"""What the documents that a helpdesk puts, contracts and teams, have in common."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Part(BaseModel):
    """Part of a document: unknown fields are faults, values never change."""

    # Built when first used: only whole documents are ever validated, most calls of the timer-side functions read few
    # of them, and a validator for each part as well doubles the cold start.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def _no_truth_value(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("must be a whole number")
    return value


WholeNumber = Annotated[int, BeforeValidator(_no_truth_value)]
"""Python takes `true` for 1."""
