"""The few things of `threading`, `time` and `datetime` that moto's interpreter uses, under a virtual clock."""

from __future__ import annotations

import datetime as dt
import threading as real_threading
import time as real_time
from collections.abc import Callable
from datetime import datetime, tzinfo
from functools import partial
from typing import Any

from infra.local.virtual_clock import Actor, VirtualClock


class VirtualEvent:
    """`threading.Event` for actors: waiting for it hands the baton on."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._is_set = False
        self._waiting: list[Actor] = []

    def is_set(self) -> bool:
        """Whether the event was set and not cleared since."""
        return self._is_set

    def set(self) -> None:
        """Sets the event and wakes everybody who waits for it."""
        self._is_set = True
        waiting, self._waiting = self._waiting, []
        for actor in waiting:
            self._clock.wake(actor)

    def clear(self) -> None:
        """Makes the next `wait` wait again."""
        self._is_set = False

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until the event is set (True) or `timeout` virtual seconds have passed (False)."""
        if self._is_set:
            return True
        actor = self._clock.current_actor()
        if actor is not None:
            self._waiting.append(actor)
        try:
            return self._clock.park(timeout)
        finally:
            if actor in self._waiting:
                self._waiting.remove(actor)


class VirtualThread:
    """`threading.Thread` as an actor."""

    native_id = 0

    def __init__(
        self,
        clock: VirtualClock,
        *,
        target: Callable[..., object],
        name: str | None = None,
        args: tuple[Any, ...] = (),
        daemon: bool | None = None,
    ) -> None:
        self._clock = clock
        self._target = target
        self._args = args
        self._done = VirtualEvent(clock)
        self.name = name
        self.daemon = daemon

    def start(self) -> None:
        """Queues the actor; it runs when its turn comes."""
        self._clock.spawn(self.run)

    def run(self) -> None:
        """Does the work, and tells those who joined."""
        try:
            self._target(*self._args)
        finally:
            self._done.set()

    def join(self, timeout: float | None = None) -> None:
        """Waits for the work to be done, at most `timeout` virtual seconds."""
        self._done.wait(timeout)

    def is_alive(self) -> bool:
        """Whether the work is not done yet."""
        return not self._done.is_set()


class ModuleWith:
    """A module with some of its names replaced."""

    def __init__(self, module: object, **replaced: object) -> None:
        self._module = module
        self.__dict__.update(replaced)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


def virtual_threading(clock: VirtualClock) -> ModuleWith:
    """The module `threading`, whose threads and events live in virtual time."""
    return ModuleWith(real_threading, Thread=partial(VirtualThread, clock), Event=partial(VirtualEvent, clock))


def virtual_time(clock: VirtualClock) -> ModuleWith:
    """The module `time`, whose `sleep` takes virtual seconds."""
    return ModuleWith(real_time, sleep=clock.park, time=lambda: clock.now().timestamp())


class _AnyDatetime(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


def virtual_datetime(clock: VirtualClock) -> ModuleWith:
    """The module `datetime`, whose `datetime.now` tells the virtual time."""

    class VirtualDatetime(datetime, metaclass=_AnyDatetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            now = clock.now()
            return now.astimezone(tz) if tz is not None else now.replace(tzinfo=None)

    return ModuleWith(dt, datetime=VirtualDatetime)
