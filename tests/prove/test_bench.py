"""`make bench` runs through, loses nothing, and a request costs as many statements as docs/bench.md says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.__main__ import COLUMNS
from tests.bench.products import CHECKOUT

pytestmark = pytest.mark.prove

SMALL = {"BENCH_SIZES": "1000", "BENCH_SECONDS": "1", "BENCH_ROWS": "100", "BENCH_MAILS": "50"}
OURS = (
    "DATABASE_URL",
    "DATA_DIR",
    "SECRET_KEY",
    "TOKEN_KEY",
    "ALLOWED_HOSTS",
    "BASE_URL",
    "DJANGO_SETTINGS_MODULE",
)


def table(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]


def statements(rows: list[list[str]]) -> dict[str, tuple[str, str]]:
    """SQL and rows written of each kind of request, in the smallest office: in large ones some take another way."""
    return {row[1]: (row[3], row[4]) for row in reversed(rows) if len(row) == len(COLUMNS) and row[3].isdigit()}


def test_the_bench_runs_through_and_statements_are_the_promised_ones(promise):
    row = promise("make bench, small", "no fault, as many statements as docs/bench.md says")
    environment = {name: value for name, value in os.environ.items() if name not in OURS} | SMALL
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench"], cwd=CHECKOUT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    rows = table(done.stdout)
    assert {cells[-1] for cells in rows[2:]} <= {"0", "0 + 0 wrong", ""}
    promised = statements(table(Path(CHECKOUT, "docs", "bench.md").read_text()))
    measured = statements(rows)
    same = {name for name in promised if "=" not in name}  # filters have ids in their names
    assert {name: measured[name] for name in same} == {name: promised[name] for name in same}
    row.reached(f"no fault, {promised['move'][0]} statements a move, {promised['board'][0]} a board")
