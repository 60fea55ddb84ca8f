"""Draining the outbox: how fast due messages are sent, and how much that slows the board down."""

import os
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.bench.against import SINK, sent
from tests.bench.clients import Load
from tests.bench.products import Office, Product

MAILS = int(os.environ.get("BENCH_MAILS", "20000"))
ERRANDS = str(Path(__file__).with_name("errands.py"))


def rows(product: Product, office: Office, moving: Callable[[], Load]) -> list[dict[str, object]]:
    """Return two rows: the draining, and moves of 8 clients during it compared with just before."""
    product.errand("due_mails", MAILS)
    idle = moving().rate
    with product.started("-c", SINK, stdout=subprocess.PIPE) as sink:
        port = re.search(r"\d+", sink.stdout.readline())  # type: ignore[union-attr]
        assert port
        begun = time.perf_counter()
        url = {"EMAIL_URL": f"smtp://127.0.0.1:{port[0]}"}
        with product.started("-P", ERRANDS, "drain", "3600", env=url) as worker:
            while not sent(office) and worker.poll() is None:
                time.sleep(0.05)
            first, since = sent(office), time.perf_counter()
            busy = moving().rate
            meanwhile = (sent(office) - first) / (time.perf_counter() - since)
            memory, first, since = 0, sent(office), time.perf_counter()
            while worker.poll() is None:
                memory = max(memory, psutil.Process(worker.pid).memory_info().rss)
                time.sleep(0.2)
            rate = (sent(office) - first) / (time.perf_counter() - since)
    seconds = time.perf_counter() - begun
    return [
        {
            "name": f"{sent(office):,} mails drained in {seconds:.0f} s, {memory / 2**20:.0f} MB",
            "rate": round(rate, 1),
            "p50": "",
            "errors": MAILS - sent(office),
        },
        {
            "name": f"move while {meanwhile:.0f} mails/s leave, {100 * busy / idle:.0f} % of {idle:.1f} just before",
            "clients": 8,
            "rate": round(busy, 1),
            "p50": "",
        },
    ]
