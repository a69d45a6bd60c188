"""Subscriptions: the channels that a topic really has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["confirmed", "pending", "lost"]
"""Pending: its owner has not confirmed it, so nothing arrives. Lost: it is wanted and no longer there."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A channel of a topic; those that Tocsin did not make are somebody else's and are left alone."""

    protocol: str
    address: str
    state: State
    made_by_us: bool


def reached(subscriptions: list[Subscription]) -> bool:
    """Whether a message to the topic arrives anywhere."""
    return any(subscription.state == "confirmed" for subscription in subscriptions)
