"""A background worker for the tests: in this process until its jobs are done, or as a process that can be killed."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

CHECKOUT = Path(__file__).resolve().parent.parent.parent
TABLES = "procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers"


def empty_queue() -> None:
    """The queue's tables are not managed by Django, so the flush between tests leaves them as they are."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")


def work() -> None:
    """Do all jobs as the worker does, those that wait for each other's lock in turn."""
    waiting = ProcrastinateJob.objects.filter(status="todo")
    while waiting.exists():
        asyncio.run(_work())


async def _work() -> None:
    asyncio.get_running_loop().set_default_executor(_Threads())
    with app.replace_connector(app.connector.get_worker_connector()) as working:
        async with working.open_async():
            await working.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)


class _Threads(ThreadPoolExecutor):
    """Threads that end with this run of the worker and leave no connection behind."""

    def submit(self, does: Callable[..., Any], /, *args: Any, **more: Any) -> Future[Any]:
        def and_leave() -> Any:
            try:
                return does(*args, **more)
            finally:
                connections.close_all()

        return super().submit(and_leave)


@contextmanager
def worker(**more: str) -> Iterator[subprocess.Popen]:
    """Run the worker as in production, on the database of the tests; `more` are additional variables."""
    database = connection.settings_dict
    host = database["HOST"] or database["OPTIONS"].get("host", "")
    url = f"postgres://{database['USER']}@/{database['NAME']}?host={host}"
    given = {"DATABASE_URL": url, "DATA_DIR": str(settings.DATA_DIR)}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "procrastinate", "worker"], cwd=CHECKOUT, env=os.environ | given | more
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(happens: Callable[[], bool], seconds: float = 300, pause: float = 0.02) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(pause)


def is_quiet() -> bool:
    """Return whether PostgreSQL has noticed the end of the worker."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND xact_start IS NOT NULL"
        )
        return cursor.fetchone()[0] == 0
