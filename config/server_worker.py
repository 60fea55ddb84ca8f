"""A process of the web server. Told to stop, it says so to whoever watches, and takes requests a while longer.

A proxy that asks `/healthz` leaves it out meanwhile, so nobody is at its door when that is shut. A server that shuts
it at once resets whoever has connected and was not accepted yet, and no proxy may send such a request a second time:
it cannot know whether it was carried out.
"""

import os
import signal
from types import FrameType

from gunicorn.workers.gthread import ThreadWorker

from config.health import LEAVING

DRAIN = float(os.environ.get("WEB_DRAIN") or 0)  # seconds


class ServerWorker(ThreadWorker):
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The signal to stop: the door is shut after `WEB_DRAIN` seconds."""
        if LEAVING.requested:
            return
        LEAVING.requested = True
        if not DRAIN:
            super().handle_exit(sig, frame)
            return
        signal.signal(signal.SIGALRM, super().handle_exit)  # a thread cannot be started safely from here
        signal.setitimer(signal.ITIMER_REAL, DRAIN)
