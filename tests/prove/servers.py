"""Web servers for tests that restart them, started and stopped as by a container or systemd."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress

from tests.config.instances import CHECKOUT, free_port
from tests.config.production import Browser, Production
from tests.pipeline.working import wait_until

GUNICORN = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py"]


class Server:
    """A web server with its own address, as in compose.yaml."""

    def __init__(self, house: Production, **more: str) -> None:
        self.port = free_port()
        self.environment = house.environment | {"PORT": str(self.port), "WEB_GRACE": "20", "LOG_LINES": "0"} | more
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(GUNICORN, cwd=CHECKOUT, env=self.environment, start_new_session=True)

    def wait_until_ready(self) -> "Server":
        wait_until(lambda: self.status("/readyz") == 200, 60, pause=0.2)
        return self

    def status(self, path: str) -> int:
        """Return the status of a request, 0 without an answer."""
        with suppress(OSError):
            return Browser(self.port).get(path).status
        return 0

    def tell_to_stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def restart(self) -> None:
        """Stop gracefully, then start again."""
        self.tell_to_stop()
        assert self.process.wait(60) == 0
        self.start()

    def kill(self) -> None:
        """Kill it and its workers."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        with suppress(ProcessLookupError):
            self.kill()


class HandedServer(Server):
    """A server whose socket stays open while it restarts, as by deploy/pipeline-web.socket."""

    SYSTEMD = (
        "import os, sys; os.dup2(int(sys.argv[1]), 3); os.set_inheritable(3, True);"
        "os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid())); os.execv(sys.argv[2], sys.argv[2:])"
    )

    def __init__(self, house: Production, **more: str) -> None:
        self.door = socket.create_server(("127.0.0.1", 0), backlog=4096)
        super().__init__(house, **more)
        self.port = int(self.door.getsockname()[1])

    def start(self) -> None:
        number = self.door.fileno()
        command = [sys.executable, "-c", self.SYSTEMD, str(number), *GUNICORN]
        self.process = subprocess.Popen(
            command, cwd=CHECKOUT, env=self.environment, pass_fds=[number], start_new_session=True
        )

    def close(self) -> None:
        super().close()
        self.door.close()
