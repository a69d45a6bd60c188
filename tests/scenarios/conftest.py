from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from infra.local.engine import Engine
from tests.scenarios.desk import Desk
from tests.scenarios.twice import Told, timeline, told_twice

FRIDAY = datetime(2026, 3, 27, 15, 40, tzinfo=UTC)
"""16:40 in Berlin, twenty minutes before the office closes, on the last Friday of winter time."""

told_before: dict[str, list[Told]] = {}
"""What each scenario that is marked with `once_and_twice` told the first time that it ran, in either way."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.definition.get_closest_marker("once_and_twice") and "twice" in metafunc.fixturenames:
        metafunc.parametrize("twice", [False, True], ids=["once", "twice"])


@pytest.fixture
def twice() -> bool:
    """Whether every function is called twice, and every record of the stream delivered twice."""
    return False


@pytest.fixture
def check(request: pytest.FixtureRequest) -> Callable[[Engine], None]:
    """Looks at an engine at its end."""

    def nothing_failed_and_nothing_was_told_twice(engine: Engine) -> None:
        # A defect may hide behind a retry: whatever a test did, no function may have failed meanwhile.
        assert engine.faults == []
        assert engine.failed_records == []
        if request.node.get_closest_marker("once_and_twice"):
            assert told_twice(engine) == []
            name = request.node.nodeid.replace("twice", "once")
            assert timeline(engine) == told_before.setdefault(name, timeline(engine))

    return nothing_failed_and_nothing_was_told_twice


@pytest.fixture
def engine(twice: bool, check: Callable[[Engine], None]) -> Iterator[Engine]:
    with Engine(start=FRIDAY, twice=twice) as running:
        yield running
        check(running)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine).prepare()


@pytest.fixture(scope="module")
def module_engine() -> Iterator[Engine]:
    """One engine for tests that leave nothing behind."""
    with Engine(start=FRIDAY) as running:
        yield running
