"""An import: time and memory that the worker takes to check and write a large file."""

import os

import psutil

from accounts.models import User
from pipeline.imports import steps
from pipeline.imports.plan import mapping_of
from pipeline.models import Import, ImportState
from tests.pipeline.importing import office, received
from tests.pipeline.working import wait_until, worker

ROWS = int(os.environ.get("BENCH_ROWS", "50000"))
AN_HOUR = 3600


def rows(anna: User) -> list[dict[str, object]]:
    """Return the row for a file with every field in use. "Busy" is the CPU time of the worker alone."""
    source = received(anna, office(ROWS))
    with worker() as process:
        watched, most = psutil.Process(process.pid), 0

        def done(state: str) -> bool:
            nonlocal most
            most = max(most, watched.memory_info().rss)
            source.refresh_from_db()
            return source.state == state

        def busy_until(state: str) -> float:
            before = watched.cpu_times()
            wait_until(lambda: done(state), AN_HOUR, pause=0.2)
            after = watched.cpu_times()
            return after.user + after.system - before.user - before.system

        steps.configure(source=source, mapping=mapping_of(source), options={})
        checking = busy_until(ImportState.CHECKED)
        steps.start(source=source)
        writing = busy_until(ImportState.DONE)
    name = f"import of {ROWS:,} rows: {checking:.0f} + {writing:.0f} s busy, {most / 2**20:.0f} MB"
    return [{"name": name, "rate": round(ROWS / (checking + writing), 1), "p50": "", "errors": _left_out(source)}]


def _left_out(source: Import) -> int:
    return ROWS - source.counts["created"]
