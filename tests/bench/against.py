"""The product compared with an older commit: both run, and get the same load in turns."""

import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from operator import methodcaller
from pathlib import Path
from typing import Any

import psutil
import psycopg

from tests.bench import browsing
from tests.bench.clients import Browser, Load, run
from tests.bench.dragging import Dragging
from tests.bench.pages import BOARD, LIST
from tests.bench.products import Office, Product
from tests.pipeline.importing import office as office_file

TURNS = 4
Row = dict[str, Any]


@dataclass
class Side:
    """One of the two products with its server and its office."""

    product: Product
    port: int
    office: Office
    dragging: Dragging


class Race:
    """The current product (`new`) and the older one (`old`)."""

    def __init__(self, new: Product, old: Product, commit: str, seconds: float) -> None:
        self.products = (new, old)
        self.commit, self.seconds = commit, seconds

    def rows(self, mails: int, imported: int) -> list[Row]:
        with ExitStack() as servers:
            self.sides = [self._side(product, servers) for product in self.products]
            rows = [
                self._pages(*work) for work in (("board", BOARD), ("list", LIST), ("search, board", f"{BOARD}?q=mue"))
            ]
            rows += [
                self._moves(name, clients) for name, clients in (("mixed", 1), ("mixed", 8), ("own", 8), ("own", 32))
            ]
            rows.append(self._browsed())
            rows.append(self._mails(mails))
        rows.append(self._imports(imported))
        return rows

    def _side(self, product: Product, servers: ExitStack) -> Side:
        port, _process = servers.enter_context(product.served())
        office = Office(product)
        return Side(product, port, office, Dragging(office, port))

    def _in_turns(self, act: Callable[[Side], Load]) -> list[Load]:
        """Return the load of each side after this many turns, with alternating order."""
        loads = [Load(0, [], 0), Load(0, [], 0)]
        for turn in range(TURNS):
            for number in (0, 1) if turn % 2 else (1, 0):
                loads[number] = loads[number] + act(self.sides[number])
        return loads

    def _pages(self, name: str, path: str) -> Row:
        ask = methodcaller("request", "GET", path, is_page="?" not in path)

        def act(side: Side) -> Load:
            return run([Browser(side.port, side.office.cookie)], lambda _: ask, self.seconds / TURNS)

        return self._compared(f"{name}, 1 client", *self._in_turns(act))

    def _moves(self, kind: str, clients: int) -> Row:
        def act(side: Side) -> Load:
            columns = side.dragging.mixed() if kind == "mixed" else side.dragging.own()
            load, wrong = side.dragging.run(columns, clients, self.seconds / TURNS)
            return Load(load.seconds, load.times, load.errors + wrong, load.size)

        return self._compared(f"moves, {kind} columns, {clients} clients", *self._in_turns(act))

    def _compared(self, name: str, new: Load, old: Load) -> Row:
        said = f"{name}: {new.rate / old.rate:.2f} × {self.commit} ({new.rate:.1f} and {old.rate:.1f} per s)"
        return {"name": said, "rate": round(new.rate, 1), "p50": round(new.quantile(0.5), 1), "errors": new.errors}

    def _browsed(self) -> Row:
        found = browsing.alternated([(side.port, side.office.cookie) for side in self.sides], TURNS)
        new, old = (visits.seconds for visits in found)
        said = f"main thread, cold board: {new / old:.2f} × {self.commit} ({new:.3f} and {old:.3f} s)"
        return {"name": said, "p50": "", "errors": 0}

    def _mails(self, mails: int) -> Row:
        """Return slices of draining in turns; a slice counts from its first mail."""
        for side in self.sides:
            side.product.errand("due_mails", mails)
        with self.products[0].started("-c", SINK, stdout=subprocess.PIPE) as sink:
            port = re.search(r"\d+", sink.stdout.readline())  # type: ignore[union-attr]
            assert port
            loads = self._in_turns(partial(drained, url=f"smtp://127.0.0.1:{port[0]}", seconds=max(self.seconds, 2)))
        new, old = (sum(load.times) / load.seconds if load.seconds else 0 for load in loads)
        said = f"mails drained: {new / old:.2f} × {self.commit} ({new:.0f} and {old:.0f} per s)" if old else "no mails"
        return {"name": said, "rate": round(new, 1), "p50": "", "errors": 0}

    def _imports(self, rows: int) -> Row:
        (new, memory), (old, old_memory) = (imported(side.product, rows) for side in self.sides)
        said = (
            f"import of {rows:,} rows: {new / old:.2f} × {self.commit} ({new:.1f} and {old:.1f} s busy,"
            f" {memory:.0f} and {old_memory:.0f} MB)"
        )
        return {"name": said, "rate": round(rows / new, 1), "p50": "", "errors": 0}


SINK = """
import time
from tests.funnel.sink import mail_server
with mail_server(keeps=False) as server:
    print(server.port, flush=True)
    time.sleep(3600)
"""


def sent(office: Office) -> int:
    found = office.connection.execute("SELECT count(*) FROM funnel_message WHERE state = 'sent'").fetchone()
    return found[0] if found else 0


def drained(side: Side, url: str, seconds: float) -> Load:
    """Return a slice of draining: one "time" per slice, which is the number of mails."""
    before = sent(side.office)
    arguments = ("-P", str(Path(__file__).with_name("errands.py")), "drain", str(round(seconds) + 1))
    with side.product.started(*arguments, env={"EMAIL_URL": url}) as process:
        while process.poll() is None and sent(side.office) == before:
            time.sleep(0.02)
        first, since = sent(side.office), time.perf_counter()
        while process.poll() is None and time.perf_counter() - since < seconds:
            time.sleep(0.1)
        took, count = time.perf_counter() - since, sent(side.office) - first
        process.wait()
    return Load(took, [count], 0)


def imported(product: Product, rows: int) -> tuple[float, float]:
    """Return the worker's own processor time for checking and writing a file, and its peak memory in MB."""
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8") as file:
        file.write(office_file(rows))
        file.flush()
        pk = product.errand("upload", file.name)
    with psycopg.connect(product.url, autocommit=True) as connection, product.worker() as process:
        watched, most = psutil.Process(process.pid), 0
        for state in ("checked", "done"):
            if state == "done":
                product.errand("start_import", pk)
            while _state(connection, pk) != state:
                most = max(most, watched.memory_info().rss)
                time.sleep(0.2)
        used = watched.cpu_times()
    return used.user + used.system, most / 2**20


def _state(connection: psycopg.Connection, pk: int) -> str:
    found = connection.execute("SELECT state FROM pipeline_import WHERE id = %s", [pk]).fetchone()
    return found[0] if found else ""
