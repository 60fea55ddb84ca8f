"""A worker process of the web server. Asked to stop, it fails its health check but accepts requests a while longer.

A proxy that checks `/healthz` stops using it meanwhile, so that no connection is pending when the socket is closed. A
server that closes it at once resets pending connections, and no proxy may repeat such a request, because it cannot
know whether it was processed.
"""

import os
import signal
from types import FrameType

from gunicorn.workers.gthread import ThreadWorker

from config.health import LEAVING

DRAIN = float(os.environ.get("WEB_DRAIN") or 0)  # seconds


class ServerWorker(ThreadWorker):
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Handle the signal to stop: close the socket after `WEB_DRAIN` seconds."""
        if LEAVING.requested:
            return
        LEAVING.requested = True
        if not DRAIN:
            super().handle_exit(sig, frame)
            return
        signal.signal(signal.SIGALRM, super().handle_exit)  # a thread cannot be started safely from here
        signal.setitimer(signal.ITIMER_REAL, DRAIN)
