"""`make run`: start database, tables, demo, web server with worker, and streams, and end all of them on Ctrl-C.

`python -m config.run` serves; `python -m config.run <command> …` runs a management command in the same environment.
In production the same processes run with DATABASE_URL, SECRET_KEY, TOKEN_KEY, ALLOWED_HOSTS and BASE_URL set.
"""

import http.client
import io
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from config import embedded
from config.surroundings import StartError, Surroundings

TICK = 0.1
STOP_SECONDS = 4
READY_SECONDS = 60
MAX_FAILURES = 3
LONGEST = 16  # seconds between two attempts to start what the others can do without
SOUND_SECONDS = 15  # a process that lived this long has started properly


class Interrupted(Exception):
    """A signal asked us to stop."""


class Child:
    """A process that is restarted when it dies, and ended when we die (see config/guard.py)."""

    def __init__(
        self,
        label: str,
        module: str,
        *arguments: str,
        listen: socket.socket | None = None,
        is_needed: bool = True,
    ) -> None:
        self.label = label
        self.is_needed = is_needed
        self.command = [sys.executable, "-m", "config.guard", module, *arguments]
        self.listen = listen
        self.process: subprocess.Popen[bytes] | None = None
        self.started = self.due = 0.0
        self.failures = 0

    def start(self, environment: dict[str, str], stdout: int | None = None) -> None:
        descriptors = [self.listen.fileno()] if self.listen else []
        if self.listen:
            environment = environment | {"LISTEN_FD": str(self.listen.fileno())}
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=stdout,
            pass_fds=descriptors,
            start_new_session=True,  # Ctrl-C reaches us alone, and we end the children in order
        )

    def tend(self, environment: dict[str, str]) -> None:
        """Restart the process if it has ended, later after each failure. Raises StartError if it never starts and
        the others cannot do without it."""
        now = time.monotonic()
        if self.process and self.process.poll() is not None:
            self.failures = 1 if now - self.started > SOUND_SECONDS else self.failures + 1
            if self.failures == MAX_FAILURES and self.is_needed:
                raise StartError(f"{self.label} startet nicht (Grund: siehe oben); alles wird beendet.")
            print(f"{self.label} hat sich beendet und wird neu gestartet.", file=sys.stderr, flush=True)
            self.process = None
            self.due = now + (0 if self.failures == 1 else min(2**self.failures / 4, LONGEST))
        if self.process is None and now >= self.due:
            self.start(environment)

    def signal(self, number: signal.Signals) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)

    def kill(self) -> None:
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)  # the web server's workers too
            self.process.wait()


class Supervisor:
    def __init__(self, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        self.environment: dict[str, str] = {}
        self.children: list[Child] = []
        self.interrupted = False

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        self.interrupted = True

    def pause(self) -> None:
        if self.interrupted:
            raise Interrupted
        time.sleep(TICK)

    def serve(self) -> None:
        """Start everything and keep it alive until somebody interrupts. Raises StartError."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.interrupt)
        with self.surroundings.claimed_port() as listen:
            try:
                self.environment = self.surroundings.environment()
                logins = self.prepare()
                web = Child("Der Webserver", "gunicorn", "--config", "python:config.gunicorn", listen=listen)
                streams = Child("Der Dienst für sofort sichtbare Änderungen", "live.process", is_needed=False)
                self.children = [web]
                self.wait_until_ready()
                self.announce(logins)
                self.children = [web, streams]
                while True:
                    self.tend()
                    self.pause()
            except Interrupted:
                print("Wird beendet …", flush=True)
            finally:
                self.stop()

    def prepare(self) -> str:
        """Prepare tables, static files and demo. Return the demo's logins, if there are any."""
        print("Datenbank und Dateien werden vorbereitet …", flush=True)
        child = Child("Die Vorbereitung", "config.prepare")
        self.children = [child]
        child.start(self.environment, stdout=subprocess.PIPE)
        assert child.process and child.process.stdout
        while child.process.poll() is None:
            self.pause()
        if child.process.returncode:
            raise StartError("Die Datenbank ließ sich nicht vorbereiten (Grund: siehe oben).")
        return child.process.stdout.read().decode()

    def tend(self) -> None:
        self.surroundings.tend_database()
        for child in self.children:
            child.tend(self.environment)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            self.tend()
            if self.answers():
                return
            self.pause()
        raise StartError(f"Der Webserver wurde in {READY_SECONDS} Sekunden nicht bereit.")

    def answers(self) -> bool:
        connection = http.client.HTTPConnection(*self.surroundings.local_address, timeout=2)
        try:
            host = self.environment["ALLOWED_HOSTS"].split(",")[0].strip(" .").replace("*", "localhost")
            connection.request("GET", "/readyz", headers={"Host": host})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def announce(self, logins: str) -> None:
        print(f"\n  {self.environment['BASE_URL']}\n", flush=True)
        print(logins, flush=True)
        print(
            "  Ein Probebetrieb: Neustarts, https und eine eigene Datenbank siehe docs/operations.md, „Production“.",
            flush=True,
        )
        print("  Beenden mit Strg+C.\n", flush=True)

    def stop(self) -> None:
        """End the children, then the database, within bounded time; ignores a second Ctrl-C."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            if child.process:
                with suppress(subprocess.TimeoutExpired):
                    child.process.wait(max(0.0, deadline - time.monotonic()))
            child.kill()
        self.surroundings.close()


def manage(surroundings: Surroundings, arguments: list[str]) -> int:
    """Run a management command in the environment of `make run`, whether that runs or not."""
    try:
        environment = surroundings.environment()
        return subprocess.call([sys.executable, "manage.py", *arguments], env=environment)
    except KeyboardInterrupt:
        return 130
    finally:
        surroundings.close()


def main(arguments: list[str]) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # some terminals cannot print „ and …
    try:
        surroundings = Surroundings(os.environ, Path.cwd())
        if arguments:
            return manage(surroundings, arguments)
        Supervisor(surroundings).serve()
    except (StartError, embedded.EmbeddedError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
