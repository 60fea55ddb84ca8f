"""Slowing the worker down while the machine is busy: a mail can wait, a card that is being dragged cannot."""

import time
from typing import Any

import psutil

BUSY_SHARE = 0.6  # of all processor time, used by processes that are not nice: web server and database
# Seconds after each mail of a thread while busy: ten mails a second leave, and a batch is complete, which is a sign of
# life, in less than half of `heartbeat.SILENT_AFTER`. Being niced alone does not slow the worker enough.
PAUSE = 0.4
INTERVAL = 0.2  # seconds between two measurements


class Throttle:
    """Measures processor time now and then. Shared by threads: concurrent measurements are harmless."""

    def __init__(self) -> None:
        self.seen, self.looked, self.is_busy = psutil.cpu_times(), time.monotonic(), False

    def wait(self) -> None:
        """Return at once, or after `PAUSE` seconds while the machine is busy."""
        if time.monotonic() - self.looked > INTERVAL:
            self._look()
        if self.is_busy:
            time.sleep(PAUSE)

    def _look(self) -> None:
        before, self.seen = self.seen, psutil.cpu_times()
        self.looked = time.monotonic()
        self.is_busy = busy_share(before, self.seen) > BUSY_SHARE


def busy_share(before: Any, after: Any) -> float:
    """Return the share of processor time used by processes that are not nice between two measurements, 0 to 1."""
    spent = {name: getattr(after, name) - getattr(before, name) for name in before._fields}
    whole = sum(spent.values()) - spent.get("guest", 0) - spent.get("guest_nice", 0)  # counted as user and nice too
    return (spent["user"] + spent["system"]) / whole if whole > 0 else 0
