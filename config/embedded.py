"""The PostgreSQL of `make run` and of the tests: binaries from the wheel, data below DATA_DIR, a Unix socket only.

All callers of `start` share one server per data directory; the last one to call `stop`, or to die, ends it. They are
counted by file locks, which a crash releases.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psutil
import psycopg

from config import server_user
from config.server_user import EmbeddedError

NAME = "pipeline"  # of the database and of its owner
SOCKET = ".s.PGSQL.5432"
START_SECONDS = 300  # replaying the log after a crash may take long
STOP_SECONDS = 30

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_directories": ".",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # One server, no replica: the write-ahead log need only survive a crash.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_buffers": "16MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "log_checkpoints": "off",
    # What a statement failed at is in our own log, without its values; the server would quote them, and name people.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}


@dataclass
class _Held:
    users: IO[str]
    process: subprocess.Popen[bytes] | None = None
    log_from: int = 0  # offset in the log at which this attempt begins


_held: dict[Path, _Held] = {}


def start(data_dir: Path, *, durable: bool = True) -> str:
    """Start the server of `data_dir`, or adopt the one that runs, and return its DATABASE_URL.

    Creates the database on first use. Idempotent. `durable=False` (tests) trades the safety against
    a power cut for speed; it counts only for a server started by this call. Raises EmbeddedError.
    """
    pgdata = _pgdata(data_dir)
    pgdata.parent.mkdir(parents=True, exist_ok=True)
    with _mutex(pgdata):
        held = _held.get(pgdata) or _Held(users=open(pgdata.parent / "pg.users", "w"))
        fcntl.flock(held.users, fcntl.LOCK_SH)
        _held[pgdata] = held
        _ensure_running(pgdata, _socket_directory(pgdata), held, durable)
    return url(data_dir)


def url(data_dir: Path) -> str:
    """Return the DATABASE_URL of the server of `data_dir`, which need not run yet."""
    host = quote(str(_socket_directory(_pgdata(data_dir))), safe="")
    return f"postgres://{NAME}@/{NAME}?host={host}"


def stop(data_dir: Path) -> bool:
    """End the server unless another process still uses it. Return whether it is down. Idempotent."""
    pgdata = _pgdata(data_dir)
    with _mutex(pgdata):
        held = _held.pop(pgdata, None)
        users = held.users if held else open(pgdata.parent / "pg.users", "w")
        with users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            if pid := running(data_dir):
                _end(pid, pgdata)
            if held and held.process:
                held.process.wait()
            if (link := _socket_directory(pgdata)) != pgdata:
                link.unlink()
    return True


def running(data_dir: Path) -> int | None:
    """Return the process id of the server of `data_dir`, or None.

    A process id alone proves nothing after a crash of the machine: the process must also work in that directory.
    """
    pgdata = _pgdata(data_dir)
    if pgdata in _held and (process := _held[pgdata].process):
        process.poll()  # reap it, or a dead child would seem alive
    try:
        pid = int((pgdata / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if pid > 0 and _works_in(pid, pgdata) else None


def _pgdata(data_dir: Path) -> Path:
    return Path(data_dir).resolve() / "pg"


@contextmanager
def _mutex(pgdata: Path) -> Iterator[None]:
    try:
        lock = open(pgdata.parent / "pg.lock", "w")
    except OSError as error:
        raise EmbeddedError(f"In {pgdata.parent} kann nicht geschrieben werden: {error.strerror}.") from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _works_in(pid: int, pgdata: Path) -> bool:
    try:
        process = psutil.Process(pid)
        return process.name() == "postgres" and pgdata.samefile(process.cwd())
    except (psutil.Error, OSError):
        return False


def _ensure_running(pgdata: Path, host: Path, held: _Held, durable: bool) -> None:
    deadline = time.monotonic() + START_SECONDS
    launches = 0
    while True:
        if not running(pgdata.parent):
            if launches == 2:  # the first attempt may have met a server that was shutting down
                raise EmbeddedError(f"PostgreSQL startet nicht: {_complaint(pgdata, held.log_from)}")
            _clean_up(pgdata)
            held.log_from = log.stat().st_size if (log := _log(pgdata)).exists() else 0
            held.process = _launch(pgdata, durable)
            launches += 1
        try:
            _create_database(host)
            return
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL antwortet nicht: {error}") from None
        if held.process and held.process.poll() is None:
            time.sleep(0.05)  # still starting; its pid file may not exist yet
            while held.process.poll() is None and not running(pgdata.parent) and time.monotonic() < deadline:
                time.sleep(0.02)
        else:
            time.sleep(0.1)


def _clean_up(pgdata: Path) -> None:
    """Wait for the children of a killed server, then remove its files: a recycled process id in them would keep the new
    one from starting."""
    orphans = [p for p in psutil.process_iter() if _works_in(p.pid, pgdata)]
    _, alive = psutil.wait_procs(orphans, timeout=5)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=5)
    for mark in ("postmaster.pid", SOCKET, f"{SOCKET}.lock"):
        (pgdata / mark).unlink(missing_ok=True)


def _launch(pgdata: Path, durable: bool) -> subprocess.Popen[bytes]:
    user = server_user.of(pgdata)
    major = _major_of(pgdata)
    if not (pgdata / "PG_VERSION").exists():
        _initialise(pgdata, user, major, durable)
    settings = SETTINGS if durable else SETTINGS | CARELESS
    options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    with open(_log(pgdata), "ab") as log:
        return user.popen(
            [user.binary("postgres", major), "-D", user.path_of(pgdata), *options],
            cwd=pgdata,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the supervisor, who stops the server last
        )


def _major_of(pgdata: Path) -> str | None:
    try:
        return (pgdata / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        return None


def _initialise(pgdata: Path, user: server_user.ServerUser, major: str | None, durable: bool) -> None:
    """Create the cluster under another name and rename it, so that a crash leaves nothing that looks complete."""
    fresh = pgdata.with_name("pg.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    user.own(fresh)
    # Trust is safe: the only access is a socket in a directory that only the server's user and root may enter.
    options = ["-U", NAME, "--auth=trust", "--encoding=UTF8", "--locale=C"]
    options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", *([] if durable else ["--no-sync"])]
    done = user.popen(
        [user.binary("initdb", major), "-D", user.path_of(fresh), *options],
        cwd=fresh,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    output, _ = done.communicate()
    if done.returncode:
        words = [line for line in output.decode(errors="replace").splitlines() if "error" in line.lower()]
        raise EmbeddedError(f"Die Datenbank in {pgdata} lässt sich nicht anlegen: {' '.join(words)}")
    fresh.rename(pgdata)


def _create_database(host: Path) -> None:
    place = psycopg.conninfo.make_conninfo(host=str(host), user=NAME, dbname="postgres", connect_timeout=5)
    with psycopg.connect(place, autocommit=True) as db:
        if not db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            db.execute(f"CREATE DATABASE {NAME}")


def _socket_directory(pgdata: Path) -> Path:
    """Return the directory of the socket: the data directory or a short link to it, since a socket's path
    must fit into some 100 bytes. A link, unlike a socket, can be made again while the server runs."""
    if len(os.fsencode(pgdata / SOCKET)) < 100:
        return pgdata
    private = Path(tempfile.gettempdir()) / f"{NAME}-{os.geteuid()}"
    private.mkdir(mode=0o700, exist_ok=True)
    found = private.lstat()
    if private.is_symlink() or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise EmbeddedError(f"{private} gehört nicht diesem Benutzer allein; bitte entfernen.")
    link = private / hashlib.sha256(os.fsencode(pgdata)).hexdigest()[:12]
    if not link.is_symlink():
        link.symlink_to(pgdata)
    return link


def _end(pid: int, pgdata: Path) -> None:
    os.kill(pid, signal.SIGINT)  # "fast": sessions are ended, the data is written out
    deadline = time.monotonic() + STOP_SECONDS
    while _works_in(pid, pgdata):  # it exists longer, until its parent reaps it
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGQUIT)  # the log is replayed at the next start; nothing committed is lost
            break
        time.sleep(0.02)


def _log(pgdata: Path) -> Path:
    return pgdata.parent / "postgresql.log"


def _complaint(pgdata: Path, log_from: int) -> str:
    """Return the server's own message on why it did not start."""
    lines = _log(pgdata).read_bytes()[log_from:].decode(errors="replace").splitlines()
    fatal = [line.partition("FATAL:")[2].strip() for line in lines if "FATAL:" in line]
    return f"{(fatal or lines or ['ohne ein Wort'])[-1]} (Protokoll: {_log(pgdata)})"
