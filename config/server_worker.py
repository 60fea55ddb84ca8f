"""A worker process of the web server, whose offices take turns (see config/turns.py).

Asked to stop, it fails its health check but accepts requests a while longer.

A proxy that checks `/healthz` stops using it meanwhile, so that no connection is pending when the socket is closed. A
server that closes it at once resets pending connections, and no proxy may repeat such a request, because it cannot
know whether it was processed.
"""

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from selectors import EVENT_READ
from threading import get_ident
from types import FrameType
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from base.unavailable import IS_REFUSED
from config.health import LEAVING
from config.patience import Patient, is_whole, length
from config.turns import Sessions, Turn, Turns
from live.handover import HandedOver

DRAIN = float(os.environ.get("WEB_DRAIN") or 0)  # seconds
LOOK = 0.2  # seconds between two looks at lines that do not move


class Again:
    """Stands for a connection's parser, and yields the request that has been read already."""

    def __init__(self, connection: TConn, request: Any, turn: Turn | None) -> None:
        self.connection, self.request, self.turn = connection, request, turn
        self.parser = connection.parser
        connection.parser = self

    def __next__(self) -> Any:
        self.connection.parser = self.parser
        self.request.turn = self.turn
        return self.request


class ServerWorker(ThreadWorker):
    def init_process(self) -> None:
        self.turns, self.sessions = Turns(places=self.cfg.threads - 1), Sessions()
        super().init_process()

    def handle(self, conn: TConn) -> Any:
        """Read a request and process it, in a thread, which waits for neither head nor body for ever."""
        if conn.parser is None:
            conn.init = partial(_init, conn, conn.init)
        elif not isinstance(conn.parser, Again):
            conn.parser.unreader.sock.wait_for(0)
        return super().handle(conn)

    def handle_request(self, req: Any, conn: TConn) -> bool:
        """Process the request, in a thread, if it is here and its office has a place; else `finish_request` waits."""
        unreader = conn.parser.unreader
        if not vars(req).get("has_begun"):
            unreader.sock.wait_for(length(req.headers))
            req.has_begun = True
        if not is_whole(unreader, req.headers):
            Again(conn, req, None)
            return False
        turn = vars(req).pop("turn", None) or self.turns.ask(self.sessions.office(req.path, req.headers), _now())
        if turn.is_waiting:
            Again(conn, req, turn)
            return False
        refused = IS_REFUSED.set(turn.is_refused)
        try:
            turn.begin(partial(time.clock_gettime, time.pthread_getcpuclockid(get_ident())), _now())
            return bool(super().handle_request(req, conn)) and not unreader.sock.is_late
        except HandedOver:
            conn.sock.close()  # this process's copy alone: shutting it down would end it for the other process too
            return False
        finally:
            IS_REFUSED.reset(refused)
            self.turns.end(turn, _now())

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        """Go on with the connection after `handle_request`, in the main thread."""
        turn = conn.parser.turn if isinstance(conn.parser, Again) else None
        if isinstance(conn.parser, Again) and turn is None and conn.sock.fileno() >= 0:
            self._wait_for_more(conn)
        elif turn and turn.is_waiting:
            self.turns.stand(turn, conn)
        else:
            if turn:  # its connection failed before its request was processed
                self.turns.end(turn, _now())
            if conn.sock.fileno() < 0:  # handed over
                self.nr_conns -= 1
            else:
                super().finish_request(conn, fs)
        self.call_up()

    def _wait_for_more(self, conn: TConn) -> None:
        """Call a thread when more of the body is there, and close the connection when it has taken too long."""
        conn.sock.setblocking(False)
        conn.timeout = conn.parser.parser.unreader.sock.until
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def call_up(self) -> None:
        """Hand those whose turn it is to the threads."""
        for conn in self.turns.due(_now()):
            self.enqueue_req(conn)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        if not self.turns.in_line:
            super().wait_for_and_dispatch_events(timeout)
            return
        super().wait_for_and_dispatch_events(min(timeout, LOOK))
        self.call_up()

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


def _init(conn: TConn, init: Callable[[], None]) -> None:
    if not conn.initialized:
        init()
        conn.parser.unreader.sock = Patient(conn.sock)


def _now() -> float:
    return time.monotonic()
