"""Handing a browser's connection over to the process of the streams, in a request of the web server.

`config/server_worker.py` knows the exception that says so, and forgets the connection without writing to it.
"""

import json
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, Self

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse

from live import passing

SERVER = socket.gethostname()  # of a container: its id


class HandedOver(Exception):
    """The connection belongs to another process: nothing more may be written to it, nor may it be shut down."""


class Parting:
    """Stands for the content: when the server asks for it, the socket goes, with the head as the middleware made it."""

    def __init__(self, way: socket.socket, passed: socket.socket, words: Callable[[], bytes]) -> None:
        self.way, self.passed, self.words = way, passed, words

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> NoReturn:
        with suppress(OSError):  # the process has just ended: so will the connection, and the browser comes back
            passing.give(self.way, self.passed, self.words())
        raise HandedOver

    def close(self) -> None:
        self.way.close()


class Head(StreamingHttpResponse):
    """The head of a stream, without a length and without content."""

    def __init__(self, content: Iterable[Any] = ()) -> None:
        super().__init__(content, content_type="text/event-stream; charset=utf-8")
        self["X-Accel-Buffering"] = "no"  # or nginx would keep the events back


class Handover(Head):
    def __init__(self, way: socket.socket, passed: socket.socket, facts: dict[str, Any]) -> None:
        super().__init__(Parting(way, passed, self.words))
        self.facts = facts

    def words(self) -> bytes:
        return json.dumps(self.facts | {"server": SERVER, "head": self.head()}).encode()

    def head(self) -> str:
        """Return the status line and the headers. The end of the connection is the end of the content."""
        cookies = [("Set-Cookie", morsel.OutputString()) for morsel in self.cookies.values()]
        lines = [f"{name}: {value}" for name, value in [*self.items(), *cookies, ("Connection", "close")]]
        return "\r\n".join([f"HTTP/1.1 {self.status_code} {self.reason_phrase}", *lines, "", ""])


def leave() -> None:
    """Say that the network of this machine is about to go: its streams end, and go on by another web server."""
    with suppress(OSError), passing.way_to(Path(settings.DATA_DIR)) as way:
        passing.give(way, None, json.dumps({"leaving": SERVER}).encode())


def handover(request: HttpRequest, facts: dict[str, Any]) -> Head | None:
    """Return the response that hands the request's connection over; None if there is nobody to take it.

    Only gunicorn gives the socket; Django's own servers, and the client of the tests, have none to give. Who asks for
    the head alone keeps the connection: it is the web server's, for what is asked next.
    """
    passed = request.META.get("gunicorn.socket")
    if passed is None:
        return None
    try:
        way = passing.way_to(Path(settings.DATA_DIR))
    except OSError:
        return None
    if request.method == "HEAD":
        way.close()
        return Head()
    return Handover(way, passed, facts)
