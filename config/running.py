"""Locks on DATA_DIR: a shared one held by running web servers, and an exclusive one for a restore.

Other processes are recognised by their sessions in the database; a web server without requests has none yet.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

CHECKOUT = Path(__file__).resolve().parent.parent


def claim_shared() -> IO[str] | None:
    """The lock of one that serves, held until its file is closed; None while a restore is at work."""
    return _claim(fcntl.LOCK_SH)


@contextmanager
def claim_alone() -> Iterator[bool]:
    """Whether nobody serves; while the block lasts, nobody begins to."""
    held = _claim(fcntl.LOCK_EX)
    try:
        yield held is not None
    finally:
        if held:
            held.close()


def _claim(kind: int) -> IO[str] | None:
    data_dir = Path(os.environ.get("DATA_DIR") or CHECKOUT / "var")
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = open(os.open(data_dir / "running.lock", os.O_CREAT | os.O_RDWR, 0o600), "w")
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
