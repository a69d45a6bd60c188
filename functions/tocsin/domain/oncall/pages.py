"""Pages: each time that somebody is alerted, and each time that they are spared for having been often enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Pages:
    """Who was paged about a ticket at an instant; `sequence` is that of the event in its log."""

    ticket_id: str
    sequence: int
    at: datetime
    paged: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    """Who was on call and was spared, so that somebody else was paged."""


PagesSince = Callable[[datetime], Mapping[str, int]]
"""How often each person was paged from an instant on; nobody is in it who was not."""


def counted(pages: Iterable[Pages]) -> Mapping[str, int]:
    """How often each person was paged."""
    return Counter(member_id for each in pages for member_id in each.paged)
