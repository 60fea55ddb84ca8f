"""Open streams: how soon an event arrives, what one costs in memory, and what they leave of the moves."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import psycopg

from tests.bench import painting
from tests.bench.clients import Browser, Load
from tests.bench.dragging import Dragging
from tests.bench.products import Office, Product
from tests.live.readers import SETTLED, Readers
from tests.pipeline.working import wait_until

AT_ONCE = (1, 100, 500)  # streams
OF_A_USER = 25  # streams; a user has no more than 30
EVENTS, PAUSE = 100, 0.05  # seconds between two
STREAMS = ["-m", "live.process"]
ANOTHER = """
INSERT INTO accounts_user (account_id, email, first_name, last_name, role, is_active, hue, theme, created_at, password)
SELECT account_id, %s, first_name, last_name, role, true, hue, theme, created_at, password
FROM accounts_user WHERE email = 'anna@krueger.example'
RETURNING account_id
"""
Row = dict[str, object]


def rows(product: Product, port: int, dragging: Dragging, seconds: float) -> list[Row]:
    with psycopg.connect(product.url, autocommit=True) as wire:
        office, logins = _logins(product, wire, max(AT_ONCE) // OF_A_USER)
        found = []
        for count in AT_ONCE:
            with product.started(*STREAMS) as process:  # whose memory has held no stream yet
                wait_until(lambda: wire.execute(SETTLED).fetchone()[0])  # type: ignore[index]
                found.append(_arrivals(port, logins, wire, office, psutil.Process(process.pid), count))
    with product.started(*STREAMS):
        found.append(_painted(port, logins, dragging.office))
        return found + _moves(port, logins, dragging, seconds)


def _logins(product: Product, wire: psycopg.Connection, count: int) -> tuple[int, list[str]]:
    """Make so many users, and return their office and their cookies."""
    offices, cookies = set(), []
    for number in range(count):
        email = f"reader{number}@krueger.example"
        offices.add(wire.execute(ANOTHER, [email]).fetchone()[0])  # type: ignore[index]
        cookies.append(Office(product, email).cookie)
    return offices.pop(), cookies


def _arrivals(
    port: int, logins: list[str], wire: psycopg.Connection, office: int, process: psutil.Process, count: int
) -> Row:
    """Measure from before the commit until each reader has the event."""
    with Readers(port, logins, 1) as readers:
        before = process.memory_full_info().pss
    with Readers(port, logins, count) as readers:
        grown, busy = process.memory_full_info().pss - before, sum(process.cpu_times()[:2])
        sent = {}
        for number in range(EVENTS):
            sent[number] = time.perf_counter()
            wire.execute("SELECT pg_notify('live', %s)", [_told(office, number)])
            time.sleep(PAUSE)
        readers.wait(lambda: all(len(reader.named("change")) == EVENTS for reader in readers.all))
        busy = (sum(process.cpu_times()[:2]) - busy) / EVENTS
        got = [(at, data["contacts"][0][1]) for reader in readers.all for at, _, data in reader.named("change")]
    load = Load(EVENTS * PAUSE, [(at - sent[number]) * 1000 for at, number in got], 0)
    cost = f", {grown / count / 1000:.0f} kB each, {1000 * busy:.1f} ms busy an event" if count > 1 else ""
    name = f"commit to event, {count} open stream{'s' * (count > 1)}{cost}"
    return {"name": name, "p50": round(load.quantile(0.5), 1), "p95": round(load.quantile(0.95), 1), "errors": 0}


def _told(office: int, number: int) -> str:
    facts = {"kind": "moved", "office": office, "contacts": [[1, None, None, number]], "columns": [1, 2], "user": None}
    return json.dumps(facts | {"origin": ""})


def _painted(port: int, logins: list[str], office: Office) -> Row:
    with Readers(port, logins, max(AT_ONCE), keeps=False):
        found = painting.times(port, logins[0], Browser(port, office.cookie, office.token))
    asked, answered = (Load(1, [*times], 0) for times in zip(*found, strict=True))
    since = f"p50 {answered.quantile(0.5):.0f}, p95 {answered.quantile(0.95):.0f} since its answer"
    name = f"move to painted in another's Chromium, {max(AT_ONCE)} open streams; {since}"
    return {"name": name, "p50": round(asked.quantile(0.5), 1), "p95": round(asked.quantile(0.95), 1), "errors": 0}


def _moves(port: int, logins: list[str], dragging: Dragging, seconds: float) -> list[Row]:
    """Measure moves without and with a hundred open streams, in turns, and how much is left of them."""
    rates: dict[int, list[float]] = {0: [], 100: []}
    for _ in range(3):
        for count in rates:
            with _open(port, logins, count):
                rates[count].append(dragging.run(dragging.own(), 8, seconds / 3)[0].rate)
    without, with_streams = (sum(found) / len(found) for found in rates.values())
    name = f"moves with 100 open streams, {with_streams / without:.0%} of those without"
    return [{"name": name, "clients": 8, "rate": round(with_streams, 1), "p50": "", "errors": 0}]


@contextmanager
def _open(port: int, logins: list[str], count: int) -> Iterator[None]:
    if not count:
        yield
        return
    with Readers(port, logins, count, keeps=False):
        yield
