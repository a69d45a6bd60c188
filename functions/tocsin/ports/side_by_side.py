"""Doing several things at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class SideBySide(Protocol):
    """`map`, in order or with several calls at once."""

    def __call__(self, call: Callable[[T], R], each: Iterable[T], /) -> Iterable[R]:
        """The results in the order of the arguments."""
        ...
