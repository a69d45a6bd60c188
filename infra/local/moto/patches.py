"""How this folder takes the place of parts of moto: every replacement has a reason, and lasts as long as the engine."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest import mock


@dataclass(frozen=True)
class Patch:
    """A part of moto that is replaced: `look_at` says what to check when moto changes.

    `speed` marks what is there only for speed: without it everything comes out the same, only later.
    """

    target: str
    why: str
    look_at: str
    speed: bool


class Patches(contextlib.ExitStack):
    """Replacements that are undone together, the last one first; `made` lists them."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[Patch] = []

    def because(self, why: str, look_at: str, *, speed: bool = False) -> Reason:
        """A reason to replace something with."""
        return Reason(self, why, look_at, speed)


@dataclass(frozen=True)
class Reason:
    """Why some parts are replaced."""

    patches: Patches
    why: str
    look_at: str
    speed: bool

    def replace(self, owner: Any, name: str, replacement: object) -> None:
        """Puts `replacement` where `owner.name` is."""
        target = f"{getattr(owner, '__module__', '')}.{owner.__name__}.{name}".lstrip(".")
        self.patches.made.append(Patch(target, self.why, self.look_at, self.speed))
        self.patches.enter_context(mock.patch.object(owner, name, replacement))

    def wrap(self, owner: Any, name: str, wrapper: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        """Puts `wrapper(the original)` where the function `owner.name` is."""
        self.replace(owner, name, wrapper(getattr(owner, name)))

    def replace_everywhere(self, package: str, name: str, original: object, replacement: object) -> None:
        """Puts `replacement` wherever a module of `package` has `original` under that name; counts as one patch."""
        self.patches.made.append(Patch(f"{package}.*.{name}", self.why, self.look_at, self.speed))
        for module in modules_of(package):
            if vars(module).get(name) is original:
                self.patches.enter_context(mock.patch.object(module, name, replacement))


def modules_of(package: str) -> list[Any]:
    """The modules of a package that have been imported."""
    import sys

    return [module for name, module in list(sys.modules.items()) if name.startswith(f"{package}.")]
