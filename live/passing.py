"""Passing a browser's socket from a web server to the process of the streams, with a few words about its reader.

One datagram carries both: nothing is accepted or answered, and whoever passes waits only while many do at once. The
kernel hands over the open connection itself (SCM_RIGHTS), so neither the browser nor a proxy notices.
"""

import os
import select
import socket
from functools import cache
from pathlib import Path

NAME = "stream.sock"
PATH_BYTES = 100  # of a socket's path that every system takes
WORDS_BYTES = 16_384  # at most
PATIENCE = 0.5  # seconds until a process that does not read counts as away


def entrance(folder: Path) -> socket.socket:
    """Open the address at which sockets arrive, in place of a process that had it before.

    Only this user may pass something there. Whoever runs already keeps the streams it has.
    """
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    own = f"{NAME}.{os.getpid()}"
    before = os.umask(0o177)
    try:
        receiver.bind(_address(folder, own))
    finally:
        os.umask(before)
    (folder / own).replace(folder / NAME)
    receiver.setblocking(False)
    return receiver


def way_to(folder: Path) -> socket.socket:
    """Return the way to the process of the streams. Raises OSError if it does not run, or does not take what comes."""
    way = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        way.settimeout(PATIENCE)
        way.connect(_address(folder, NAME))
        if not _takes(way):
            raise TimeoutError
    except OSError:
        way.close()
        raise
    return way


def _takes(way: socket.socket) -> bool:
    """Wait until it takes something, and return whether it does. Not `select`: that knows 1,024 descriptors."""
    looking = select.poll()
    looking.register(way, select.POLLOUT)
    return any(found & select.POLLOUT for _, found in looking.poll(PATIENCE * 1000))


def give(way: socket.socket, passed: socket.socket | None, words: bytes) -> None:
    """Pass the socket, if there is one, and the words. The caller closes its own copy and does nothing else to it.

    Raises OSError if nobody takes it.
    """
    socket.send_fds(way, [words], [passed.fileno()] if passed else [])


def take(receiver: socket.socket) -> tuple[socket.socket | None, bytes]:
    """Return what was passed next, as it was given. Raises BlockingIOError if there is nothing for now."""
    words, descriptors, _, _ = socket.recv_fds(receiver, WORDS_BYTES, 1)  # without one: this process may open no more
    return socket.socket(fileno=descriptors[0]) if descriptors else None, words


def _address(folder: Path, name: str) -> str:
    path = str(folder / name)
    return path if len(os.fsencode(path)) < PATH_BYTES else f"/proc/self/fd/{_opened(folder)}/{name}"


@cache
def _opened(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
