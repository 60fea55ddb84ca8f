"""Reading an untrusted file in a process of its own, whose resources are limited.

Whatever the file is made of, it costs at most five seconds of processor and 200 MB, and can harm nothing but itself.
`python -m contacts.csv.isolation SOURCE TARGET` is that process; it knows no database and no secrets.
"""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

from django.utils.translation import gettext_noop

from contacts.csv.encodings import CsvError
from contacts.csv.reading import read_into
from contacts.csv.sheet import Shape

SECONDS = 5  # of CPU time
TIMEOUT = 120  # seconds of wall time, for a busy machine
MEMORY = 200_000_000  # bytes, the interpreter's own included
# Limit of the written file: a small spreadsheet may repeat one long text a million times.
MAX_BYTES_WRITTEN = 200_000_000
CHECKOUT = Path(__file__).resolve().parent.parent.parent


def read_apart(source: Path, target: Path) -> Shape:
    """Store the rows of a file and return their shape. Raises CsvError if it cannot be read."""
    command = [sys.executable, "-m", "contacts.csv.isolation", str(source), str(target)]
    surroundings = {"DJANGO_SETTINGS_MODULE": "contacts.bare_settings", "PATH": os.environ.get("PATH", "")}
    try:
        ended = subprocess.run(
            command, cwd=CHECKOUT, env=surroundings, capture_output=True, timeout=TIMEOUT, check=False
        )
        answer = json.loads(ended.stdout) if ended.returncode == 0 else {}
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        answer = {}
    if "shape" in answer:
        return Shape(**answer["shape"])
    if "fault" in answer:
        line, words, values = answer["fault"]
        raise CsvError(line, words, **values)
    sentence = gettext_noop(
        "Die Datei ist zu groß oder zu verschachtelt, um sie zu lesen. Bitte teilen Sie sie auf, oder speichern Sie sie"
        " als CSV."
    )
    raise CsvError(0, sentence)


def main(source: str, target: str) -> None:
    """Read the file and print its shape or the fault as JSON."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_BYTES_WRITTEN, MAX_BYTES_WRITTEN))
    answer: dict[str, object]
    try:
        with Path(target).open("w", encoding="utf-8", newline="") as file:
            answer = {"shape": read_into(Path(source).read_bytes(), file).as_dict()}
    except CsvError as fault:
        answer = {"fault": [fault.line, fault.words, fault.values]}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
