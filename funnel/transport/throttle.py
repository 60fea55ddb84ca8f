"""How fast a worker may go: a mail can wait a moment, a card that is dragged cannot."""

import time
from typing import Any

import psutil

BUSY_SHARE = (
    0.6  # of all processors' time, taken by what is not nice: the web server and the database at work for people
)
PAUSE = 0.1  # seconds after each mail of a lane while it is crowded; a niced worker alone does not stop at that
INTERVAL = 0.5  # seconds between two looks


class Throttle:
    """Looks at the processors now and then. Shared by threads: two looks at once cost nothing but the second."""

    def __init__(self) -> None:
        self.seen, self.looked, self.is_busy = psutil.cpu_times(), time.monotonic(), False

    def wait(self) -> None:
        """Comes back at once while the machine has room, else after a moment."""
        if time.monotonic() - self.looked > INTERVAL:
            self._look()
        if self.is_busy:
            time.sleep(PAUSE)

    def _look(self) -> None:
        before, self.seen = self.seen, psutil.cpu_times()
        self.looked = time.monotonic()
        self.is_busy = busy_share(before, self.seen) > BUSY_SHARE


def busy_share(before: Any, after: Any) -> float:
    """The share of all processors' time between two looks that went to programs which are not nice, 0 to 1."""
    spent = {name: getattr(after, name) - getattr(before, name) for name in before._fields}
    whole = sum(spent.values()) - spent.get("guest", 0) - spent.get("guest_nice", 0)  # counted as user and nice too
    return (spent["user"] + spent["system"]) / whole if whole > 0 else 0
