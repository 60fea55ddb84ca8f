"""A minimal reverse proxy with the rules of deploy/Caddyfile.

It checks the health of each web server, closes connections after a second of idling, and tries another server if a
connection is refused. A request that was partly sent is never repeated but answered with 502.
"""

import http.client
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

HEALTH, INTERVAL = "/healthz", 0.3  # seconds
IDLE = 1.0  # seconds; a stopping web server keeps idle connections for two
TRIES, PAUSE = 40, 0.25  # as lb_try_duration 10s
OURS = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


class Upstream:
    def __init__(self, port: int) -> None:
        self.port, self.is_in = port, True

    def ask_health(self) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=3)
        self.is_in = self._stays(line)

    def _stays(self, line: http.client.HTTPConnection) -> bool:
        try:
            line.request("GET", HEALTH)
            return line.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()


class Lines:
    """The connections of one client to the web servers."""

    def __init__(self) -> None:
        self.kept: dict[int, tuple[http.client.HTTPConnection, float]] = {}

    def take(self, upstream: Upstream) -> http.client.HTTPConnection:
        """Return an open connection. Raises ConnectionRefusedError."""
        line, last = self.kept.pop(upstream.port, (None, 0.0))
        if line and line.sock and time.monotonic() - last < IDLE:
            return line
        if line:
            line.close()
        line = http.client.HTTPConnection("127.0.0.1", upstream.port, timeout=60)
        line.connect()
        return line

    def keep(self, upstream: Upstream, line: http.client.HTTPConnection) -> None:
        self.kept[upstream.port] = (line, time.monotonic())


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: "Proxy"

    def setup(self) -> None:
        super().setup()
        self.lines = Lines()

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            self.forward(body)
        except (OSError, http.client.HTTPException) as fault:
            self.tell(502, [], f"{type(fault).__name__}: {fault}".encode())

    do_POST = do_GET

    def forward(self, body: bytes) -> None:
        upstream, line = self.server.connect(self.lines)
        line.request(self.command, self.path, body, dict(self.headers))
        answer = line.getresponse()
        data = answer.read()
        self.lines.keep(upstream, line)
        self.tell(answer.status, answer.getheaders(), data)

    def tell(self, status: int, headers: list[tuple[str, str]], data: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in OURS:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_words: object) -> None:
        pass


class Proxy(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *ports: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.port = int(self.server_address[1])
        self.upstreams = [Upstream(port) for port in ports]
        self.turns = count()
        self.ended = threading.Event()
        for work in (self.serve_forever, self.watch):
            threading.Thread(target=work, daemon=True).start()

    def watch(self) -> None:
        while not self.ended.wait(INTERVAL):
            for upstream in self.upstreams:
                upstream.ask_health()

    def connect(self, lines: Lines) -> tuple[Upstream, http.client.HTTPConnection]:
        for _ in range(TRIES):
            stays = [upstream for upstream in self.upstreams if upstream.is_in]
            for upstream in sorted(stays, key=lambda _one: next(self.turns) % 2):
                with suppress(ConnectionRefusedError):
                    return upstream, lines.take(upstream)
            time.sleep(PAUSE)
        raise ConnectionRefusedError("no web server is there")

    def close(self) -> None:
        self.ended.set()
        self.shutdown()
        self.server_close()
