"""Work on what strangers wrote, done in a process of its own: with limits of time and memory, and no way to take the
worker along.

The process is kept for many pieces of work. One that takes too long is ended, and the next piece gets a new one.
"""

import multiprocessing
import resource
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from funnel.reading.opened import PoisonMail

MAX_MEMORY = 600_000_000  # bytes


class IsolatedProcess:
    """A function that takes bytes, run in another process. `seconds` for each piece of work."""

    def __init__(self, work: Callable[[bytes], Any], *, seconds: float) -> None:
        self.work, self.seconds = work, seconds
        self.process: multiprocessing.process.BaseProcess | None = None
        self.line: Connection | None = None

    def __enter__(self) -> "IsolatedProcess":
        return self

    def __exit__(self, *error: object) -> None:
        self._stop()

    def __call__(self, content: bytes) -> Any:
        """What the function answers. Raises Poisoned if it does, fails, takes too long or takes its process along."""
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
        context = multiprocessing.get_context("spawn")  # a fork would take the worker's connections along
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
    except Exception:  # whatever a stranger's bytes bring about is a fault of theirs
        return PoisonMail("unreadable")
