"""Databases as the demo built them, kept below the folder BENCH_KEPT and copied for each run, which changes them."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from config import embedded
from tests.bench.products import of_this_checkout

KEPT = os.environ.get("BENCH_KEPT")
COST = "cost.json"  # written last: without it the building was interrupted


def copied(size: int, data_dir: Path) -> tuple[float, float] | None:
    """Copy the kept database of this size, built if there is none, and return what building cost; None without KEPT."""
    if not KEPT:
        return None
    kept = Path(KEPT) / str(size)
    if not (kept / COST).exists():
        shutil.rmtree(kept, ignore_errors=True)
        cost = of_this_checkout(kept).build(size)
        embedded.stop(kept)
        (kept / COST).write_text(json.dumps(cost))
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "--archive", str(kept), str(data_dir)], check=True)  # it keeps the owner of the database
    seconds, megabytes = json.loads((kept / COST).read_text())
    return seconds, megabytes
