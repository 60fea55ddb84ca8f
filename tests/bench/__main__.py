"""Measure each size in a process and database of its own, and print a table in Markdown."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from config import embedded

CHECKOUT = Path(__file__).resolve().parents[2]
SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "1000,10000").split(",")]
COLUMNS = (
    "contacts",
    "what",
    "clients",
    "SQL",
    "rows written",
    "bytes (gzip)",
    "per s",
    "p50 ms",
    "p95 ms",
    "faults",
)


def main() -> None:
    print("| " + " | ".join(COLUMNS) + " |")
    print("|" + "---|" * len(COLUMNS))
    for size in SIZES:
        data_dir = CHECKOUT / "var" / "bench" / str(size)
        shutil.rmtree(data_dir, ignore_errors=True)
        data_dir.mkdir(parents=True)
        try:
            show(size, measure(size, data_dir))
        finally:
            embedded.stop(data_dir)
            shutil.rmtree(data_dir, ignore_errors=True)


def measure(size: int, data_dir: Path) -> list[dict[str, object]]:
    environment = os.environ | {
        "DATABASE_URL": embedded.start(data_dir),
        "DATA_DIR": str(data_dir),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "the bench's own secret key, known to everybody",
        "TOKEN_KEY": "the bench's own token key, known to everybody",
        "ALLOWED_HOSTS": "localhost",
        "BASE_URL": "http://localhost",
    }
    # In separate processes: the heap left by filling would slow down the measurement.
    for step in (["migrate"], ["demo", "--contacts", str(size)], ["collectstatic", "--noinput"]):
        command = [sys.executable, "manage.py", *step, "--verbosity", "0"]
        subprocess.run(command, cwd=CHECKOUT, env=environment, check=True)
    command = [sys.executable, "-m", "tests.bench.measure"]
    log = data_dir / "bench.log"  # logging is on, as in production
    with log.open("w") as lines:
        child = subprocess.run(command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, stderr=lines, text=True)
    if child.returncode:
        raise SystemExit(log.read_text()[-5000:])
    for line in child.stdout.splitlines():
        if line.startswith("ROWS "):
            return json.loads(line.removeprefix("ROWS "))
        print(line, file=sys.stderr)
    raise SystemExit("The measuring process printed no rows.")


def show(size: int, rows: list[dict[str, object]]) -> None:
    for row in rows:
        faults = row.get("errors", "") if not row.get("wrong") else f"{row['errors']} + {row['wrong']} wrong"
        cells = (
            *(
                f"{size:,}",
                row["name"],
                row.get("clients", ""),
                row.get("statements", ""),
                row.get("written", ""),
            ),
            *(row.get("size", ""), row.get("rate", ""), row["p50"], row.get("p95", ""), faults),
        )
        print("| " + " | ".join(map(str, cells)) + " |", flush=True)
    rates = {(row["name"], row.get("clients")): row.get("rate") for row in rows}
    share = 100 * rates["move", 8] / rates["bare move by pgbench", 8]  # type: ignore[operator]
    ratio = rows[-1]["ratio"]
    print(
        f"| {size:,} | **move / bare move at 8 clients: {share:.1f} %; board / rendering: {ratio}** " + "| " * 8 + "|"
    )


if __name__ == "__main__":
    main()
