"""Measures each size in a process and a database of its own, and prints one table in Markdown."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from config import embedded
from tests.bench import kept
from tests.bench.products import CHECKOUT, of_commit, of_this_checkout

SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "1000,10000").split(",")]
AGAINST = os.environ.get("BENCH_AGAINST")
MAX_RACED = 10_000  # contacts; the older product is not filled with more
COLUMNS = (
    "contacts",
    "what",
    "clients",
    "SQL",
    "rows written",
    "bytes (gzip)",
    "per s",
    "p50 ms",
    "N",
    "mark",
    "p95 ms",
    "faults",
)
EMPTY = ("Django view that does nothing", 1)
Row = dict[str, object]


def main() -> None:
    print("| " + " | ".join(COLUMNS) + " |")
    print("|" + "---|" * len(COLUMNS))
    for size in SIZES:
        data_dirs = [CHECKOUT / "var" / "bench" / str(size), CHECKOUT / "var" / "bench" / f"{size}-old"]
        for data_dir in data_dirs:
            shutil.rmtree(data_dir, ignore_errors=True)
        try:
            show(size, measure(size, *data_dirs))
        finally:
            for data_dir in data_dirs:
                if data_dir.exists():
                    embedded.stop(data_dir)
                    shutil.rmtree(data_dir, ignore_errors=True)


def measure(size: int, data_dir: Path, old_data_dir: Path) -> list[Row]:
    cost = kept.copied(size, data_dir)
    product = of_this_checkout(data_dir)
    if cost:
        product.complete()
    rows = [built(size, "the demo", *(cost or product.build(size)))]
    arguments = ["-m", "tests.bench.measure"]
    if AGAINST and size <= MAX_RACED:
        older = of_commit(AGAINST, old_data_dir)
        rows.append(built(size, f"the demo at {AGAINST}", *older.build(size)))
        arguments.append(str(old_data_dir))
    with product.started(*arguments, stdout=subprocess.PIPE) as child:
        printed, _none = child.communicate()
    if child.returncode:
        raise SystemExit(product.log.read_text()[-5000:])
    for line in printed.splitlines():
        if line.startswith("ROWS "):
            return rows + json.loads(line.removeprefix("ROWS "))
        print(line, file=sys.stderr)
    raise SystemExit("The measuring process printed no rows.")


def built(size: int, name: str, seconds: float, megabytes: float) -> Row:
    each = 1000 * seconds / size
    return {"name": f"{name}: {seconds:.1f} s busy, {each:.2f} ms a contact, {megabytes:.0f} MB", "p50": ""}


def show(size: int, rows: list[Row]) -> None:
    empty = next(row["p50"] for row in rows if (row["name"], row.get("clients")) == EMPTY)
    for row in rows:
        print("| " + " | ".join(map(str, cells(size, row, float(str(empty))))) + " |", flush=True)
    rates = {(row["name"], row.get("clients")): row.get("rate") for row in rows}
    any_column, own = rates["move into any column", 8], rates["move", 8]
    share = 100 * any_column / rates["bare move by pgbench", 8]  # type: ignore[operator]
    of_empty = 100 * any_column / rates[EMPTY[0], 8]  # type: ignore[operator]
    crowd = 100 * rates["move", 32] / own  # type: ignore[operator]
    posted, arriving_while = rates["lead by REST", 8], rates["move, while 4 leads a second arrive", 8]
    arriving = 100 * posted / own  # type: ignore[operator]
    of_bare = 100 * posted / rates["bare insert of a lead", 8]  # type: ignore[operator]
    left = 100 * arriving_while / rates["move, before leads arrive", 8]  # type: ignore[operator]
    ratio = next(row["ratio"] for row in rows if "ratio" in row)
    said = (
        f"move at 8 clients: {share:.1f} % of the bare move, {of_empty:.1f} % of the empty view;"
        f" 32 clients: {crowd:.0f} % of 8; board / rendering: {ratio}; leads: {arriving:.0f} % of the moves,"
        f" {of_bare:.0f} % of the bare insert, {left:.0f} % of the moves left while some arrive"
    )
    print(f"| {size:,} | **{said}** " + "| " * (len(COLUMNS) - 2) + "|")


def cells(size: int, row: Row, empty: float) -> tuple[object, ...]:
    faults = row.get("errors", "") if not row.get("wrong") else f"{row['errors']} + {row['wrong']} wrong"
    measured = isinstance(row["p50"], float) and row.get("clients") == 1
    share = f"{float(str(row['p50'])) / empty:.1f}" if measured else ""
    return (
        *(f"{size:,}", row["name"], row.get("clients", ""), row.get("statements", ""), row.get("written", "")),
        *(row.get("size", ""), row.get("rate", ""), row["p50"], share, row.get("mark", ""), row.get("p95", ""), faults),
    )


if __name__ == "__main__":
    main()
