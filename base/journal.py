"""What must survive the restore of an older backup: erasures, objections and withdrawals, outside the database.

A line of JSON each in DATA_DIR/erasures, with ids, moments and keyed hashes only: nobody is named. A backup older than
an erasure or a no would bring back what the person had taken away, so a restore replays the lines
(`pipeline/replaying.py`).

A no is written down before its transaction commits: if it is rolled back, the journal errs on the side of the person.
An erasure is written down once it is committed.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

Line = dict[str, Any]
SUPPRESSED, LIFTED, WITHDRAWN, ERASED = "suppressed", "lifted", "withdrawn", "erased"


def path() -> Path:
    return Path(settings.DATA_DIR) / "erasures" / "journal.jsonl"


def note(kind: str, *, office: int, at: datetime, **facts: str | int) -> None:
    """Append a line and sync it to disk. `facts` are ids, hashes and constants of the code, never names."""
    write([{"at": at.isoformat(), "kind": kind, "office": office, **facts}])


def person(contact_id: int, created_at: datetime) -> dict[str, str | int]:
    """Return what identifies a contact in a line: an older backup may reuse the id, but never with the same time."""
    return {"contact": contact_id, "created": created_at.isoformat()}


def write(lines: Iterable[Line]) -> None:
    """Append the lines at once, even if other processes are writing."""
    text = "".join(json.dumps(line) + "\n" for line in lines)
    if not text:
        return
    file = path()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "a") as journal:
        fcntl.flock(journal, fcntl.LOCK_EX)
        journal.write(text)
        journal.flush()
        os.fsync(journal.fileno())


def read(text: str) -> Iterator[Line]:
    """Return the lines in their order, without lines torn by a full disk or a power cut."""
    for line in text.splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict) and {"at", "kind", "office"} <= found.keys():
            yield found
