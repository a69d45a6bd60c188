"""As many calls at once as the function's environment says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tocsin import wiring

if TYPE_CHECKING:
    from tocsin.ports.side_by_side import SideBySide


@contextmanager
def side_by_side(most: int | None = None) -> Iterator[SideBySide]:
    """`map` with at most `most` calls at once, where that is known, and without a thread where there is but one."""
    number = wiring.side_by_side() if most is None else min(most, wiring.side_by_side())
    if number <= 1:
        yield map
        return
    # Imported late: the batches of a quiet hour have one record, and need no thread.
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(number) as pool:
        yield pool.map
