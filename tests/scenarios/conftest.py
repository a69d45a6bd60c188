from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from infra.local.engine import Engine
from tests.scenarios.desk import Desk

FRIDAY = datetime(2026, 3, 27, 15, 40, tzinfo=UTC)
"""16:40 in Berlin, twenty minutes before the office closes, on the last Friday of winter time."""


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine(start=FRIDAY) as running:
        yield running
        # A defect may hide behind a retry: whatever a test did, no function may have failed meanwhile.
        assert running.faults == []
        assert running.failed_records == []


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine).prepare()


@pytest.fixture(scope="module")
def module_engine() -> Iterator[Engine]:
    """One engine for tests that leave nothing behind."""
    with Engine(start=FRIDAY) as running:
        yield running
