"""A page of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list, and the opaque cursor to the rest."""

    items: list[dict[str, Any]]
    next_cursor: str | None
