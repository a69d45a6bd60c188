"""The local server as an ASGI application: one thread owns the engine, and everything goes through it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from infra.local.aws_endpoint import call_aws, is_signed_for_aws
from infra.local.controls import call_control, is_control
from infra.local.engine import Engine
from infra.local.gateway import LARGEST_BODY
from infra.local.gateway_events import Request, Response

STEP_SECONDS = 0.1
"""How often, in real seconds, the pace of the clock is kept."""

Answer = TypeVar("Answer")
Message = MutableMapping[str, Any]
"""A scope or message of ASGI (https://asgi.readthedocs.io/en/latest/specs/www.html)."""
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class EngineThread:
    """The one thread in which the engine lives: moto and the clock are never used by two at once."""

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="engine")

    def run(self, work: Callable[[], Answer]) -> Answer:
        """Does `work` in the engine's thread and waits for it."""
        return self._worker.submit(work).result()

    async def ask(self, work: Callable[[], Answer]) -> Answer:
        """The same, without holding up the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)

    def close(self) -> None:
        """Ends the thread when it has done what it was given."""
        self._worker.shutdown()


class HttpApplication:
    """Serves the API, the controls under `/_local/`, and AWS itself to requests that are signed for it.

    `tell` is called whenever something may have happened, in the engine's thread.
    """

    def __init__(self, engine: Engine, thread: EngineThread, speed: float, tell: Callable[[], None]) -> None:
        self._engine = engine
        self._thread = thread
        self._speed = speed
        self._tell = tell

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        if scope["type"] != "http":
            return
        request = await _request(scope, receive)
        await _respond(await self._thread.ask(lambda: self.call(request)), send)

    def call(self, request: Request) -> Response:
        """Answers a request and tells what happened. Call it in the engine's thread."""
        try:
            return self._call(request)
        finally:
            self._tell()

    def _call(self, request: Request) -> Response:
        if is_control(request):
            return call_control(self._engine, request, self._speed)
        if is_signed_for_aws(request):
            response = call_aws(request)
            self._engine.settle()
            return response
        return self._engine.call_gateway(request)

    async def keep_pace(self) -> None:
        """Moves the clock on with real time, `speed` times as fast, until it is cancelled; at 0 it stands still."""
        if self._speed == 0:
            await asyncio.Event().wait()
        last = time.monotonic()
        while True:
            await asyncio.sleep(STEP_SECONDS)
            now = time.monotonic()
            elapsed, last = (now - last) * self._speed, now
            await self._thread.ask(partial(self._let_time_pass, elapsed))

    def _let_time_pass(self, seconds: float) -> None:
        self._engine.advance(seconds=seconds)
        self._tell()


async def _request(scope: Message, receive: Receive) -> Request:
    path = scope.get("raw_path") or scope["path"].encode("utf-8")
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    return Request(
        method=scope["method"],
        path=path.decode("ascii").partition("?")[0],
        query=scope["query_string"].decode("latin-1"),
        headers=tuple((_as_people_write(name), value) for name, value in headers),
        body=await _body(receive),
        source_ip=(scope.get("client") or ("127.0.0.1", 0))[0],
    )


async def _body(receive: Receive) -> bytes:
    # One byte more than is allowed is enough for the gateway to refuse it; the rest is read and dropped.
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        if len(body) <= LARGEST_BODY:
            body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _respond(response: Response, send: Send) -> None:
    headers = {**response.headers, "content-length": str(len(response.body))}
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": encoded})
    await send({"type": "http.response.body", "body": response.body})


def _as_people_write(name: str) -> str:
    """Servers lower the names of headers; API Gateway hands them on as they came, which is mostly like this."""
    return "-".join(part.capitalize() for part in name.split("-"))
