"""Many bare readers in one thread: sockets that ask for a stream, take what comes, and come back like a browser."""

import json
import random
import selectors
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

PATIENCE = 30  # seconds until something counts as lost
PAUSE = (0.5, 1.5)  # seconds until a reader whose stream has ended asks again
# A stream that was decided before it listened would soon be decided anew.
SETTLED = """
SELECT max(backend_start) < now() - interval '2 s' FROM pg_stat_activity WHERE application_name = 'pipeline-stream'
"""


@dataclass
class Bare:
    """One reader. `events` are moment, name and data of what it got; `begun` are the moments of its streams."""

    cookie: str
    line: socket.socket | None = None
    rest: bytes = b""
    since: str = ""  # the moment of its last event
    due: float = 0.0
    begun: list[float] = field(default_factory=list)
    events: list[tuple[float, str, Any]] = field(default_factory=list)

    def take(self, data: bytes, now: float) -> None:
        *blocks, self.rest = (self.rest + data).split(b"\n\n")
        for block in blocks:
            facts = dict(line.split(": ", 1) for line in block.decode().split("\n") if ": " in line)
            self.since = facts.get("id", self.since)
            if "event" in facts:
                self.events.append((now, facts["event"], json.loads(facts["data"])))
                if facts["event"] == "hello":
                    self.begun.append(now)

    def named(self, *names: str, since: float = 0.0) -> list[tuple[float, str, Any]]:
        return [event for event in self.events if event[1] in names and event[0] >= since]


class Readers:
    """`count` readers with these logins in turn, until the end of the block."""

    def __init__(self, port: int, cookies: Sequence[str], count: int, *, keeps: bool = True) -> None:
        self.port = port
        self.keeps = keeps  # what they get after the greeting; reading it is work, too
        self.all = [Bare(cookies[number % len(cookies)]) for number in range(count)]
        self.selector = selectors.DefaultSelector()
        self.stops = False
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        self.wait(lambda: all(reader.begun for reader in self.all))
        return self

    def __exit__(self, *_: object) -> None:
        self.stops = True
        self.thread.join()
        for reader in self.all:
            if reader.line:
                reader.line.close()

    def wait(self, holds: Any, patience: float = 2 * PATIENCE) -> float:
        """Wait until it holds, and return how long that took."""
        begun = time.monotonic()
        while not holds():
            assert time.monotonic() - begun < patience, "the readers wait in vain"
            assert self.thread.is_alive()
            time.sleep(0.01)
        return time.monotonic() - begun

    def all_have(self, *names: str, since: float) -> bool:
        return all(reader.named(*names, since=since) for reader in self.all)

    def _run(self) -> None:
        while not self.stops:
            now = time.perf_counter()
            for reader in self.all:
                if reader.line is None and reader.due <= now:
                    self._ask(reader)
            for key, _ in self.selector.select(0.05):
                self._read(key.data)

    def _ask(self, reader: Bare) -> None:
        reader.due = time.perf_counter() + random.uniform(*PAUSE)
        with suppress(OSError):
            reader.line = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
            query = f"?since={reader.since}" if reader.since else ""
            head = f"GET /stream/{query} HTTP/1.1\r\nHost: localhost:{self.port}\r\nCookie: {reader.cookie}\r\n"
            reader.line.sendall(f"{head}Connection: close\r\n\r\n".encode())  # or 204 would not be the end of it
            reader.line.setblocking(False)
            reader.rest = b""
            self.selector.register(reader.line, selectors.EVENT_READ, reader)

    def _read(self, reader: Bare) -> None:
        assert reader.line
        try:
            data = reader.line.recv(1 << 20)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        now = time.perf_counter()
        if data and reader.begun and not self.keeps:
            return
        if data:
            reader.take(data.replace(b"\r\n", b"\n"), now)
        else:
            self.selector.unregister(reader.line)
            reader.line.close()
            reader.line, reader.due = None, now + random.uniform(*PAUSE)
