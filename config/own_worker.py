"""The background worker as a child of the web server (`WITH_WORKER=1`), which shares what that has loaded.

It is a process like those that answer requests, forked by the same master, with the priority and the limits of a worker
that is started by itself (`manage.py procrastinate worker`). If it dies, the master starts it again; if the master
dies, it ends.
"""

import ctypes
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

import psutil

BEHIND = 10  # niceness: a long import or many mails must not slow the board down
SOUND_SECONDS = 15  # a process that lived this long has started properly
MAX_FAILURES = 3
TICK = 0.5
# What the master does something of its own on.
SIGNALS = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGTTIN", "SIGTTOU", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGCHLD")
PR_SET_NAME = 15

log = logging.getLogger(__name__)


class OwnWorker:
    """Keeps a child alive that does its work, until `stop`."""

    def __init__(self) -> None:
        self.master = os.getpid()
        self.process: psutil.Process | None = None
        self.started = 0.0
        self.is_stopped = False

    def start(self, work: Callable[[], None]) -> None:
        """Begin, in the main thread of the master, once everything is loaded and its signals have their handlers."""
        self.work = work
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
            signal.signal(number, self._stopping_first(signal.getsignal(number)))
        threading.Thread(target=self.tend, daemon=True).start()

    def _stopping_first(self, others: Callable | int | None) -> Callable:
        """Return a handler that has the worker finish while the web server does."""

        def handle(number: int, frame: object) -> None:
            if os.getpid() == self.master:  # not a process just forked, which has no handlers of its own yet
                self.stop()
            if callable(others):
                others(number, frame)

        return handle

    def tend(self) -> None:
        failures = 0
        while self.live():
            failures = 1 if time.monotonic() - self.started > SOUND_SECONDS else failures + 1
            if failures == MAX_FAILURES:
                print("Der Hintergrunddienst startet nicht (Grund: siehe oben).", file=sys.stderr, flush=True)
                os.kill(self.master, signal.SIGTERM)
                return
            print("Der Hintergrunddienst hat sich beendet und wird neu gestartet.", file=sys.stderr, flush=True)
            time.sleep(TICK)

    def live(self) -> bool:
        """Start it and wait for its end; return whether that came by itself."""
        self.started = time.monotonic()
        if pid := os.fork():
            with suppress(psutil.NoSuchProcess):  # the master has seen its end first
                self.process = psutil.Process(pid)
                self.process.wait()
            return not self.is_stopped
        return self.child()

    def stop(self) -> None:
        """Have the worker end after its current jobs."""
        self.is_stopped = True
        if self.process:
            with suppress(psutil.NoSuchProcess):
                self.process.terminate()

    def wait(self, seconds: float) -> None:
        """Wait until it has ended, for so long at most; then end it."""
        if self.process:
            with suppress(psutil.TimeoutExpired):
                self.process.wait(seconds)
            with suppress(psutil.NoSuchProcess):
                self.process.kill()

    def child(self) -> NoReturn:
        """Do the work and end, without whatever the master does at its own end; never returns."""
        try:
            for name in SIGNALS:
                signal.signal(signal.Signals[name], signal.SIG_DFL)
            os.nice(BEHIND)
            _call_it("pipeline-worker")
            threading.Thread(target=self.watch, daemon=True).start()
            self.work()
        except Exception:
            log.exception("The worker ended")
        finally:
            os._exit(0)

    def watch(self) -> None:
        """End with the master, however that ends."""
        while os.getppid() == self.master:
            time.sleep(TICK)
        os.kill(os.getpid(), signal.SIGTERM)


def _call_it(name: str) -> None:
    """Set the name that `ps` and `top` show, where the system has prctl(2)."""
    if prctl := getattr(ctypes.CDLL(None), "prctl", None):
        prctl(PR_SET_NAME, name.encode())
