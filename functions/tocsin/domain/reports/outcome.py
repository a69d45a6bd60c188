"""The outcome of a ticket: what is kept of it, beside its log, for reports about many tickets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """What had become of a ticket when nothing but a review was left to run; a later conclusion has another outcome."""

    contract_id: str
    contract_version: int
    priority: str
    opened_at: datetime
    resolved_at: datetime
    highest_tier: int
    withdrawn: bool
    """Whether it was merged or deleted."""
    obligations: Sequence[Mapping[str, Any]]
    """The verdicts: metric, obligation_id, state, due_at; of what has ended met_by and used_seconds of open time."""
    replaces: datetime | None = None
    """The `resolved_at` of the outcome before, which counts no longer, wherever it is kept."""
