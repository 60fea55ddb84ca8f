"""The process that reads an untrusted file: `python -m contacts.csv.isolated SOURCE TARGET`, see `isolation`.

It knows no database and no secrets, and nobody else needs the libraries that read spreadsheets.
"""

import json
import resource
import sys
from pathlib import Path

from contacts.csv.encodings import CsvError
from contacts.csv.reading import read_into

SECONDS = 5  # of CPU time
MEMORY = 200_000_000  # bytes, the interpreter's own included
# Limit of the written file: a small spreadsheet may repeat one long text a million times.
MAX_BYTES_WRITTEN = 200_000_000


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
