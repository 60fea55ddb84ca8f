"""Parsing of untrusted input in a separate process, with limits on time and memory, so that it cannot crash the worker.

The process is kept for many calls. One that takes too long is killed, and the next call starts a new one.
"""

import multiprocessing
import resource
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from funnel.incoming.opened import PoisonMail

MAX_MEMORY = 600_000_000  # bytes


class IsolatedProcess:
    """Calls `work` with bytes in another process, for at most `seconds` each."""

    def __init__(self, work: Callable[[bytes], Any], *, seconds: float) -> None:
        self.work, self.seconds = work, seconds
        self.process: multiprocessing.process.BaseProcess | None = None
        self.line: Connection | None = None

    def __enter__(self) -> "IsolatedProcess":
        return self

    def __exit__(self, *error: object) -> None:
        self._stop()

    def __call__(self, content: bytes) -> Any:
        """Return the function's result. Raises PoisonMail if it does, fails, takes too long or crashes its process."""
        line = self.line or self._start()
        try:
            line.send_bytes(content)
            if not line.poll(self.seconds):
                raise PoisonMail("too_long")
            answer = line.recv()
        except (EOFError, OSError):
            self._stop()
            raise PoisonMail("unreadable") from None
        except PoisonMail:
            self._stop()
            raise
        if isinstance(answer, PoisonMail):
            raise answer
        return answer

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")  # a fork would inherit the worker's connections
        self.line, there = context.Pipe()
        self.process = context.Process(target=_serve, args=(there, self.work), daemon=True)
        self.process.start()
        there.close()
        return self.line

    def _stop(self) -> None:
        process, self.process = self.process, None
        line, self.line = self.line, None
        if line is not None:
            line.close()
        if process is not None:
            process.kill()
            process.join()


def _serve(line: Connection, work: Callable[[bytes], Any]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    while True:
        try:
            content = line.recv_bytes()
        except EOFError:
            return
        line.send(_answer(work, content))


def _answer(work: Callable[[bytes], Any], content: bytes) -> Any:
    try:
        return work(content)
    except PoisonMail as poisoned:
        return poisoned
    except Exception:  # any failure on untrusted bytes is the fault of the bytes
        return PoisonMail("unreadable")
