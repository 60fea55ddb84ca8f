"""Mail servers for tests: one that accepts everything, and ones that fail in every way SMTP knows."""

import asyncio
import email
import email.policy
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Sink:
    """The received mails, and the behaviour: `answers` maps a phase to the answer instead of "250 OK"."""

    port: int = 0
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    stall: float = 0  # seconds before the answer to the final dot
    drops_after_dot: bool = False
    closes_after: int = 0  # mails on one connection, the last of them taken; 0: never
    keeps: bool = True
    takes_only: str = ""  # the one envelope sender that it takes
    senders: list[str] = field(default_factory=list)  # of the envelopes that arrived
    contents: list[bytes] = field(default_factory=list)
    accepted: Counter[Any] = field(default_factory=Counter)  # mails by connection
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def sent_to(self, address: str) -> list[EmailMessage]:
        return [mail for recipient, mail in self.mails if recipient == address]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        if self.takes_only and address != self.takes_only:
            return "553 5.1.8 sender not yours"
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.get("RCPT", "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        answer = self.answers.get("DATA", "250 OK")
        if answer.startswith("250") and self.keeps:
            mail = email.message_from_bytes(content, policy=email.policy.default)
            with self.lock:
                self.senders.append(str(envelope.mail_from))
                self.contents.append(content)
                self.mails += [(address, mail) for address in envelope.rcpt_tos]  # type: ignore[misc]
        if self.stall:
            await asyncio.sleep(self.stall)
        if self.drops_after_dot:
            server.transport.abort()
        self.accepted[session.peer] += 1
        if self.accepted[session.peer] == self.closes_after:
            asyncio.get_running_loop().call_later(0.01, server.transport.close)
        return answer


@contextmanager
def mail_server(port: int = 0, login: tuple[str, str] | None = None, **behaviour: Any) -> Iterator[Sink]:
    """A mail server on a free port, or on this one; with a `login` it accepts mails only after it.

    `tls_context` offers STARTTLS, `ssl_context` speaks TLS from the beginning.
    """
    with socket.create_server(("127.0.0.1", port)) as free:
        port = free.getsockname()[1]
    options = {name: behaviour.pop(name) for name in ("tls_context", "ssl_context") if name in behaviour}
    if login:
        options |= {"auth_required": True, "auth_require_tls": False, "authenticator": _only(*login)}
    sink = Sink(port=port, **behaviour)
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port, **options)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


def _only(user: str, password: str) -> Callable[..., AuthResult]:
    def judge(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword) -> AuthResult:
        return AuthResult(success=given == LoginPassword(user.encode(), password.encode()), handled=False)

    return judge
