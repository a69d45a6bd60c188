"""A contract as it was put."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tocsin.domain.calendars.holiday_terms import PublicHolidays
from tocsin.domain.contracts.contract import Contract


@dataclass(frozen=True, slots=True)
class ContractVersion:
    """A contract as it was put: immutable, with the document as given and its SHA-256."""

    contract: Contract
    version: int
    put_at: datetime
    document: Mapping[str, Any]
    """JSON, as it was sent."""
    sha256: str
    public_holidays: PublicHolidays = field(default_factory=dict)
    """As they were known when it was put: no update of a library moves the deadlines of its tickets."""
