"""Virtual time: a discrete-event clock that runs work one piece at a time and jumps over the time nobody needs.

Work that takes part is an *actor*, a greenlet: it has a stack of its own and runs until it waits. Whoever owns the
clock is the *driver*: a test, or the server's worker. Only one of them runs at a time:

* the driver lets actors run with `run_ready`, and goes on when every one of them is parked or done;
* an actor ends its turn when it parks (waits for an instant or for a signal) or ends;
* time stands still meanwhile; only the driver moves it, to the next due instant.

So the same start gives the same run, whatever the machine does, and no lock is needed anywhere. One thread drives a
clock, and its greenlets belong to that thread; work may be started from others while the driver waits for them.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from greenlet import getcurrent, greenlet

FOREVER_SECONDS = 99_999_999
"""What Step Functions calls no timeout; a wait this long is never due."""


class Killed(BaseException):
    """Unwinds an actor that was cancelled. Not an Exception, so that nobody catches it by accident."""


@dataclass(order=True)
class _Timer:
    due_at: datetime
    order: int
    fire: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)


class Actor:
    """Work that runs only when it is its turn, and goes back to the driver when it waits."""

    def __init__(self, target: Callable[[], None], starter: Actor | None) -> None:
        self._target = target
        self._starter = starter
        self.stack: greenlet | None = None
        self.children: dict[Actor, None] = {}
        self.killed = False
        self.parked = False
        self.signalled = False
        self.timer: _Timer | None = None
        if starter is not None:
            starter.children[self] = None

    def run(self) -> None:
        """Does the work, unless it was cancelled before; what escapes from it is raised to the driver."""
        try:
            if not self.killed:
                self._target()
        except Killed:
            pass
        finally:
            if self._starter is not None:
                del self._starter.children[self]
            self._hand_on_children()

    def _hand_on_children(self) -> None:
        # What it leaves running is cancelled with whoever started it.
        for child in self.children:
            child._starter = self._starter
            if self._starter is not None:
                self._starter.children[child] = None


class VirtualClock:
    """The time, and whose turn it is."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            message = "The clock starts at a timezone-aware instant"
            raise ValueError(message)
        self._now = start.astimezone(UTC)
        self._ready: deque[Actor] = deque()
        self._timers: list[_Timer] = []
        self._orders = itertools.count()
        self._actors: dict[Actor, None] = {}
        self._running: Actor | None = None
        self._driver = getcurrent()

    def now(self) -> datetime:
        """The virtual instant, aware and in UTC."""
        return self._now

    def current_actor(self) -> Actor | None:
        """The actor that asks; None for the driver."""
        return self._running

    # What actors do.

    def spawn(self, target: Callable[[], None]) -> Actor:
        """Starts work as a child of the actor that asks. It first runs when its turn comes."""
        actor = Actor(target, self.current_actor())
        self._actors[actor] = None
        self._ready.append(actor)
        return actor

    def park(self, seconds: float | None = None) -> bool:
        """Waits until somebody wakes this actor (True) or `seconds` have passed (False).

        Raises Killed when the actor is cancelled, and RuntimeError in the driver, which must not wait for anyone.
        """
        actor = self._require_actor()
        if actor.killed:
            raise Killed
        if seconds is not None and seconds < FOREVER_SECONDS:
            due_at = self._now + timedelta(seconds=max(0.0, seconds))
            actor.timer = self._schedule(due_at, lambda: self._resume(actor, signalled=False))
        actor.parked = True
        self._driver.switch()
        if actor.killed:
            raise Killed
        return actor.signalled

    def wake(self, actor: Actor) -> None:
        """Signals a parked actor: it goes on when its turn comes. Does nothing to one that is not parked."""
        self._resume(actor, signalled=True)

    def kill(self, actor: Actor) -> None:
        """Cancels an actor and everything it started; they unwind when their turn comes."""
        for child in list(actor.children):
            self.kill(child)
        actor.killed = True
        self._resume(actor, signalled=False)

    def is_alive(self, actor: Actor) -> bool:
        """Whether the actor has not ended yet."""
        return actor in self._actors

    # What the driver does.

    def call_at(self, instant: datetime, callback: Callable[[], None]) -> None:
        """Has the driver call `callback` when time reaches `instant`."""
        self._schedule(instant, callback)

    def run_ready(self) -> None:
        """Lets actors run until all are parked. What escapes from an actor is raised here."""
        self._driver = getcurrent()
        while self._ready:
            self._give_turn(self._ready.popleft())

    def _give_turn(self, actor: Actor) -> None:
        # Made here and not where it was started, which may have been another thread.
        actor.stack = actor.stack or greenlet(actor.run)
        self._running = actor
        try:
            actor.stack.switch()
        finally:
            self._running = None
            if actor.stack.dead:
                del self._actors[actor]

    def next_due_at(self) -> datetime | None:
        """The next instant at which anything is due; None when nothing ever is."""
        while self._timers and self._timers[0].cancelled:
            heapq.heappop(self._timers)
        return self._timers[0].due_at if self._timers else None

    def fire_next(self) -> None:
        """Moves time to the next due instant and fires what is due first: one timer, in the order they were set."""
        due_at = self.next_due_at()
        if due_at is None:
            return
        self.move_to(max(due_at, self._now))
        heapq.heappop(self._timers).fire()

    def move_to(self, instant: datetime) -> None:
        """Sets the time. Time never goes back: ValueError."""
        if instant < self._now:
            message = f"Time cannot go back from {self._now} to {instant}"
            raise ValueError(message)
        self._now = instant.astimezone(UTC)

    def close(self) -> None:
        """Cancels every actor and lets them end."""
        while self._actors:
            for actor in list(self._actors):
                self.kill(actor)
            self.run_ready()

    # How turns come.

    def _schedule(self, due_at: datetime, fire: Callable[[], None]) -> _Timer:
        timer = _Timer(due_at, next(self._orders), fire)
        heapq.heappush(self._timers, timer)
        return timer

    def _resume(self, actor: Actor, *, signalled: bool) -> None:
        if not actor.parked:
            return
        actor.parked = False
        actor.signalled = signalled
        if actor.timer is not None:
            actor.timer.cancelled = True
            actor.timer = None
        self._ready.append(actor)

    def _require_actor(self) -> Actor:
        actor = self.current_actor()
        if actor is None:
            message = "The driver of the clock cannot wait: it is the one who moves time"
            raise RuntimeError(message)
        return actor
