"""Scenarios run a second time with everything twice: what was told the first time has to be told again, once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from infra.local.engine import Engine
from tests.scenarios.desk import notices_in


class Told(NamedTuple):
    """What somebody was told, when, and in which words, but for the links: those are drawn by lot."""

    at: datetime
    topic: str
    channels: tuple[Any, ...]
    notices: tuple[tuple[str, str], ...]
    subject: str | None
    mail: str


def timeline(engine: Engine) -> list[Told]:
    """Everything that was published, in order."""
    return [
        Told(
            alert.at,
            alert.topic,
            alert.deliveries,
            tuple((each["kind"], each.get("ticket_id", "")) for each in notices_in(alert)),
            alert.subject,
            re.sub(r"https?://\S+", "(link)", alert.body),
        )
        for alert in engine.alerts()
    ]


def told_twice(engine: Engine) -> list[str]:
    """Notices that were published more than once, in whatever message."""
    published = Counter(_published(engine))
    return [notice_id for notice_id, times in published.items() if times > 1]


def _published(engine: Engine) -> Iterator[str]:
    for alert in engine.alerts():
        yield from (each["notice_id"] for each in notices_in(alert))
