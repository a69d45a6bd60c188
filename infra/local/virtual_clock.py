"""Virtual time: a discrete-event clock that runs threads one at a time and jumps over the time nobody needs.

A thread that takes part is an *actor*. The thread that owns the clock is the *driver*: a test, or the
server's worker. One baton goes round among them, and only its holder runs:

* the driver hands it over with `run_ready` and gets it back when every actor is parked or done;
* an actor hands it on when it parks (waits for an instant or for a signal) or ends;
* time stands still meanwhile; only the driver moves it, to the next due instant.

So the same start gives the same run, whatever the machine does, and no lock is needed anywhere.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

FOREVER_SECONDS = 99_999_999
"""What Step Functions calls no timeout; a wait this long is never due."""


class Killed(BaseException):
    """Unwinds the thread of an actor that was cancelled. Not an Exception, so that nobody catches it by accident."""


@dataclass(order=True)
class _Timer:
    due_at: datetime
    order: int
    fire: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)


class Actor:
    """A thread that runs only while it holds the baton."""

    def __init__(self, target: Callable[[], None], parent: Actor | None) -> None:
        self.target = target
        self.parent = parent
        self.children: dict[Actor, None] = {}
        self.killed = False
        self.parked = False
        self.signalled = False
        self.timer: _Timer | None = None
        self.gate = _closed_gate()


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
        self._ended: list[threading.Thread] = []
        self._driver_gate = _closed_gate()
        self._own = threading.local()
        self._failure: BaseException | None = None

    def now(self) -> datetime:
        """The virtual instant, aware and in UTC."""
        return self._now

    def current_actor(self) -> Actor | None:
        """The actor whose thread asks; None for the driver."""
        actor: Actor | None = getattr(self._own, "actor", None)
        return actor

    # What actors do.

    def spawn(self, target: Callable[[], None]) -> Actor:
        """Starts a thread as a child of the actor that asks. It first runs when its turn comes."""
        actor = Actor(target, self.current_actor())
        if actor.parent is not None:
            actor.parent.children[actor] = None
        self._actors[actor] = None
        self._ready.append(actor)
        threading.Thread(target=self._run, args=(actor,), daemon=True).start()
        return actor

    def park(self, seconds: float | None = None) -> bool:
        """Hands the baton on until somebody wakes this actor (True) or `seconds` have passed (False).

        Raises Killed when the actor is cancelled, and RuntimeError in the driver, which must not wait for anyone.
        """
        actor = self._require_actor()
        if actor.killed:
            raise Killed
        if seconds is not None and seconds < FOREVER_SECONDS:
            due_at = self._now + timedelta(seconds=max(0.0, seconds))
            actor.timer = self._schedule(due_at, lambda: self._resume(actor, signalled=False))
        actor.parked = True
        self._pass_baton()
        actor.gate.acquire()
        if actor.killed:
            raise Killed
        return actor.signalled

    def wake(self, actor: Actor) -> None:
        """Signals a parked actor: it goes on when its turn comes. Does nothing to one that is not parked."""
        self._resume(actor, signalled=True)

    def kill(self, actor: Actor) -> None:
        """Cancels an actor and everything it started; their threads unwind when their turn comes."""
        for child in list(actor.children):
            self.kill(child)
        actor.killed = True
        self._resume(actor, signalled=False)

    def is_alive(self, actor: Actor) -> bool:
        """Whether the actor's thread has not ended yet."""
        return actor in self._actors

    # What the driver does.

    def call_at(self, instant: datetime, callback: Callable[[], None]) -> None:
        """Has the driver call `callback` when time reaches `instant`."""
        self._schedule(instant, callback)

    def run_ready(self) -> None:
        """Lets actors run until all are parked. What escaped from an actor is raised here."""
        if self._ready:
            self._pass_baton()
            self._driver_gate.acquire()
        while self._ended:
            self._ended.pop().join()
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure

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
        """Cancels every actor and waits for their threads to end."""
        while self._actors:
            for actor in list(self._actors):
                self.kill(actor)
            self.run_ready()

    # How the baton goes round.

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

    def _pass_baton(self) -> None:
        gate = self._ready.popleft().gate if self._ready else self._driver_gate
        gate.release()

    def _run(self, actor: Actor) -> None:
        self._own.actor = actor
        actor.gate.acquire()
        try:
            if not actor.killed:
                actor.target()
        except Killed:
            pass
        except BaseException as failure:  # noqa: BLE001 - handed to the driver, which raises it
            self._failure = self._failure or failure
        finally:
            self._end(actor)

    def _end(self, actor: Actor) -> None:
        del self._actors[actor]
        if actor.parent is not None:
            del actor.parent.children[actor]
        self._ended.append(threading.current_thread())
        self._pass_baton()

    def _require_actor(self) -> Actor:
        actor = self.current_actor()
        if actor is None:
            message = "The driver of the clock cannot wait: it is the one who moves time"
            raise RuntimeError(message)
        return actor


def _closed_gate() -> threading.Lock:
    gate = threading.Lock()
    gate.acquire()
    return gate
