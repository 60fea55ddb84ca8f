"""A browser's side of a stream, read from its socket."""

import http.client
import json
import time
from collections.abc import Iterator
from typing import Any, Self

from tests.config.production import Browser

PATIENCE = 30  # seconds until something counts as lost; no test measures how fast the machine is


class Stream:
    """An open stream of a browser that has logged in. `first` is asked on the same connection before."""

    def __init__(self, browser: Browser, query: str = "", first: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", browser.port, timeout=PATIENCE)
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        host = {"Host": f"localhost:{browser.port}", "Cookie": cookie, "Accept": "text/event-stream"}
        if first:
            self.connection.request("GET", first, headers=host)
            self.connection.getresponse().read()
        self.socket = self.connection.sock
        self.connection.request("GET", f"/stream/{query}", headers=host | {"Accept-Encoding": "gzip"})
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        self.since = ""  # the query of who comes back

    def events(self) -> Iterator[tuple[str, Any]]:
        """Yield names and data as they come, until the stream ends."""
        name, data, until = "", "", time.monotonic() + PATIENCE
        while line := self.answer.fp.readline():
            assert time.monotonic() < until, "nothing but signs of life"
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                data = value
            elif field == "id":
                self.since = f"?since={value}"
            elif not field and name:
                yield name, json.loads(data)
                name = ""

    def next(self, *names: str) -> tuple[str, Any]:
        """Return the next event of these names, by default of any."""
        return next((name, data) for name, data in self.events() if not names or name in names)

    def has_ended(self) -> bool:
        """Read to the end, and return that there is one."""
        try:
            return list(self.events()) is not None
        except ConnectionError:
            return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.answer.close()
        self.connection.close()


def come_back(browser: Browser, query: str = "") -> Stream:
    """Return a stream as soon as there is one, as a browser does that tries again and again."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            stream = Stream(browser, query)
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
            continue
        if stream.status == 200:
            return stream
        stream.close()
        time.sleep(0.1)
    raise AssertionError("no stream")
