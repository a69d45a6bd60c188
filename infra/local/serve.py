"""Serves the whole system on 127.0.0.1: `python -m infra.local.serve`.

    PORT    where to listen; 8000 if not set, 0 lets the system pick
    SPEED   how fast the clock runs: 1 (if not set) is real time, 60 a minute per second, 0 stands still until advanced
    VERBOSE whether the functions log to the terminal (1) or to `build/serve.log` (if not set)

Prints `ready http://127.0.0.1:PORT token=TOKEN` to stdout once it listens. What happens to tickets is told on stderr, a
line each (`infra.local.timeline`). Exit codes: 0 told to end, 2 settings that cannot be served.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import importlib
import math
import os
import re
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

import uvicorn

from infra.local.engine import Engine
from infra.local.http_application import EngineThread, HttpApplication
from infra.local.timeline import Timeline
from infra.topology import ROOT

HOST = "127.0.0.1"
LOG = ROOT / "build" / "serve.log"

FASTEST = 1_000_000
"""Eleven days per second."""

Seed = Callable[[Engine], str]
"""Puts something to play with into a new engine and answers the token to play with it."""


@dataclass(frozen=True)
class Settings:
    """How to serve."""

    port: int
    speed: float
    verbose: bool = False

    @classmethod
    def from_environment(cls) -> Settings:
        """Reads PORT, SPEED and VERBOSE; ValueError says in a sentence what is wrong with them."""
        port = os.environ.get("PORT", "8000")
        speed = os.environ.get("SPEED", "1")
        return cls(_port(port), _speed(speed), os.environ.get("VERBOSE", "") not in {"", "0"})


def _port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) > 65535:
        raise ValueError(f"PORT is a whole number from 0 to 65535, not {text!r}; with 0 the system picks one.")
    return int(text)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = math.nan
    if not 0 <= speed <= FASTEST:
        raise ValueError(f"SPEED is a number from 0, which stands still, to {FASTEST:,}, not {text!r}.")
    return speed


def demo_deployment(engine: Engine) -> str:
    """The seed that is used when no other is given."""
    token: str = importlib.import_module("infra.local.seed").create_demo_deployment(engine)
    return token


def listen(port: int) -> socket.socket:
    """A socket that listens on that port; ValueError says in a sentence why there can be none."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise ValueError(f"Port {port} is in use; choose another with PORT, or 0 to let the system pick.") from None
        raise ValueError(f"Port {port} cannot be listened on: {error.strerror}.") from None
    return listener


def serve(listener: socket.socket, speed: float, ready: TextIO, seed: Seed, **engine_options: Any) -> None:
    """Serves until the process is told to end; the line `ready …` is written to `ready`."""
    url = f"http://{HOST}:{listener.getsockname()[1]}"
    thread = EngineThread()
    try:
        engine = Engine(
            datetime.now(UTC).replace(microsecond=0),
            api_url=url,
            **{"schedules": True, "calls_per_jump": 120, "seed": secrets.randbits(64), **engine_options},
        )
        thread.run(engine.__enter__)
        try:
            token = thread.run(lambda: seed(engine))
            application = HttpApplication(engine, thread, speed, Timeline(engine, sys.stderr).tell)
            asyncio.run(_serve(application, listener, lambda: _say(ready, f"ready {url} token={token}")))
        finally:
            thread.run(lambda: engine.__exit__(None, None, None))
    finally:
        thread.close()


async def _serve(application: HttpApplication, listener: socket.socket, when_ready: Callable[[], None]) -> None:
    server = _Server(uvicorn.Config(application, lifespan="off", log_level="warning"), when_ready)
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    pace = asyncio.ensure_future(application.keep_pace())
    # The pace ends only by a fault of the engine, with which there is nothing left to serve.
    await asyncio.wait({serving, pace}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    pace.cancel()
    await serving
    with contextlib.suppress(asyncio.CancelledError):
        await pace


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._when_ready = when_ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # When it has ended in good order, uvicorn raises the signal again; by then nothing is left to be ended.
        with contextlib.suppress(SystemExit), super().capture_signals():
            yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._when_ready()


def _say(output: TextIO, line: str) -> None:
    print(line, file=output, flush=True)


def main(seed: Seed = demo_deployment, **engine_options: Any) -> None:
    """The command. Ends with status 0 when it is told to end."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        settings = Settings.from_environment()
        listener = listen(settings.port)
    except ValueError as error:
        _say(sys.stderr, str(error))
        sys.exit(2)
    with listener, functions_log_elsewhere(settings.verbose) as ready:
        serve(listener, settings.speed, ready, seed, **engine_options)


@contextlib.contextmanager
def functions_log_elsewhere(verbose: bool) -> Iterator[TextIO]:
    """Stdout, for the one line that others wait for: handlers log to it, as they do on Lambda, and that goes elsewhere.

    It goes to stderr if `verbose`, else to a file.
    """
    with contextlib.ExitStack() as opened:
        log = sys.stderr if verbose else opened.enter_context(_new_log())
        ready, sys.stdout = sys.stdout, log
        opened.callback(setattr, sys, "stdout", ready)
        if not verbose:
            _say(sys.stderr, f"The functions log to {LOG.relative_to(ROOT)}; with VERBOSE=1 they log here.")
        yield ready


def _new_log() -> TextIO:
    # Another server that still runs goes on writing to its own file, which then has no name any more.
    LOG.parent.mkdir(exist_ok=True)
    LOG.unlink(missing_ok=True)
    return LOG.open("w", encoding="utf-8", buffering=1)


if __name__ == "__main__":
    main()
