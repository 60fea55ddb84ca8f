"""`make run`: its messages when it cannot start, and its end without leftovers."""

import os
import re
import signal
import socket
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import psycopg
import pytest

from config import embedded
from config.own_worker import BEHIND
from tests.config.instances import PATIENCE, Instance, free_port, lend_static_files
from tests.config.production import Browser
from tests.live.streams import come_back
from tests.pipeline.working import wait_until


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data directory for all starts, created by the first one."""
    path = tmp_path_factory.mktemp("office")
    lend_static_files(path)
    yield path
    embedded.stop(path)


@pytest.fixture
def instance(data_dir: Path) -> Iterator[Instance]:
    instance = Instance(data_dir)
    yield instance.wait_until_running()
    instance.destroy()


def ended(processes: list[psutil.Process]) -> bool:
    return psutil.wait_procs(processes, timeout=PATIENCE)[1] == []


def refusal(data_dir: Path, port: int | None = None, **more: str) -> tuple[int, str]:
    instance = Instance(data_dir, port, **more)
    words = instance.complaint()
    return instance.process.returncode, words


def test_a_busy_port_is_reported_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert refusal(tmp_path, port) == (1, f"Port {port} ist belegt – läuft schon eine Instanz?\n")
    assert list(tmp_path.iterdir()) == []


def test_an_invalid_port_is_reported_in_one_sentence(tmp_path: Path) -> None:
    assert refusal(tmp_path, 65536) == (1, "PORT=65536 ist keine Portnummer.\n")


def test_a_data_dir_below_a_file_is_reported_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, words = refusal(tmp_path / "file" / "var")
    assert code == 1
    assert words.startswith(f"In DATA_DIR={tmp_path}/file/var kann nicht geschrieben werden")
    assert words.count("\n") == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_an_unreadable_data_dir_is_reported_in_one_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    code, words = refusal(tmp_path)
    assert (code, words.count("\n")) == (1, 1)
    assert words.startswith(f"In DATA_DIR={tmp_path} kann nicht geschrieben werden")


def test_unreachable_database_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    code, words = refusal(tmp_path, DATABASE_URL=f"postgres://nobody@/nothing?host={tmp_path}")
    assert code == 1
    assert words.startswith("Die Datenbank ist nicht erreichbar: ")
    assert "Traceback" not in words
    assert not (tmp_path / "pg").exists()


def test_address_and_logins_are_printed(instance: Instance) -> None:
    assert f"http://localhost:{instance.port}\n" in instance.printed
    assert "Passwort „pipeline-demo“" in instance.printed
    assert instance.printed.count("@krueger.example") == 5
    assert instance.printed.count("@hansen.example") == 1


def test_web_and_worker_run_and_keys_are_private(instance: Instance) -> None:
    assert instance.status("/readyz") == 200
    assert instance.wait_for_command("gunicorn").is_running()
    keys = instance.data_dir / "keys.env"
    assert keys.stat().st_mode & 0o777 == 0o600
    assert [path for path in instance.data_dir.rglob("*") if path.lstat().st_mode & 0o077] == []
    assert instance.data_dir.stat().st_mode & 0o777 == 0o700
    assert [line.split("=")[0] for line in keys.read_text().splitlines()] == ["SECRET_KEY", "TOKEN_KEY"]


def test_static_files_have_a_hash_in_their_names_and_are_cached_by_browsers(instance: Instance) -> None:
    address = f"http://localhost:{instance.port}"
    with urllib.request.urlopen(f"{address}/accounts/login/", timeout=PATIENCE) as answer:
        links = re.findall(r'(?:href|src)="(/static/[^"#]+)', answer.read().decode())
    assert [link for link in links if not re.search(r"\.[0-9a-f]{12}\.\w+$", link)] == []
    assert sorted(link.rsplit(".", 1)[1] for link in links if not link.endswith(".svg")) == ["css", "js"]
    for link in links:
        with urllib.request.urlopen(f"{address}{link}", timeout=PATIENCE) as answer:
            assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"


def test_ctrl_c_ends_everything_and_the_next_start_finds_keys_and_data(instance: Instance) -> None:
    everything = instance.children()
    keys = (instance.data_dir / "keys.env").read_text()
    with psycopg.connect(embedded.url(instance.data_dir)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    instance.interrupt()
    assert instance.process.returncode == 0
    assert ended(everything)
    assert embedded.running(instance.data_dir) is None

    again = Instance(instance.data_dir).wait_until_running()
    try:
        with psycopg.connect(embedded.url(instance.data_dir)) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
            connection.execute("DROP TABLE kept")
        assert (instance.data_dir / "keys.env").read_text() == keys
        again.interrupt()
        assert "Traceback" not in again.complaint()
    finally:
        again.destroy()


def test_after_kill_9_of_the_supervisor_only_the_database_runs_and_the_next_start_adopts_it(
    instance: Instance,
) -> None:
    everything = instance.children()
    assert len(everything) >= 3, "web, its worker process and the background worker"
    database = embedded.running(instance.data_dir)
    instance.process.kill()
    assert ended(everything)
    assert embedded.running(instance.data_dir) == database

    heir = Instance(instance.data_dir, instance.port).wait_until_running()
    try:
        assert embedded.running(instance.data_dir) == database
        assert heir.status("/readyz") == 200
        heir.interrupt()
        assert embedded.running(instance.data_dir) is None
    finally:
        heir.destroy()


def test_dead_web_worker_and_database_are_started_again(instance: Instance) -> None:
    web, worker = instance.wait_for_command("gunicorn"), instance.wait_for_worker()
    database = embedded.running(instance.data_dir)
    assert database
    os.killpg(web.pid, signal.SIGKILL)
    os.kill(database, signal.SIGKILL)
    instance.wait_for_command("gunicorn", other_than=web.pid)
    instance.wait_for_worker(other_than=worker.pid)
    assert instance.status("/healthz") == 200  # sent during the restart: the request waits
    assert instance.status("/readyz") == 200
    assert embedded.running(instance.data_dir) not in (None, database)


def test_the_worker_works_behind_the_others_starts_again_by_itself_and_ends_with_the_web_server(
    instance: Instance,
) -> None:
    web, worker = instance.wait_for_command("gunicorn"), instance.wait_for_worker()
    assert worker.nice() == min(web.nice() + BEHIND, 19)
    worker.kill()
    worker = instance.wait_for_worker(other_than=worker.pid)
    assert instance.wait_for_command("gunicorn") == web
    with psycopg.connect(embedded.url(instance.data_dir), autocommit=True) as connection:
        sign = f"SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > '{datetime.now(UTC)}')"
        wait_until(lambda: connection.execute(sign).fetchone() == (True,), seconds=PATIENCE)
    web.kill()
    assert ended([worker])


def test_streams_come_back_after_kill_9_of_their_process_and_end_with_everything(instance: Instance) -> None:
    browser = Browser(instance.port).log_in("anna@krueger.example")
    streams = instance.wait_for_command("live.process")
    with come_back(browser) as stream:
        stream.next("hello")
        streams.kill()
        assert stream.has_ended()
    instance.wait_for_command("live.process", other_than=streams.pid)
    everything = instance.children()
    with come_back(browser, stream.since) as stream:
        assert stream.next("resync") == ("resync", {})
        instance.interrupt()
        assert ended(everything)
        assert stream.has_ended()


def test_sigterm_to_the_supervisor_alone_ends_everything(instance: Instance) -> None:
    everything = instance.children()
    instance.process.terminate()
    assert instance.process.wait(PATIENCE) == 0
    assert ended(everything)
    assert embedded.running(instance.data_dir) is None


def test_two_instances_with_two_data_dirs_run_side_by_side(instance: Instance, tmp_path: Path) -> None:
    lend_static_files(tmp_path)
    other = Instance(tmp_path, free_port()).wait_until_running()
    try:
        assert embedded.running(tmp_path) not in (None, embedded.running(instance.data_dir))
        other.interrupt()
        assert instance.status("/readyz") == 200
    finally:
        other.destroy()
