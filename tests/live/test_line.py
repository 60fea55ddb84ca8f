"""The end of a line in the process of the streams: sockets as they are passed, and browsers that read nothing."""

import asyncio
import json
import os
import resource
import socket
from pathlib import Path

import pytest

from base.notices import Kind, payload
from live import passing
from live.hub import OF_A_USER, Hub, Request
from live.process import BUFFER, REFUSAL, Entrance, Line

OFFICE, PEOPLE = 3, 4000
START = 1_732_795_200_000


def crowded() -> Hub:
    """Return a hub whose greeting is longer than what waits for a reader."""
    hub = Hub(START)
    for number in range(1, PEOPLE):
        facts = {"at": "board", "tab": f"t{number}", "leaving": False, "initials": "SV", "name": "Sofia Vogt", "hue": 3}
        text = payload(Kind.HERE, OFFICE, user=number, **facts)
        assert text
        hub.hear(text, START)
    return hub


def test_whoever_does_not_even_take_the_greeting_is_behind_until_they_do():
    async def greet() -> tuple[bool, bool]:
        ours, browser = socket.socketpair()
        with browser:
            ours.setblocking(False)
            browser.setblocking(False)
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
            loop = asyncio.get_running_loop()
            _, line = await loop.connect_accepted_socket(lambda: Line(crowded()), ours)
            line.greet(
                Request(OFFICE, 1, is_limited=False, works_contacts=True, leads=True, at=START),
                b"HTTP/1.1 200 OK\r\n\r\n",
            )
            was_behind = line.reader.behind_since is not None
            while line.transport.get_write_buffer_size():
                await loop.sock_recv(browser, 1 << 20)
                await asyncio.sleep(0)
            is_behind = line.reader.behind_since is not None
            line.transport.abort()
            return was_behind, is_behind

    assert asyncio.run(greet()) == (True, False)


def test_a_web_server_with_more_than_a_thousand_descriptors_finds_the_way(tmp_path: Path):
    most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(most[0], 1200), most[1]))
    held = [os.open("/dev/null", os.O_RDONLY) for _ in range(1030)]
    try:
        with passing.entrance(tmp_path) as receiver, passing.way_to(tmp_path) as way:
            assert way.fileno() > 1024
            passing.give(way, None, b"words")
            assert passing.take(receiver) == (None, b"words")
    finally:
        for number in held:
            os.close(number)
        resource.setrlimit(resource.RLIMIT_NOFILE, most)


@pytest.mark.parametrize("change", [{"sees_nothing": True}, {"works_contacts": None}])
def test_words_of_another_version_are_answered_that_there_is_no_stream_for_now(change, tmp_path: Path):
    """What a newer web server says of a reader may limit them in a way that is not known here, and so may silence."""
    reader = Request(OFFICE, 1, is_limited=False, works_contacts=True, leads=True, at=START)._asdict() | {
        "head": "HTTP/1.1 200 OK"
    }
    words = json.dumps({name: value for name, value in (reader | change).items() if value is not None}).encode()

    async def arrive() -> bytes:
        hub = Hub(START)
        ours, browser = socket.socketpair()
        with browser:
            await Entrance(hub, tmp_path).welcome(ours, words)
            await asyncio.sleep(0)
            assert hub.readers == {}
            return browser.recv(1000)

    assert asyncio.run(arrive()) == REFUSAL


def test_streams_that_arrive_together_do_not_exceed_the_limit(tmp_path: Path):
    reader = Request(OFFICE, 1, is_limited=False, works_contacts=True, leads=True, at=START)
    words = json.dumps(reader._asdict() | {"head": "HTTP/1.1 200 OK\r\n\r\n"}).encode()

    async def arrive() -> list[bytes]:
        entrance = Entrance(Hub(START), tmp_path)
        pairs = [socket.socketpair() for _ in range(OF_A_USER + 5)]
        await asyncio.gather(*(entrance.welcome(ours, words) for ours, _ in pairs))
        await asyncio.sleep(0)
        return [browser.recv(12)[-3:] for _, browser in pairs]

    assert sorted(asyncio.run(arrive())) == [b"200"] * OF_A_USER + [b"204"] * 5
