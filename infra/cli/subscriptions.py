"""Subscriptions as the command line shows them, of teams and of customers."""

from __future__ import annotations

from infra.cli.api import Answer

SUBSCRIPTION_HEADINGS = ("TYPE", "ADDRESS", "STATE", "MADE BY")


def subscription_cells(subscription: Answer) -> tuple[str, str, str, str]:
    """One subscription of an answer under these headings."""
    made_by = "tocsin" if subscription["made_by_tocsin"] else "others"
    return subscription["type"], subscription["address"], subscription["state"], made_by
