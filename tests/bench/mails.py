"""Draining the outbox: the rate of sending due messages, and how much it slows down the board."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil

from accounts.models import User
from funnel.models import Message, MessageState
from pipeline.models import Column
from tests.bench.clients import Load
from tests.funnel.bulk import due_messages
from tests.funnel.mailing import MONDAY, ready, steps

MAILS = int(os.environ.get("BENCH_MAILS", "20000"))
SINK = """
import time
from tests.funnel.sink import mail_server
with mail_server(keeps=False) as server:
    print(server.port, flush=True)
    time.sleep(3600)
"""
# With the niceness that `make run` sets.
WORKER = f"""
import os
import django
django.setup()
os.nice(10)
from datetime import datetime
from funnel.sending import worker
worker.sweep(now=datetime.fromisoformat("{MONDAY.isoformat()}"), seconds=3600)
"""


def rows(anna: User, moving: Callable[[], Load]) -> list[dict[str, object]]:
    """Return two rows: the draining, and moves of 8 clients during it compared with before."""
    column = Column.objects.of(anna.account).get(key=Column.Key.CONTACTED)
    ready(anna.account)
    steps(column.sequence, 0)
    Message.objects.all().delete()
    due_messages(anna, column, MAILS, MONDAY)
    idle = moving().rate
    with process(SINK, stdout=subprocess.PIPE) as sink:
        port = re.search(r"\d+", sink.stdout.readline())  # type: ignore[union-attr]
        assert port
        begun = time.perf_counter()
        with process(WORKER, EMAIL_URL=f"smtp://127.0.0.1:{port[0]}") as worker:
            wait_for(1)
            first, since = sent(), time.perf_counter()
            busy = moving().rate
            meanwhile = (sent() - first) / (time.perf_counter() - since)
            memory, first, since = 0, sent(), time.perf_counter()
            while worker.poll() is None:
                memory = max(memory, psutil.Process(worker.pid).memory_info().rss)
                time.sleep(0.2)
            rate = (sent() - first) / (time.perf_counter() - since)
    seconds = time.perf_counter() - begun
    return [
        {
            "name": f"{sent():,} mails drained in {seconds:.0f} s, {memory / 2**20:.0f} MB",
            "rate": round(rate, 1),
            "p50": "",
            "errors": MAILS - sent(),
        },
        {
            "name": f"move while {meanwhile:.0f} mails/s leave, {100 * busy / idle:.0f} % of {idle:.1f} just before",
            "clients": 8,
            "rate": round(busy, 1),
            "p50": "",
        },
    ]


def sent() -> int:
    return Message.objects.filter(state=MessageState.SENT).count()


def wait_for(count: int) -> None:
    while sent() < count:
        time.sleep(0.05)


@contextmanager
def process(code: str, stdout: int | None = None, **environment: str) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen([sys.executable, "-c", code], stdout=stdout, text=True, env=os.environ | environment)
    try:
        yield child
    finally:
        child.kill()
        child.wait()
