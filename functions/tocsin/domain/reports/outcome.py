"""The outcome of a ticket: what is kept of it, beside its log, for reports about many tickets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.domain.tickets.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    """What had become of a ticket when nothing but a review was left to run; a later conclusion has another outcome."""

    contract_id: str
    contract_version: int
    priority: str
    opened_at: datetime
    resolved_at: datetime
    highest_tier: int | None
    withdrawn: bool
    """Whether it was merged or deleted."""
    obligations: Sequence[Verdict]
    replaces: datetime | None = None
    """The `resolved_at` of the outcome before, which counts no longer, wherever it is kept."""
