"""An open engine for every test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.local.engine import Engine
from tests.infra.local.stub_engine import stub_engine


@pytest.fixture
def engine() -> Iterator[Engine]:
    """The real topology and state machine, with stub handlers."""
    with stub_engine() as opened:
        yield opened
