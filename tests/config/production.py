"""A small production for tests: database, gunicorn and worker as processes, and a browser."""

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

import psycopg

from config import embedded
from demo import build
from tests.config.instances import CHECKOUT, free_port, keep_static_files, lend_static_files
from tests.pipeline.working import wait_until


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str


class Production:
    """`web` and `worker` are started with the production commands; the database may be stopped and started."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir, self.port = data_dir, free_port()
        self.url = embedded.start(data_dir, durable=False)
        self.environment = os.environ | {
            "DATA_DIR": str(data_dir),
            "DATABASE_URL": self.url,
            "PORT": str(self.port),
            "BASE_URL": f"http://localhost:{self.port}",
            "WEB_WORKERS": "2",
            "WEB_THREADS": "4",
            "WEB_GRACE": "2",
        }
        given = self.environment | {"DEMO_CONTACTS": "40"}
        lend_static_files(data_dir)
        subprocess.run(
            [sys.executable, "-m", "config.prepare"], cwd=CHECKOUT, env=given, check=True, capture_output=True
        )
        keep_static_files(data_dir)
        self.start_web()
        self.worker = self.start("manage.py", "procrastinate", "worker")
        wait_until(lambda: self.is_up())

    @classmethod
    @contextmanager
    def running(cls, data_dir: Path) -> Iterator[Self]:
        """Start it, and close it at the end of the block."""
        production = cls(data_dir)
        try:
            yield production
        finally:
            production.close()

    def start_web(self) -> None:
        self.web = self.start("-m", "gunicorn", "--config", "config/gunicorn.py")

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, *command], cwd=CHECKOUT, env=self.environment)

    def is_up(self) -> bool:
        with suppress(OSError):
            return Browser(self.port).get("/readyz").status == 200
        return False

    def browser(self) -> "Browser":
        return Browser(self.port)

    def ask(self, sql: str, *values: object) -> list[tuple]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(sql, values or None)
            return cursor.fetchall() if cursor.description else []

    def sweeps(self) -> int:
        """Return the number of completed sweeps."""
        sql = (
            "SELECT count(*) FROM procrastinate_events event JOIN procrastinate_jobs job ON job.id = event.job_id"
            " WHERE job.task_name = 'sweep_messages' AND event.type = 'succeeded'"
        )
        return int(self.ask(sql)[0][0])

    @contextmanager
    def without_database(self, seconds: float = 0) -> Iterator[None]:
        """Stop the database for at least this long."""
        until = time.monotonic() + seconds
        embedded.stop(self.data_dir)
        try:
            yield
            time.sleep(max(0, until - time.monotonic()))
        finally:
            embedded.start(self.data_dir, durable=False)

    def close(self) -> None:
        for process in (self.worker, self.web):
            process.terminate()
        for process in (self.worker, self.web):
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
        embedded.stop(self.data_dir)


@contextmanager
def locked(house: Production, office: str) -> Iterator[None]:
    """Lock all cards, columns and users of an office, and the office itself."""
    with psycopg.connect(house.url) as holder:
        (account,) = holder.execute("SELECT id FROM accounts_account WHERE name = %s", [office]).fetchone()
        holder.execute("SELECT 1 FROM accounts_account WHERE id = %s FOR UPDATE", [account])
        for table in ("pipeline_column", "pipeline_card", "contacts_contact"):
            holder.execute(f"SELECT 1 FROM {table} WHERE account_id = %s FOR UPDATE", [account])
        yield
        holder.rollback()


@dataclass
class Browser:
    """A browser with cookies and a new connection for each request."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        return self.request("GET", path, None, headers)

    def post(self, path: str, body: dict[str, object], **headers: str) -> Answer:
        token = {"X-CSRFToken": self.cookies.get("csrftoken", ""), "Origin": f"http://localhost:{self.port}"}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.request("POST", path, urlencode(body), token | kind | headers)

    def request(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request(method, path, body, {"Host": f"localhost:{self.port}", "Cookie": cookie} | headers)
        response = connection.getresponse()
        text = response.read().decode()
        for name, morsel in SimpleCookie("; ".join(response.headers.get_all("Set-Cookie", []))).items():
            self.cookies[name] = morsel.value
        connection.close()
        return Answer(response.status, dict(response.headers), text)

    def log_in(self, email: str) -> "Browser":
        self.get("/accounts/login/")
        answer = self.post("/accounts/login/", {"login": email, "password": build.PASSWORD})
        assert answer.status == 302, answer.text
        return self

    def card(self) -> tuple[int, int, int]:
        """Return a card that may be dragged: contact, version, another column."""
        page = self.get("/contacts/board/").text
        columns = [int(found) for found in re.findall(r'data-column="(\d+)"', page)]
        contact, version = re.findall(r'data-card="(\d+)"[^>]*data-version="(\d+)"', page)[0]
        return int(contact), int(version), columns[1]
