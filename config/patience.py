"""How long a process of the web server waits for what somebody sends: a thread that reads it does nothing else.

Small bodies, which is all that strangers may send, are waited for without a thread.
"""

import os
import socket
import time
from typing import Any

from gunicorn.http.errors import NoMoreData

HEAD = 20.0  # seconds for a request without its body
SMALL = 100_000  # bytes of a body
MOMENT = 0.05  # seconds in which what was sent behind the head has mostly come
BYTES = 20_000  # of a body, a second: of the slowest lines one may upload through


class Patient:
    """A connection that is read until a moment, however little comes at a time."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.gettimeout, self.settimeout = sock.gettimeout, sock.settimeout
        self.until, self.is_late = 0.0, False
        self.wait_for(0)

    def wait_for(self, length: int) -> None:
        """Begin to wait for a head, or for a body of so many bytes."""
        self.until = time.monotonic() + HEAD + length / BYTES

    def recv(self, most: int) -> bytes:
        """Return what has come. Raises NoMoreData, as if the connection had ended."""
        left, usual = self.until - time.monotonic(), self.sock.gettimeout()
        try:
            if left > 0:
                self.sock.settimeout(left if usual is None else min(left, usual))
                return self.sock.recv(most)
        except TimeoutError:
            if usual is not None and time.monotonic() < self.until:
                raise
        finally:
            self.sock.settimeout(usual)
        self.is_late = True
        raise NoMoreData


def length(headers: list[tuple[str, str]]) -> int:
    """Return how long the body is that the head announces."""
    given = next((value for name, value in headers if name == "CONTENT-LENGTH"), "0")
    return int(given) if given.isascii() and given.isdigit() else 0


def is_whole(unreader: Any, headers: list[tuple[str, str]]) -> bool:
    """Keep what has come of a small body, and return whether that is all of it, or all that will come.

    Raises NoMoreData if it has taken too long. Of a large one, and of one that waits to be asked for, a thread reads
    what comes.
    """
    wanted = length(headers)
    if not 0 < wanted <= SMALL or any(name == "EXPECT" for name, _value in headers):
        return True
    sock, buffer = unreader.sock.sock, unreader.buf
    sock.settimeout(MOMENT)
    try:
        while (missing := wanted - buffer.seek(0, os.SEEK_END)) > 0:
            came = sock.recv(missing)
            if not came:
                return True
            buffer.write(came)
    except TimeoutError:
        if time.monotonic() > unreader.sock.until:
            raise NoMoreData from None
        return False
    finally:
        sock.setblocking(True)
    return True
