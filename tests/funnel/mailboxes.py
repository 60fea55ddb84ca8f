"""A mail server's mailbox for the tests: as much of IMAP4rev1 (RFC 3501) as reading unread mails takes."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Mailbox(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, mails: list[bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.mails = mails
        self.seen: set[int] = set()

    @property
    def url(self) -> str:
        return f"imap://dan:se%20cret@127.0.0.1:{self.server_address[1]}/INBOX"


class Conversation(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self.say(b"* OK ready")
        for line in self.rfile:
            tag, _, command = line.strip().partition(b" ")
            self.answer(command)
            self.say(tag + b" OK done")
            if command.upper() == b"LOGOUT":
                return

    def answer(self, command: bytes) -> None:
        words = command.upper()
        if words == b"CAPABILITY":
            self.say(b"* CAPABILITY IMAP4rev1")
        elif words.startswith(b"SELECT"):
            self.say(b"* %d EXISTS" % len(self.server.mails))
        elif words.startswith(b"UID SEARCH"):
            unread = [n for n in range(1, len(self.server.mails) + 1) if n not in self.server.seen]
            self.say(b"* SEARCH " + b" ".join(b"%d" % number for number in unread))
        elif match := re.match(rb"UID FETCH (\d+)", words):
            mail = self.server.mails[int(match[1]) - 1]
            head = b"* %s FETCH (UID %s BODY[] {%d}\r\n" % (match[1], match[1], len(mail))
            self.wfile.write(head + mail + b")\r\n")
        elif match := re.match(rb"UID STORE (\d+) \+FLAGS \(\\SEEN\)", words):
            self.server.seen.add(int(match[1]))

    def say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


@contextmanager
def mailbox(mails: list[bytes]) -> Iterator[Mailbox]:
    """A server with these unread mails."""
    with Mailbox(mails) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
