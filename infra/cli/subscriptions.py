"""Subscriptions as the command line shows them, of teams and of customers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SUBSCRIPTION_HEADINGS = ("TYPE", "ADDRESS", "STATE", "MADE BY")


def subscription_cells(subscription: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """One subscription of an answer under these headings."""
    made_by = "tocsin" if subscription["made_by_tocsin"] else "others"
    return subscription["type"], subscription["address"], subscription["state"], made_by
