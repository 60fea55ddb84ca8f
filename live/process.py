"""The process of the streams: `python -m live.process`, with DATA_DIR and DATABASE_URL as the web server has them.

It loads next to nothing of Django. A web server hands it the sockets of browsers whose rights it has checked
(`live/passing.py`); one connection to the database says what has changed (`live/listening.py`).
"""

import asyncio
import gc
import json
import logging
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import environ

from live import passing
from live.hub import WINDOW, Hub, Reader, Request
from live.listening import listen

CHECKOUT = Path(__file__).resolve().parent.parent
TAKEN_AT_ONCE = 20  # sockets between two looks at everything else
BUFFER = 32_768  # bytes that wait for a reader in this process, and about as many in the kernel
UNCONFIRMED = 60_000  # milliseconds until a browser that confirms nothing counts as gone
REFUSAL = b"HTTP/1.1 204 No Content\r\nRetry-After: 15\r\nConnection: close\r\n\r\n"

log = logging.getLogger("pipeline.stream")


def now() -> int:
    return int(time.time() * 1000)


class Line(asyncio.Protocol):
    """The connection of a browser, from its handover until either side ends it."""

    __slots__ = ("hub", "reader", "transport")

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.reader: Reader | None = None

    def greet(self, request: Request, head: bytes) -> None:
        if not self.transport.is_closing():  # or nobody would say that the reader has gone
            self.transport.write(head)
            self.reader = self.hub.open(self, request, now())
            if self.transport.get_write_buffer_size() > BUFFER:  # `pause_writing` came before there was a reader
                self.hub.fall_behind(self.reader, now())

    def write(self, data: bytes) -> None:
        self.transport.write(data)

    def end(self) -> None:
        """End it: in an orderly way, or at once if the browser takes nothing."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            self.transport.close()

    def connection_made(self, transport: Any) -> None:
        self.transport: asyncio.Transport = transport
        transport.set_write_buffer_limits(BUFFER)

    def pause_writing(self) -> None:
        if self.reader:
            self.hub.fall_behind(self.reader, now())

    def resume_writing(self) -> None:
        if self.reader:
            self.hub.catch_up(self.reader, now())

    def connection_lost(self, error: Exception | None) -> None:
        if self.reader:
            self.hub.close(self.reader)


class Entrance:
    """Where sockets arrive."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        self.hub = hub
        self.loop = asyncio.get_running_loop()
        self.receiver = passing.entrance(folder)
        self.loop.add_reader(self.receiver.fileno(), self.take)
        self.arriving: set[asyncio.Task[None]] = set()

    def take(self) -> None:
        with suppress(BlockingIOError):
            for _ in range(TAKEN_AT_ONCE):
                passed, words = passing.take(self.receiver)
                if passed is None:
                    self.note(words)
                else:
                    task = self.loop.create_task(self.welcome(passed, words))
                    self.arriving.add(task)
                    task.add_done_callback(self.arriving.discard)

    def note(self, words: bytes) -> None:
        """Take in what came without a socket."""
        try:
            self.hub.end(json.loads(words)["leaving"])
        except (ValueError, KeyError, TypeError):
            log.warning("what came is no socket")

    async def welcome(self, passed: socket.socket, words: bytes) -> None:
        request, head = _understood(words)
        try:
            _prepare(passed)
            _, line = await self.loop.connect_accepted_socket(lambda: Line(self.hub), passed)
        except OSError as error:  # it has gone
            log.warning("a stream did not begin (%s)", type(error).__qualname__)
            passed.close()
            return
        if request and self.hub.has_room(request):  # asked without waiting in between, so that many at once are counted
            line.greet(request, head)
        else:
            line.write(REFUSAL)
            line.end()


def _understood(words: bytes) -> tuple[Request | None, bytes]:
    """Return the reader and the head of the answer; no reader if the web server is of another version."""
    try:
        facts = json.loads(words)
        head = facts.pop("head").encode("latin-1")
        return Request.of(facts), head
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("a web server of another version asked for a stream (%s)", type(error).__qualname__)
        return None, b""


def _prepare(passed: socket.socket) -> None:
    passed.setblocking(False)
    passed.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)  # no backlog in the kernel
    passed.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if passed.family != socket.AF_UNIX:
        passed.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            passed.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNCONFIRMED)


async def _tick(hub: Hub) -> None:
    while True:
        await asyncio.sleep(1)
        hub.tick(now())


async def serve(folder: Path, database: Mapping[str, Any]) -> None:
    """Serve until a signal says to stop. Whatever else ends it is a fault, and whoever watches starts it again."""
    hub = Hub(now())
    Entrance(hub, folder)
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def hear(payload: str) -> None:
        is_timed = bool(hub.held)
        hub.hear(payload, now())
        if hub.held and not is_timed:
            loop.call_later(WINDOW / 1000, lambda: hub.flush(now()))

    heard = listen(database, hear, lambda: hub.resume(now()))
    tasks = [asyncio.create_task(work) for work in (heard, _tick(hub), stop.wait())]
    gc.collect()
    gc.freeze()
    done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    hub.end()
    for task in others:
        task.cancel()
    for task in done:
        task.result()


def main() -> None:
    os.umask(0o077)
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    folder = Path(os.environ.get("DATA_DIR") or CHECKOUT / "var").resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    asyncio.run(serve(folder, _database(folder)))


def _database(folder: Path) -> dict[str, Any]:
    """Return how to connect, as the settings read it."""
    found = environ.Env().db("DATABASE_URL", f"postgres://postgres@/postgres?host={folder}/pg")
    names = {"dbname": "NAME", "host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    return {name: found[key] for name, key in names.items() if found.get(key)} | found.get("OPTIONS", {})


if __name__ == "__main__":
    main()
