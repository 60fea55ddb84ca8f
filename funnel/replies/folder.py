"""An IMAP folder.

`imaps://` uses TLS from the start, `imap+tls://` switches to it before logging in (STARTTLS), and `imap://` is
unencrypted, for a server on the same machine. User, password and folder are percent-encoded. The default folder is
INBOX.
"""

import imaplib
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from urllib.parse import unquote, urlsplit

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from funnel.incoming.opened import MAX_BYTES

TIMEOUT = 20  # seconds for each answer
PORTS = {"imaps": 993, "imap+tls": 143, "imap": 143}  # by the scheme of the address


class InvalidImapUrl(Exception):
    """IMAP_URL is invalid. The message is one sentence that does not quote it."""


@dataclass(frozen=True)
class ImapUrl:
    """The parts of IMAP_URL. `name` identifies the folder and does not contain the password.

    `addresses` are those of the host, if they are known; it is not resolved once more.
    """

    scheme: str
    host: str
    port: int | None
    user: str
    password: str
    folder: str
    addresses: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        port = f":{self.port}" if self.port else ""
        return f"{self.user}@{self.host}{port}/{self.folder}"[:300]


def parse_url(url: str) -> ImapUrl:
    """Parse IMAP_URL. Raises InvalidImapUrl."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InvalidImapUrl("IMAP_URL is not a valid address.") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise InvalidImapUrl(f"IMAP_URL begins with none of {', '.join(PORTS)} (docs/operations.md, “Configure”).")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return ImapUrl(parts.scheme, parts.hostname, port, user, password, unquote(parts.path.lstrip("/")) or "INBOX")


@dataclass(frozen=True)
class Limits:
    """How long a conversation with a foreign server lasts, and how many bytes it may send, whatever it does."""

    seconds: float
    most: int


class Line(imaplib.IMAP4):
    """A connection within limits, to an address of the host that is known already."""

    def __init__(self, where: ImapUrl, secure: ssl.SSLContext, limits: Limits | None) -> None:
        self.where, self.secure, self.limits = where, secure, limits
        self.sent = 0
        self.spare: socket.socket | None = None
        self.end: threading.Timer | None = None
        super().__init__(where.host, where.port or PORTS[where.scheme], TIMEOUT)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        line = self._connected(timeout)
        if self.limits is not None:
            self.spare = line.dup()  # stays what it is, whatever TLS makes of the line
            self.end = threading.Timer(self.limits.seconds, _cut, [self.spare])
            self.end.daemon = True
            self.end.start()
        return self.secure.wrap_socket(line, server_hostname=self.where.host) if self.where.scheme == "imaps" else line

    def _connected(self, timeout: float | None) -> socket.socket:
        *others, last = self.where.addresses or (self.where.host,)
        for address in others:
            with suppress(OSError):
                return socket.create_connection((address, self.port), timeout)
        return socket.create_connection((last, self.port), timeout)

    def read(self, size: int) -> bytes:
        self._count(size)
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._count(len(line))
        return line

    def shutdown(self) -> None:
        if self.end is not None and self.spare is not None:
            self.end.cancel()
            self.spare.close()
        super().shutdown()

    def _count(self, size: int) -> None:
        self.sent += size
        if self.limits is not None and self.sent > self.limits.most:
            raise self.abort("the server sends too much")


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()


class Client(IMAPClient):
    """IMAPClient on such a connection."""

    def __init__(self, where: ImapUrl, secure: ssl.SSLContext, limits: Limits | None) -> None:
        self.line = lambda: Line(where, secure, limits)
        is_tls = where.scheme == "imaps"
        super().__init__(where.host, where.port, ssl=is_tls, ssl_context=secure if is_tls else None, timeout=TIMEOUT)

    def _create_IMAP4(self) -> imaplib.IMAP4:
        return self.line()


class Folder:
    """A folder, opened for reading and flagging; within limits for reading only.

    Methods raise OSError and IMAPClientError.
    """

    def __init__(self, where: ImapUrl, limits: Limits | None = None) -> None:
        self.where, self.limits = where, limits

    def __enter__(self) -> "Folder":
        where = self.where
        secure = ssl.create_default_context()
        self.box = Client(where, secure, self.limits)
        try:
            if where.scheme == "imap+tls":
                self.box.starttls(secure)
            self.box.login(where.user, where.password)
            found = self.box.select_folder(where.folder, readonly=self.limits is not None)
        except BaseException:
            self._disconnect()
            raise
        self.validity, self.next_uid = int(found[b"UIDVALIDITY"]), int(found.get(b"UIDNEXT") or 0)
        self.next_uid = self.next_uid or max(self.box.search("ALL"), default=0) + 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Log out. Failures are ignored, because they do not concern what was read."""
        with suppress(OSError, IMAPClientError):
            self.box.logout()
        self._disconnect()

    def _disconnect(self) -> None:
        with suppress(OSError):
            self.box.shutdown()

    def uids_from(self, start: int) -> list[int]:
        """Return the UIDs from `start` on. Asked for UIDs above the last one, servers return the last one."""
        return sorted(uid for uid in self.box.search(["UID", f"{start}:*"]) if uid >= start)

    def unread(self) -> list[int]:
        """Return the UIDs of the mails without the flag Seen."""
        return sorted(self.box.search("UNSEEN"))

    def since(self, day: date) -> list[int]:
        """Return the UIDs of the mails received on or after `day`."""
        return sorted(self.box.search(["SINCE", day]))

    def fetch_beginning(self, uid: int, most: int = MAX_BYTES) -> bytes | None:
        """Return the first `most` bytes of a mail without marking it as read, or None if it is gone."""
        found = self.box.fetch([uid], [f"BODY.PEEK[]<0.{most}>"]).get(uid, {})
        return next((value for name, value in found.items() if name.startswith(b"BODY[]")), None)

    def fetch_whole(self, uid: int, most: int) -> bytes | None:
        """Return a whole mail, or None if it is gone or larger than `most` bytes."""
        size = int(self.box.fetch([uid], ["RFC822.SIZE"]).get(uid, {}).get(b"RFC822.SIZE", 0))
        if size > most:
            return None
        found: bytes | None = self.box.fetch([uid], ["BODY.PEEK[]"]).get(uid, {}).get(b"BODY[]")
        return found

    def mark(self, uid: int, flag: bytes) -> None:
        """Flag a mail, for people who look into the folder. A server that refuses is ignored."""
        try:
            self.box.add_flags([uid], [flag], silent=True)
        except imaplib.IMAP4.abort:
            raise
        except IMAPClientError:
            return
