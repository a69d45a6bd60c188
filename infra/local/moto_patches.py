"""How this folder takes the place of parts of moto: every replacement lasts as long as the engine and no longer."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any
from unittest import mock


class Patches(contextlib.ExitStack):
    """Replacements that are undone together, the last one first."""

    def replace(self, owner: object, name: str, replacement: object) -> None:
        """Puts `replacement` where `owner.name` is."""
        self.enter_context(mock.patch.object(owner, name, replacement))

    def wrap(self, owner: object, name: str, wrapper: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        """Puts `wrapper(the original)` where the function `owner.name` is."""
        self.replace(owner, name, wrapper(getattr(owner, name)))
