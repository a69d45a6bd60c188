"""The hourly look at subscriptions, of teams and of customers: one that fails keeps none of the others back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.ports.clock import Clock
from tocsin.ports.subscriptions import Watchable

LOOK_EVERY = timedelta(hours=1)
"""SNS deletes a suspended subscription after 48 hours (AWS documentation, "Email notifications", 2026-11)."""

Look = Callable[[str, str], Iterable[str]]
"""Looks at what has this helpdesk and id, says when to look again, and answers with those whom nothing reaches."""


@dataclass(frozen=True, slots=True)
class Watched:
    """(helpdesk, id of what was looked at, who) of everybody whom nothing reaches, and what could not be looked at."""

    unreachable: list[tuple[str, str, str]]
    failed: list[tuple[str, str, Exception]]


def watch(watchable: Watchable, look: Look, *, clock: Clock, until: datetime) -> Watched:
    """Look at everything whose turn it is, until time is up; what is left, and what failed, is for the next call."""
    watched = Watched([], [])
    for helpdesk_id, watched_id in watchable.to_look_at(clock.now()):
        if clock.now() >= until:
            break
        try:
            watched.unreachable.extend((helpdesk_id, watched_id, who) for who in look(helpdesk_id, watched_id))
        except Exception as error:  # noqa: BLE001 - one keeps none of the others from being looked at
            watched.failed.append((helpdesk_id, watched_id, error))
    return watched
