"""The verdict on an obligation: what has become of it, for reports and as evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

FinalState = Literal["met", "met_late", "breached", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How an obligation ended, or that it was late under a target that it had earlier."""

    metric: str
    obligation_id: str
    state: FinalState
    due_at: datetime | None = None
    met_by: int | None = None
    """The sequence number of the event that met it."""
    used_seconds: float | None = None
    """The open time that it took; None for what is promised in days, or by hand only."""
