"""Backups: one tar file, readable by its owner only, with database, uploads, keys and the journal of erasures."""

import hashlib
import io
import json
import os
import tarfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from base import journal

FORMAT = 1
DATABASE, KEY_FILE, JOURNAL, UPLOADS = "database.dump", "keys.env", "erasures/journal.jsonl", "uploads"


class ArchiveError(Exception):
    """The file is not a backup of this product, or damaged; the message is a German sentence."""


@dataclass(frozen=True)
class Unpacked:
    """A complete backup, unpacked into a directory of its own."""

    place: Path

    @property
    def database(self) -> Path:
        return self.place / DATABASE

    @property
    def uploads(self) -> Path:
        return self.place / UPLOADS

    @property
    def keys(self) -> dict[str, str]:
        lines = (self.place / KEY_FILE).read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    @property
    def journal(self) -> str:
        return (self.place / JOURNAL).read_text()


def pack(target: Path, database: Path) -> None:
    """Write the backup to a temporary file and rename it once it is complete. Raises OSError.

    The journal is read after the database, so that no erasure in between is missed.
    """
    fresh = target.with_name(f".{target.name}.new")
    with open(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600), "w+b") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            sums = {DATABASE: _add(tar, DATABASE, database)}
            for path in sorted(Path(settings.MEDIA_ROOT).rglob("*")):
                if path.is_file():
                    name = f"{UPLOADS}/{path.relative_to(settings.MEDIA_ROOT).as_posix()}"
                    sums[name] = _add(tar, name, path)
            keys = "".join(f"{name}={value}\n" for name, value in _keys().items())
            lines = journal.path().read_text() if journal.path().exists() else ""
            for name, text in ((KEY_FILE, keys), (JOURNAL, lines)):
                sums[name] = _add_text(tar, name, text)
            _add_text(tar, "manifest.json", json.dumps({"format": FORMAT, "sha256": sums}, indent=1))
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(target)


def unpack(source: Path, place: Path) -> Unpacked:
    """Unpack the backup below `place` and verify the checksum of each file. Raises ArchiveError."""
    try:
        with tarfile.open(source) as tar:
            tar.extractall(place, filter="data")
        manifest = json.loads((place / "manifest.json").read_text())
    except (OSError, tarfile.TarError, ValueError) as error:
        raise ArchiveError(f"{source} ist keine vollständige Sicherung ({error}).") from None
    if manifest.get("format") != FORMAT:
        raise ArchiveError(f"{source} stammt von einer Version, die hier niemand kennt.")
    damaged = [name for name, digest in manifest["sha256"].items() if _digest(place / name) != digest]
    if damaged or not {DATABASE, KEY_FILE, JOURNAL} <= manifest["sha256"].keys():
        raise ArchiveError(f"{source} ist beschädigt: {', '.join(damaged)}.")
    return Unpacked(place)


def _keys() -> dict[str, str]:
    """Return the keys of encrypted fields and signed links, with earlier ones if there are any."""
    keys = {"SECRET_KEY": settings.SECRET_KEY, "TOKEN_KEY": settings.TOKEN_KEY}
    earlier = ",".join(settings.TOKEN_KEY_FALLBACKS)
    return keys | ({"TOKEN_KEY_FALLBACKS": earlier} if earlier else {})


def _add(tar: tarfile.TarFile, name: str, path: Path) -> str:
    info = tar.gettarinfo(str(path), name)
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    with open(path, "rb") as content:
        tar.addfile(info, content)
    return _digest(path)


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> str:
    data = text.encode()
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o600
    tar.addfile(info, io.BytesIO(data))
    return hashlib.sha256(data).hexdigest()


def _digest(path: Path) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
