"""Serves the whole system on 127.0.0.1: `python -m infra.local.serve`.

    PORT    where to listen; 8000 if not set, 0 lets the system pick
    SPEED   how fast the clock runs: 1 (if not set) is real time, 60 a minute a second, 0 stands still until advanced

Prints `ready http://127.0.0.1:PORT token=TOKEN` once it listens; everything else that is said goes to stderr.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
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

HOST = "127.0.0.1"

Seed = Callable[[Engine], str]
"""Puts something to play with into a new engine and answers the token to play with it."""


@dataclass(frozen=True)
class Settings:
    """How to serve."""

    port: int
    speed: float

    @classmethod
    def from_environment(cls) -> Settings:
        """Reads PORT and SPEED; ValueError says what is wrong with them."""
        port, speed = int(os.environ.get("PORT", "8000")), float(os.environ.get("SPEED", "1"))
        if not 0 <= port <= 65535:
            raise ValueError("PORT must be between 0 and 65535")
        if not 0 <= speed < float("inf"):
            raise ValueError("SPEED must be 0 or more")
        return cls(port, speed)


def demo_helpdesk(engine: Engine) -> str:
    """The seed that is used when no other is given."""
    token: str = importlib.import_module("infra.local.seed").create_demo_helpdesk(engine)
    return token


def serve(settings: Settings, ready: TextIO, seed: Seed = demo_helpdesk, **engine_options: Any) -> None:
    """Serves until the process is told to end; the line `ready …` is written to `ready`."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, settings.port))
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
                application = HttpApplication(engine, thread, settings.speed)
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


def main(seed: Seed = demo_helpdesk, **engine_options: Any) -> None:
    """The command. Ends with status 0 when it is told to end."""
    try:
        settings = Settings.from_environment()
    except ValueError as error:
        sys.exit(str(error))
    # Handlers log to stdout, as they do on Lambda; here stdout is for the one line that others wait for.
    ready, sys.stdout = sys.stdout, sys.stderr
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    serve(settings, ready, seed, **engine_options)


if __name__ == "__main__":
    main()
