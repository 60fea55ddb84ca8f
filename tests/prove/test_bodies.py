"""Bodies of strangers at the addresses by which leads arrive, on the server as it runs in production."""

import http.client
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace

import psutil
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from intake import keys
from intake.models import Arrival
from tests.funnel.consenting import with_imprint
from tests.intake import forms
from tests.intake.hooking import hook_of, where
from tests.pipeline.working import wait_until
from tests.prove.servers import Server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.true_clock, pytest.mark.prove]
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
HUGE = 100_000_000
CHUNK = b" " * 100_000
SLOW = 12  # connections that send a byte a second: more than there are threads
GROWTH = 8  # MB that Python may keep of what it has read and refused


@pytest.fixture
def server() -> Iterator[Server]:
    """One process with its five threads, so that what holds them is noticed."""
    database = connection.settings_dict
    host = database["HOST"] or database["OPTIONS"].get("host", "")
    given = {
        "DATABASE_URL": f"postgres://{database['USER']}@/{database['NAME']}?host={host}",
        "DATA_DIR": str(settings.DATA_DIR),
        "WEB_WORKERS": "1",
        "WEB_THREADS": "4",
    }
    server = Server(SimpleNamespace(environment=os.environ | given))  # type: ignore[arg-type]
    try:
        yield server.wait_until_ready()
    finally:
        server.close()


@pytest.fixture
def doors(anna, board) -> list[tuple[str, dict[str, str]]]:
    """Path and headers of each address by which leads arrive."""
    with_imprint(anna.account)
    token = keys.issue(user=anna, name="x", may_read=False, may_write=True, now=timezone.now()).token
    return [
        ("/api/v1/contacts/", {"Content-Type": JSON, "Authorization": f"Bearer {token}"}),
        (where(hook_of(anna.account)), {"Content-Type": JSON}),
        (forms.address(forms.online(anna)), {"Content-Type": FORM}),
    ]


def memory(server: Server) -> float:
    """Return the private memory of the process that answers, in MB."""
    (worker,) = psutil.Process(server.process.pid).children()
    return worker.memory_full_info().uss / 2**20


def post(server: Server, path: str, headers: dict[str, str], body: bytes) -> int:
    wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    wire.request("POST", path, body, {"Host": f"localhost:{server.port}"} | headers)
    status = wire.getresponse().status
    wire.close()
    return status


def post_huge(server: Server, path: str, headers: dict[str, str]) -> int:
    """Send as much of 100 MB as the server takes, and return what it answers."""
    with socket.create_connection(("127.0.0.1", server.port), 60) as wire:
        head = {"Host": f"localhost:{server.port}", "Content-Length": str(HUGE)} | headers
        wire.sendall(f"POST {path} HTTP/1.1\r\n".encode() + _lines(head))
        with suppress(OSError):
            for _chunk in range(HUGE // len(CHUNK)):
                wire.sendall(CHUNK)
        return int(wire.recv(100).split()[1])


def _lines(head: dict[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in head.items()).encode() + b"\r\n"


def test_what_is_huge_is_refused_and_leaves_no_trace_in_memory(server, doors, promise):
    row = promise("100 MB, 10,000 fields, JSON 10,000 deep", f"413, kept or refused; at most {GROWTH} MB grown")
    fields = [json.dumps({f"f{number}": "x" for number in range(10_000)}).encode()] * 2
    fields.append("&".join(f"f{number}=x" for number in range(10_000)).encode())
    deep = [b'{"a":' * 10_000 + b"1" + b"}" * 10_000] * 2 + [b"a=" + b"[" * 10_000]
    before, statuses = 0.0, list[list[int]]()
    for turn in range(3):
        statuses = [[post_huge(server, *door) for door in doors]]
        for bodies in (fields, deep):
            statuses.append([post(server, *door, body) for door, body in zip(doors, bodies, strict=True)])
        if turn == 0:
            before = memory(server)  # of code that was not needed before
    grown = memory(server) - before
    assert statuses == [[413, 413, 413], [400, 200, 400], [400, 200, 422]]
    assert grown <= GROWTH
    assert Arrival.objects.exclude(result="unread").count() == 0
    row.reached(f"as asked, {grown:+.1f} MB")


class Slow:
    """Somebody who sends a byte of a body a second, for as long as the server listens."""

    def __init__(self, server: Server, path: str, headers: dict[str, str]) -> None:
        self.wire = socket.create_connection(("127.0.0.1", server.port), 60)
        head = {"Host": f"localhost:{server.port}", "Content-Length": "5000"} | headers
        self.wire.sendall(f"POST {path} HTTP/1.1\r\n".encode() + _lines(head))
        self.seconds, begun = 0.0, time.monotonic()
        self.thread = threading.Thread(target=self._send, args=[begun])
        self.thread.start()

    def _send(self, begun: float) -> None:
        self.wire.settimeout(1)
        while time.monotonic() - begun < 200:
            with suppress(TimeoutError):
                self.wire.sendall(b"a")
                self.wire.recv(1000)  # an answer or the end: whatever it is, nobody listens any more
                break
        self.seconds = time.monotonic() - begun
        self.wire.close()


def test_who_sends_a_byte_a_second_holds_no_thread_for_ever(server, doors, promise):
    row = promise(f"{SLOW} bodies of a byte a second at five threads", "given up, and others are answered meanwhile")
    slow = [Slow(server, *doors[number % len(doors)]) for number in range(SLOW)]
    began = time.monotonic()
    wait_until(lambda: server.status("/healthz") == 200, 60, pause=0.1)
    free = time.monotonic() - began
    for one in slow:
        one.thread.join()
    wait_until(lambda: server.status("/accounts/login/") == 200, 60, pause=0.1)
    assert max(one.seconds for one in slow) < 150
    row.reached(f"the last given up after {max(one.seconds for one in slow):.0f} s, /healthz within {free:.1f} s")
