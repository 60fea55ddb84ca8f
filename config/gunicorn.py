"""The web server's settings, in `make run` and in production (`gunicorn --config config/gunicorn.py`)."""

import ctypes
import gc
import math
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

CHECKOUT = str(Path(__file__).resolve().parent.parent)
if CHECKOUT not in sys.path:
    sys.path.insert(0, CHECKOUT)  # this file is read before gunicorn adds it

from django.core.management import call_command  # noqa: E402
from gunicorn.sock import close_sockets  # noqa: E402

from config.instance_lock import claim_shared  # noqa: E402
from config.own_worker import OwnWorker  # noqa: E402
from config.server_worker import DRAIN  # noqa: E402
from live.handover import leave  # noqa: E402

HOST = os.environ.get("HOST") or "127.0.0.1"
PORT = os.environ.get("PORT") or "8000"

wsgi_app = "config.wsgi:application"
# `make run` and systemd (LISTEN_FDS, which gunicorn reads itself) hand over a socket that is open already: whoever
# connects while the server restarts waits, and is not refused.
bind = [f"fd://{fd}" if (fd := os.environ.get("LISTEN_FD")) else f"{HOST}:{PORT}"]
worker_class = "config.server_worker.ServerWorker"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4")) + 1  # one office can hold all but one (config/turns.py)
preload_app = True
timeout = 60
GRACE = int(os.environ.get("WEB_GRACE", "20"))
graceful_timeout = GRACE + math.ceil(DRAIN)
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
limit_request_line = 8190  # bytes: a page without a stream names all contacts that it shows
loglevel = "warning"
logger_class = "config.server_log.ServerLog"
proc_name = "pipeline-web"
control_socket_disable = True
forwarded_allow_ips = ""  # config/proxies.py decides which proxies are trusted


worker = os.environ.get("WITH_WORKER") == "1" and OwnWorker()


def on_exit(server: Any) -> None:
    """Say goodbye to the streams: where there are several web servers, this one's network may go with it."""
    if DRAIN:
        leave()
    if worker:
        worker.wait(GRACE)


serving = claim_shared()  # held by this process and its workers, until the last of them ends
if serving is None:
    sys.exit("A restore is at work on this DATA_DIR.")


# mallopt(3) of glibc: the threads share what pages were made in, and keep 4 MB of it instead of more and more.
ARENA_MAX, MMAP_THRESHOLD, TRIM_THRESHOLD = -8, -3, -1
MALLOC = {ARENA_MAX: 1, MMAP_THRESHOLD: 4 * 1024 * 1024, TRIM_THRESHOLD: 4 * 1024 * 1024}


def when_ready(server: Any) -> None:
    """Freeze the loaded objects before the workers are forked, so that no later collection scans them."""
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):  # other C libraries have none
        for option, value in MALLOC.items():
            mallopt(option, value)
    gc.collect()
    gc.freeze()
    if worker:
        worker.start(partial(_work, server))


def _work(server: Any) -> None:
    close_sockets(server.LISTENERS, unlink=False)
    call_command("procrastinate", "worker", "--shutdown-graceful-timeout", str(GRACE))
