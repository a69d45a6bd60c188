"""Append to a log that others append to at the same time: whoever loses a race decides anew, a little later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from tocsin.domain.values.faults import Busy, RequestRepeated, SequenceConflict
from tocsin.ports.clock import Clock

Decided = TypeVar("Decided")

PAUSES = tuple(timedelta(milliseconds=ms) for ms in (50, 100, 200, 400, 800, *[1000] * 6))
"""The longest wait after each lost race. How much of it is waited is drawn by lot, so that rivals part."""

PATIENCE = timedelta(seconds=8)
"""No attempt begins later than this, so that the last one ends within the timeout of every function that appends."""


def retrying(decide: Callable[[], Decided], *, clock: Clock, refusal: str) -> Decided:
    """The answer of `decide`, which reads the ticket, decides and appends, and is called again after each lost race.

    Raises Busy with `refusal` when the pauses or the patience are used up.
    """
    give_up_at = clock.now() + PATIENCE
    for pause in PAUSES:
        try:
            return decide()
        except (SequenceConflict, RequestRepeated):
            clock.pause(pause)
        if clock.now() > give_up_at:
            break
    raise Busy(refusal)
