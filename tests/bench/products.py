"""A checkout with its own virtual environment, database and servers: the product, or an earlier version of it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil
import psycopg

from config import embedded

CHECKOUT = Path(__file__).resolve().parents[2]
ERRANDS = Path(__file__).with_name("errands.py")
OFFICE = "Krüger Immobilien"  # of the demo
SERVERS = [["-m", "gunicorn", "--config", "config/gunicorn.py"], ["manage.py", "procrastinate", "worker"]]


@dataclass
class Product:
    checkout: Path
    python: str
    data_dir: Path
    url: str = field(init=False)

    def __post_init__(self) -> None:
        # Closed from the start, as `config.private` keeps it: PostgreSQL may be told a path that it cannot use later.
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.url = embedded.start(self.data_dir)

    @cached_property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "DATABASE_URL": self.url,
            "DATA_DIR": str(self.data_dir),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": str(self.checkout),
            "SECRET_KEY": "the bench's own secret key, known to everybody",
            "TOKEN_KEY": "the bench's own token key, known to everybody",
            "ALLOWED_HOSTS": "localhost",
            "BASE_URL": "http://localhost",
        }

    def call(self, *arguments: str) -> tuple[float, float]:
        """Run Python with these arguments to its end, and return its processor seconds and its peak memory in MB."""
        with self.started(*arguments) as process:
            _pid, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{arguments} failed in {self.checkout}; see {self.log}")
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024

    @property
    def log(self) -> Path:
        """The log of all processes but the servers; as in production, the servers log each request."""
        return self.data_dir / "bench.log"

    @contextmanager
    def started(self, *arguments: str, **more: Any) -> Iterator[subprocess.Popen]:
        """A process of this product, which is ended by the end of the block."""
        environment = self.environment | more.pop("env", {})
        log = self.log.with_name("server.log") if [*arguments] in SERVERS else self.log
        with log.open("a") as lines:
            command = [self.python, *arguments]
            output = {"stdout": lines, "stderr": lines} | more
            process = subprocess.Popen(command, cwd=self.checkout, env=environment, text=True, **output)
        try:
            yield process
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
                process.wait(60)

    def build(self, size: int) -> tuple[float, float]:
        """Fill an empty database with `size` contacts; returns what the demo cost."""
        # In processes of their own: the heap that filling leaves behind would slow the measuring one down.
        self.call("manage.py", "migrate", "--verbosity", "0")
        cost = self.call("manage.py", "demo", "--contacts", str(size), "--verbosity", "0")
        self.complete()
        return cost

    def complete(self) -> None:
        """Prepare a filled database of this or an earlier version for measuring."""
        self.call("manage.py", "migrate", "--verbosity", "0")
        self.call("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")

    def errand(self, name: str, *arguments: object) -> Any:
        """Do a piece of work inside the product (see `errands`) and return what it printed, parsed as JSON."""
        command = ["-P", str(ERRANDS), name, *map(str, arguments)]
        with self.started(*command, stdout=subprocess.PIPE) as process:
            printed, _none = process.communicate()
        if process.returncode:
            raise SystemExit(f"{name} failed in {self.checkout}; see {self.log}")
        return json.loads(printed.splitlines()[-1]) if printed else None

    @contextmanager
    def served(self, with_worker: bool = False) -> Iterator[tuple[int, subprocess.Popen]]:
        """The production server as in `make run`, on a free port; its worker would send the mails of a measuring."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        given = {"PORT": str(port), "WITH_WORKER": str(int(with_worker))}
        with self.started(*SERVERS[0], env=given) as process:
            for _ in range(300):
                time.sleep(0.1)
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
            yield port, process

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen]:
        """The background worker as in production."""
        with self.started(*SERVERS[1]) as process:
            yield process


def of_this_checkout(data_dir: Path) -> Product:
    return Product(CHECKOUT, sys.executable, data_dir)


def of_commit(commit: str, data_dir: Path) -> Product:
    """The product as it was at this commit, in a worktree with its own virtual environment. Both are kept."""
    checkout = CHECKOUT / "var" / "bench" / f"at-{commit}"
    if not checkout.exists():
        _run(["git", "worktree", "add", "--detach", str(checkout), commit], CHECKOUT)
    requirements = ("requirements.txt", "requirements-dev.txt")
    _run([sys.executable, "config/bootstrap.py", ".venv", *requirements], checkout)
    return Product(checkout, str(checkout / ".venv" / "bin" / "python"), data_dir)


def _run(command: list[str], directory: Path) -> None:
    subprocess.run(command, cwd=directory, check=True, stdout=sys.stderr)


def pss(*processes: subprocess.Popen) -> float:
    """Memory of these processes and of their children, shared pages shared out, in MB."""
    found = [psutil.Process(process.pid) for process in processes]
    everybody = {child.pid: child for parent in found for child in [parent, *parent.children(recursive=True)]}
    return sum(process.memory_full_info().pss for process in everybody.values()) / 2**20


class Office:
    """The demo's office, as SQL and a logged-in browser find it in either product."""

    def __init__(self, product: Product, email: str = "anna@krueger.example") -> None:
        self.connection = psycopg.connect(product.url, autocommit=True)
        login = product.errand("login", email)
        self.cookie, self.token = login["cookie"], login["token"]
        self.columns = dict(
            self._rows(
                "SELECT col.name, col.id FROM pipeline_column col JOIN accounts_account office"
                " ON office.id = account_id WHERE office.name = %s ORDER BY position",
                OFFICE,
            )
        )

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(query, values).fetchall()

    def cards(self, columns: list[int], limit: int = 20_000) -> dict[int, list[int]]:
        """Return column and version of cards in these columns, by the contact's id."""
        query = "SELECT contact_id, column_id, version FROM pipeline_card WHERE column_id = ANY(%s) LIMIT %s"
        return {contact: [column, version] for contact, column, version in self._rows(query, columns, limit)}

    def count(self) -> int:
        return self._rows("SELECT count(*) FROM pipeline_card WHERE column_id = ANY(%s)", [*self.columns.values()])[0][
            0
        ]

    def wrong(self, told: dict[int, list[int]], before: int) -> int:
        """Return cards that are lost, share a place, or are in another column than their client was told."""
        query = "SELECT count(*) - count(DISTINCT (column_id, rank)) FROM pipeline_card WHERE column_id = ANY(%s)"
        shared = self._rows(query, [*self.columns.values()])[0][0]
        query = "SELECT contact_id, column_id, version FROM pipeline_card WHERE contact_id = ANY(%s)"
        found = {contact: [column, version] for contact, column, version in self._rows(query, [*told])}
        misplaced = sum(found.get(contact) != state for contact, state in told.items())
        return abs(before - self.count()) + shared + misplaced
