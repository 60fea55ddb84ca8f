"""The embedded server: started once, shared, adopted, and recovered after every kind of crash."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from config import embedded, server_user
from tests.config.instances import CHECKOUT


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("server")
    yield path
    embedded.stop(path)


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()  # type: ignore[arg-type]
        return row[0] if row else None


def test_german_text_is_sorted_and_folded_as_unicode(data_dir: Path) -> None:
    url = embedded.start(data_dir, durable=False)
    assert ask(url, "SHOW server_encoding") == "UTF8"
    assert ask(url, "SELECT lower('ÄÖÜ')") == "äöü"


def test_only_its_user_can_connect_and_only_by_a_socket(data_dir: Path) -> None:
    url = embedded.start(data_dir, durable=False)
    assert ask(url, "SHOW listen_addresses") == ""
    assert (data_dir / "pg").stat().st_mode & 0o777 == 0o700


def test_server_for_real_data_survives_a_power_cut(data_dir: Path) -> None:
    embedded.stop(data_dir)
    url = embedded.start(data_dir)
    assert [ask(url, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")] == ["on"] * 3


def test_second_start_adopts_the_running_server(data_dir: Path) -> None:
    url = embedded.start(data_dir, durable=False)
    server = embedded.running(data_dir)
    assert server
    assert embedded.start(data_dir, durable=False) == url
    assert embedded.running(data_dir) == server


def test_server_ends_with_its_last_user_only(data_dir: Path) -> None:
    embedded.start(data_dir, durable=False)
    code = f"from pathlib import Path; from config import embedded; p = Path({str(data_dir)!r}); embedded.start(p)"
    other = subprocess.Popen(
        [sys.executable, "-c", f"{code}; print(flush=True); input(); print(embedded.stop(p))"],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout and other.stdout.readline() == "\n"
    assert embedded.stop(data_dir) is False
    assert embedded.running(data_dir)
    assert other.communicate("\n") == ("True\n", None)
    assert embedded.running(data_dir) is None


REFUSED = [
    "INSERT INTO canaries VALUES ('canary@lead.example')",  # a duplicate
    "INSERT INTO canaries VALUES ('canary')",
    "SELECT 'canary'::int",
    "SELECT canary FROM canaries",
    "DO $$ BEGIN RAISE WARNING 'canary'; RAISE EXCEPTION 'canary'; END $$",
]


def test_the_log_of_the_server_quotes_no_value(data_dir: Path) -> None:
    url = embedded.start(data_dir)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE canaries (email text UNIQUE CHECK (email LIKE '%@%'))")
        connection.execute("INSERT INTO canaries VALUES ('canary@lead.example')")
        for statement in REFUSED:
            with pytest.raises(psycopg.Error):
                connection.execute(statement)  # type: ignore[arg-type]
        with pytest.raises(psycopg.Error):
            connection.execute("SELECT %s::int", ["canary"])
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, dbname="nowhere")
    written = (data_dir / "postgresql.log").read_text()
    assert "canary" not in written
    assert 'FATAL:  database "nowhere" does not exist' in written


def test_a_killed_server_recovers_everything_that_was_committed(data_dir: Path) -> None:
    url = embedded.start(data_dir)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    killed = embedded.running(data_dir)
    assert killed
    os.kill(killed, signal.SIGKILL)
    wait_until_gone(killed)
    assert embedded.running(data_dir) is None
    assert ask(embedded.start(data_dir), "SELECT answer FROM kept") == 42


def test_pid_file_left_by_a_crash_of_the_machine_is_not_trusted(data_dir: Path) -> None:
    """After a restart its process id may belong to another process: here the test itself."""
    embedded.start(data_dir, durable=False)
    embedded.stop(data_dir)
    pgdata = data_dir / "pg"
    for mark in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        (pgdata / mark).write_text(f"{os.getpid()}\n{pgdata}\n0\n5432\n.\n\n        0         0\nready\n")
        if ids := server_user.of(pgdata).ids:
            os.chown(pgdata / mark, *ids)
    assert embedded.running(data_dir) is None
    assert ask(embedded.start(data_dir, durable=False), "SELECT 1") == 1


def test_incomplete_database_directory_is_created_again(tmp_path: Path) -> None:
    (tmp_path / "pg.new").mkdir()
    (tmp_path / "pg.new" / "half").touch()
    try:
        assert ask(embedded.start(tmp_path, durable=False), "SELECT 1") == 1
        assert not (tmp_path / "pg.new").exists()
    finally:
        embedded.stop(tmp_path)


def test_path_too_long_for_a_socket_and_closed_to_others_works(tmp_path: Path) -> None:
    """Below a folder of mode 0700, where (run as root) the server's own user has no way in, none of whose
    permissions change."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    deep = closed / ("a b%" + 100 * "x")
    try:
        assert ask(embedded.start(deep, durable=False), "SELECT 1") == 1
        assert [oct(path.stat().st_mode & 0o777) for path in (tmp_path, closed)] == ["0o700", "0o700"]
        link = embedded._socket_directory(deep / "pg")
        assert link.is_symlink()
    finally:
        embedded.stop(deep)
    assert not link.is_symlink()


def test_server_that_cannot_start_says_why(data_dir: Path) -> None:
    embedded.start(data_dir, durable=False)
    embedded.stop(data_dir)
    control = data_dir / "pg" / "global" / "pg_control"
    away = control.rename(control.with_suffix(".away"))
    try:
        with pytest.raises(embedded.EmbeddedError, match=r"^PostgreSQL startet nicht: .*pg_control"):
            embedded.start(data_dir, durable=False)
    finally:
        away.rename(control)


def test_data_of_a_version_we_do_not_have_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pg").mkdir(mode=0o700)
    (tmp_path / "pg" / "PG_VERSION").write_text("9\n")
    with pytest.raises(embedded.EmbeddedError, match="Die Datenbank stammt von PostgreSQL 9"):
        embedded.start(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another user")
def test_root_never_runs_the_server(data_dir: Path) -> None:
    embedded.start(data_dir, durable=False)
    assert psutil.Process(embedded.running(data_dir)).uids().real != 0


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and psutil.pid_exists(pid):
        if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.02)
