"""Waiting for what somebody sends: a thread reads until a moment, and small bodies are waited for without one."""

import socket
from collections.abc import Iterator

import pytest
from gunicorn.http.errors import NoMoreData
from gunicorn.http.unreader import SocketUnreader

from config import patience
from config.patience import Patient, is_whole

Ends = tuple[socket.socket, SocketUnreader]


@pytest.fixture
def ends() -> Iterator[Ends]:
    theirs, ours = socket.socketpair()
    with theirs, ours:
        yield theirs, SocketUnreader(Patient(ours))


def head(length: int, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [("HOST", "x"), ("CONTENT-LENGTH", str(length)), *more]


def test_a_body_is_whole_when_all_of_it_has_come_and_is_read_then(ends):
    theirs, unreader = ends
    theirs.sendall(b"abc")
    assert not is_whole(unreader, head(6))
    theirs.sendall(b"defGET /")
    assert is_whole(unreader, head(6))
    assert (unreader.read(6), unreader.read(5)) == (b"abcdef", b"GET /")


def test_what_has_no_body_or_ended_or_is_large_is_not_waited_for(ends):
    theirs, unreader = ends
    assert is_whole(unreader, [("HOST", "x")])
    assert is_whole(unreader, head(patience.SMALL + 1))
    assert is_whole(unreader, head(6, ("EXPECT", "100-continue")))  # sent when it is asked for
    assert is_whole(unreader, [("CONTENT-LENGTH", "²")])
    theirs.shutdown(socket.SHUT_WR)
    assert is_whole(unreader, head(6))


def test_what_comes_too_slowly_is_as_if_it_had_ended(ends, monkeypatch):
    theirs, unreader = ends
    monkeypatch.setattr(patience, "HEAD", 0.1)
    unreader.sock.wait_for(0)
    theirs.sendall(b"a")
    assert unreader.read(1) == b"a"
    with pytest.raises(NoMoreData):
        unreader.read(1)
    assert unreader.sock.is_late
    with pytest.raises(NoMoreData):
        is_whole(unreader, head(6))
    assert unreader.sock.gettimeout() is None
    unreader.sock.wait_for(1_000_000)
    theirs.sendall(b"b")
    assert unreader.read(1) == b"b"
