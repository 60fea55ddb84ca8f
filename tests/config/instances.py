"""A `make run` for a test, started and stopped as from a terminal."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil

from tests.database import COLLECTED

CHECKOUT = Path(__file__).resolve().parent.parent.parent
# The instance makes its own settings, without those of tests/database.py.
OURS = ("DATABASE_URL", "SECRET_KEY", "TOKEN_KEY", "ALLOWED_HOSTS", "BASE_URL", "DJANGO_SETTINGS_MODULE")
PATIENCE = 60  # seconds until something counts as hung; no test measures how fast the machine is


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def lend_static_files(data_dir: Path) -> None:
    """Begin with what another instance of this run has compressed, which takes 8 seconds of processor time.

    The product sees for itself whether they are those of its sources.
    """
    if COLLECTED.exists() and not (data_dir / "static").exists():
        shutil.copytree(COLLECTED, data_dir / "static")


def keep_static_files(data_dir: Path) -> None:
    if not COLLECTED.exists():
        fresh = COLLECTED.with_name(f"{COLLECTED.name}.{os.getpid()}")
        shutil.copytree(data_dir / "static", fresh)
        try:
            fresh.rename(COLLECTED)
        except OSError:  # another process was quicker
            shutil.rmtree(fresh)


class Instance:
    def __init__(self, data_dir: Path, port: int | None = None, **more: str) -> None:
        self.data_dir = data_dir
        self.printed = ""
        self.port = port or free_port()
        inherited = {name: value for name, value in os.environ.items() if name not in OURS}
        given = {"DATA_DIR": str(data_dir), "PORT": str(self.port), "DEMO_CONTACTS": "5", "WEB_WORKERS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.run"],
            cwd=CHECKOUT,
            env=inherited | given | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait_until_running(self) -> "Instance":
        """Wait until the address is printed and the worker has started."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.printed += line
            if "Strg+C" in line:
                self.wait_for_worker()
                keep_static_files(self.data_dir)
                return self
        raise AssertionError(self.complaint())

    def complaint(self) -> str:
        return self.process.communicate(timeout=PATIENCE)[1]

    def status(self, path: str = "/readyz") -> int:
        try:
            with urllib.request.urlopen(f"http://localhost:{self.port}{path}", timeout=PATIENCE) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def children(self) -> list[psutil.Process]:
        """Return the processes of web server and worker, without the database."""
        found = psutil.Process(self.process.pid).children(recursive=True)
        return [process for process in found if process.name() != "postgres"]

    def wait_for_command(self, word: str, other_than: int | None = None) -> psutil.Process:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for process in psutil.Process(self.process.pid).children():
                with suppress(psutil.Error):  # it may have ended
                    if word in process.cmdline() and process.pid != other_than:
                        return process
            time.sleep(0.05)
        raise AssertionError(f"no child of ours runs {word}")

    def wait_for_worker(self, other_than: int | None = None) -> psutil.Process:
        """Wait until the web server's own worker runs, which has a name and no command of its own."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(psutil.Error):  # some may have ended
                for process in self.children():
                    if process.name() == "pipeline-worker" and process.pid != other_than:
                        return process
            time.sleep(0.05)
        raise AssertionError("the web server has no worker")

    def interrupt(self) -> None:
        """Send Ctrl-C to the whole process group, as a terminal does, and wait for the end."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(PATIENCE)

    def destroy(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
