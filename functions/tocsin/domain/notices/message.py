"""A message, ready to be published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """One notice or several, ready for SNS: a topic, and the text for each protocol."""

    topic: str
    subject: str
    email: str
    sms: str
    data: Mapping[str, Any]
    attributes: Mapping[str, str | tuple[str, ...]]
    """By which subscriptions filter; several values of a digest."""
