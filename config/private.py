"""Permissions of DATA_DIR: only its user may read it (folders 0700, files 0600)."""

import os
import stat
from contextlib import suppress
from pathlib import Path

OTHERS = 0o077


def keep(data_dir: Path) -> None:
    """Set the umask to 077, and remove permissions of others that an older version granted.

    The tree is walked only if the folder itself is open, so later starts cost one check. The embedded database's own
    folder belongs to its user, and is closed by PostgreSQL itself.
    """
    os.umask(OTHERS)
    if data_dir.is_dir() and data_dir.stat().st_mode & OTHERS:
        for folder, folders, files in os.walk(data_dir):
            folders[:] = [name for name in folders if not name.startswith("pg")]
            for name in (*folders, *files):
                _close(Path(folder, name))
        _close(data_dir)  # last, so that an interrupted walk is repeated


def _close(path: Path) -> None:
    with suppress(FileNotFoundError, PermissionError):  # another user's, or deleted meanwhile
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode) and mode & OTHERS:
            path.chmod(stat.S_IMODE(mode) & ~OTHERS)
