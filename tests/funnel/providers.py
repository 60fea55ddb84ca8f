"""Mail providers for tests: an HTTP server that accepts mails, and fails in every way HTTP knows."""

import json
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from config import mail

SECRET = "hook:a long secret"
PROOF = {"Authorization": f"Basic {b64encode(SECRET.encode()).decode()}"}
URLS = {
    "mailgun": "mailgun://key:signing@",
    "mailjet": "mailjet://key:secret@",
    "postmark": "postmark://token@",
}
YES: dict[str, Any] = {  # as the providers' documentation has it
    "mailgun": {"id": "<one@krueger.example>", "message": "Queued. Thank you."},
    "mailjet": {
        "Messages": [{"Status": "success", "To": [{"Email": "dan@post.example", "MessageID": 456, "MessageUUID": "4"}]}]
    },
    "postmark": {
        "To": "dan@post.example",
        "SubmittedAt": "2026-11-23T09:10:00Z",
        "MessageID": "0a129aee-e1cd-480d-b08d-4f48548ff48d",
        "ErrorCode": 0,
        "Message": "OK",
    },
}


@dataclass
class Asked:
    """A received request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(self.body.decode()).items()}


class Provider(ThreadingHTTPServer):
    """`answer` is returned for each request; `drops` closes the line after reading one; `stall` delays it (seconds)."""

    daemon_threads = True

    def __init__(self, name: str, answer: tuple[int, Any] | None, drops: bool, stall: float) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.answer = answer or (200, YES[name])
        self.drops, self.stall = drops, stall
        self.asked: list[Asked] = []
        self.lines = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


class Conversation(BaseHTTPRequestHandler):
    server: Provider
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.server.lines += 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(Asked(self.path, dict(self.headers), body))
        time.sleep(self.server.stall)
        self.close_connection = self.server.drops
        if not self.server.drops:
            self.say(*self.server.answer)

    def say(self, status: int, answer: Any) -> None:
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", self.server.url)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""


@contextmanager
def provider(
    settings: Any, name: str, *, answer: tuple[int, Any] | None = None, drops: bool = False, stall: float = 0
) -> Iterator[Provider]:
    """The provider of this name, named by EMAIL_URL, on a free port."""
    with Provider(name, answer, drops, stall) as server:
        configure(settings, name, api=server.url)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def configure(settings: Any, name: str, *, api: str = "", stream: str = "", secret: str = SECRET) -> None:
    """Apply EMAIL_URL and WEBHOOK_SECRET."""
    url = f"{URLS[name]}?stream={stream}" if stream else URLS[name]
    for variable, value in mail.settings_of(url, secret=secret, timeout=settings.EMAIL_TIMEOUT).items():
        setattr(settings, variable, value)
    if api:
        settings.ANYMAIL = settings.ANYMAIL | {f"{name.upper()}_API_URL": api}
