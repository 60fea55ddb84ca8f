"""A mailbox on a mail server for tests: the part of IMAP4rev1 (RFC 3501) needed to read mails."""

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Mailbox(socketserver.ThreadingTCPServer):
    """Mails by number, from 1 on; `seen` and `flagged` are the marked ones.

    The connection breaks over `broken` mails, and the server fails to return `refused` ones.
    """

    allow_reuse_address = True
    daemon_threads = True
    folder = b'"INBOX"'

    def __init__(self, mails: list[bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.mails: list[bytes | None] = list(mails)
        self.seen: set[int] = set()
        self.flagged: set[int] = set()
        self.broken: set[int] = set()
        self.refused: set[int] = set()
        self.validity = 1
        self.is_changeable = True  # as it was opened last
        self.fetched: list[int] = []
        self.tls: ssl.SSLContext | None = None  # if set, the password is accepted only after STARTTLS

    @property
    def url(self) -> str:
        return f"imap://dan:se%20cret@127.0.0.1:{self.server_address[1]}/INBOX"

    @property
    def numbers(self) -> list[int]:
        return [number for number, mail in enumerate(self.mails, start=1) if mail is not None]


class Conversation(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self.is_secret = False
        self.say(b"* OK ready")
        self.converse()

    def secured(self, tag: bytes, tls: ssl.SSLContext) -> None:
        self.say(tag + b" OK begin")
        self.connection = tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.is_secret = True
        self.converse()

    def converse(self) -> None:
        for line in self.rfile:
            tag, _, command = line.strip().partition(b" ")
            if command.upper() == b"STARTTLS" and self.server.tls:
                self.secured(tag, self.server.tls)
                return
            if (answer := self.answer(command)) is None:
                return
            self.say(tag + b" " + answer)
            if command.upper() == b"LOGOUT":
                return

    def answer(self, command: bytes) -> bytes | None:
        """Return the status line; None closes the connection."""
        words = command.upper()
        if words == b"CAPABILITY":
            self.say(b"* CAPABILITY IMAP4rev1" + (b" STARTTLS LOGINDISABLED" if self.is_open else b""))
        elif words.startswith(b"LOGIN ") and self.is_open:
            return b"NO not in the clear"
        elif words.startswith((b"SELECT", b"EXAMINE")):
            self.server.is_changeable = words.startswith(b"SELECT")
            if self.server.folder.upper() not in words:
                return b"NO no such folder"
            self.say(b"* %d EXISTS" % len(self.server.numbers))
            self.say(b"* OK [UIDVALIDITY %d] valid" % self.server.validity)
            self.say(b"* OK [UIDNEXT %d] next" % (len(self.server.mails) + 1))
        elif words.startswith(b"UID SEARCH"):
            self.say(b"* SEARCH " + b" ".join(b"%d" % number for number in self._found(words)))
        elif match := re.match(rb"UID FETCH (\d+) \(BODY\.PEEK\[\](?:<0\.(\d+)>)?\)", words):
            return self._fetch(int(match[1]), int(match[2] or 10**9))
        elif match := re.match(rb"UID STORE (\d+) \+FLAGS\.SILENT \((\\SEEN|\\FLAGGED)\)", words):
            (self.server.seen if match[2] == b"\\SEEN" else self.server.flagged).add(int(match[1]))
        elif words == b"LOGOUT":
            self.say(b"* BYE")
        return b"OK done"

    @property
    def is_open(self) -> bool:
        """Return whether the password would be sent in plain text."""
        return self.server.tls is not None and not self.is_secret

    def _found(self, words: bytes) -> list[int]:
        numbers = self.server.numbers
        if match := re.search(rb"UID (\d+):\*", words.removeprefix(b"UID ")):
            from_there = [number for number in numbers if number >= int(match[1])]
            return from_there or numbers[-1:]  # as servers do: "*" is the last mail
        if b"UNSEEN" in words:
            return [number for number in numbers if number not in self.server.seen]
        return numbers

    def _fetch(self, number: int, most: int) -> bytes | None:
        self.server.fetched.append(number)
        if number in self.server.broken:
            return None
        if number in self.server.refused:
            return b"NO [SERVERBUG] cannot read it"
        mail = self.server.mails[number - 1]
        if mail is None:
            return b"OK done"
        part = b"<0>" if most < 10**9 else b""
        head = b"* %d FETCH (UID %d BODY[]%s {%d}\r\n" % (number, number, part, len(mail[:most]))
        self.wfile.write(head + mail[:most] + b")\r\n")
        return b"OK done"

    def say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


@contextmanager
def mailbox(mails: list[bytes]) -> Iterator[Mailbox]:
    """Run a server with these unread mails."""
    with Mailbox(mails) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
