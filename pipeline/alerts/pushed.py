"""A process of its own that hands pushes over to the vendors of browsers: `python -m pipeline.alerts.pushed`.

What encrypts and signs them loads so many libraries that neither the web server nor the worker is to have them: the
process begins when there is something to send, and ends with it. It reads JSON and writes JSON, and connects to the
addresses it is told, which were checked after their names were resolved (`base.outside`).
"""

import http.client
import json
import socket
import ssl
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from py_vapid import Vapid
from pywebpush import WebPushException, webpush

AT_ONCE = 10
SECONDS = 10  # for one
ANSWER = 500  # bytes that are read of an answer


class Answer(NamedTuple):
    """What the library wants to know of an answer, by its names."""

    status_code: int
    reason: str
    text: str
    headers: Any


class Line(http.client.HTTPSConnection):
    """A connection to one of the given addresses, which must prove to be the host."""

    def __init__(self, host: str, port: int, addresses: list[str]) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self.addresses, self.proof = addresses, ssl.create_default_context()

    def connect(self) -> None:
        fault: OSError = OSError("no address")
        for address in self.addresses:
            try:
                plain = socket.create_connection((address, self.port), SECONDS)
            except OSError as error:
                fault = error
            else:
                self.sock = self.proof.wrap_socket(plain, server_hostname=self.host)
                return
        raise fault


class Session:
    """Stands for the library's way to the network: no redirects, no proxies, no names that are resolved once more."""

    def __init__(self, addresses: list[str]) -> None:
        self.addresses = addresses

    def post(self, endpoint: str, *, data: bytes, headers: dict[str, str], timeout: float) -> Answer:
        parts = urlsplit(endpoint)
        line = Line(parts.hostname or "", parts.port or 443, self.addresses)
        try:
            where = parts.path + (f"?{parts.query}" if parts.query else "")
            line.request("POST", where, body=data, headers=dict(headers))
            answer = line.getresponse()
            text = answer.read(ANSWER).decode(errors="replace")
            return Answer(answer.status, answer.reason, text, answer.headers)
        finally:
            line.close()


def send(asked: dict[str, Any], one: dict[str, Any]) -> tuple[int, int, str]:
    """Send one; return its id, the status (0: no answer), and when the vendor wants to be asked again."""
    keys = {"p256dh": one["p256dh"], "auth": one["auth"]}
    session: Any = Session(one["addresses"])
    try:
        answer = webpush(
            {"endpoint": one["endpoint"], "keys": keys},
            asked["payload"],
            vapid_private_key=Vapid.from_string(asked["key"]),
            vapid_claims={"sub": asked["subject"]},
            ttl=asked["ttl"],
            timeout=SECONDS,
            headers={"Urgency": "high", "Topic": asked["topic"]},
            requests_session=session,
        )
    except WebPushException as fault:
        answer = fault.response
    except (OSError, http.client.HTTPException, ValueError):
        answer = None
    status = getattr(answer, "status_code", 0)
    return one["id"], status, (getattr(answer, "headers", None) or {}).get("Retry-After") or ""


def main() -> None:
    asked = json.load(sys.stdin)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        json.dump(list(pool.map(lambda one: send(asked, one), asked["to"])), sys.stdout)


if __name__ == "__main__":
    main()
