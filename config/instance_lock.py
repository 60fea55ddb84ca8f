"""Locks on DATA_DIR: a shared one held by running web servers, and an exclusive one for a restore.

Other processes are detected by their database sessions, but a web server has none before its first request.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

CHECKOUT = Path(__file__).resolve().parent.parent


def claim_shared() -> IO[str] | None:
    """Take the shared lock, held until the file is closed. Return None while a restore is running."""
    return _claim(fcntl.LOCK_SH)


@contextmanager
def claim_alone() -> Iterator[bool]:
    """Yield whether no web server is running; none can start during the block."""
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
