"""An open stream in another office, which hears whatever the statements of a request tell, rolled back or not."""

import re
from collections.abc import Iterable

from base.notices import CHANNEL
from live.hub import Hub, Request
from tests.offices import Office

NOTICE = re.compile(r"""\{"kind":"\w+","office":[^']*\}""")


class Overheard:
    def __init__(self, office: Office) -> None:
        self.got = b""
        self.heard = 0
        self.streams = Hub(0)
        administrator = office.people["administrator"]
        self.streams.open(self, Request(office.account.pk, administrator.pk, False, True, True, 0), 0)
        self.got = b""

    def write(self, data: bytes) -> None:
        self.got += data

    def end(self) -> None:
        self.got += b"the end"

    def hear(self, statements: Iterable[str]) -> str:
        """Return what the stream got of them."""
        for statement in statements:
            if CHANNEL in statement and "pg_notify" in statement:
                for text in NOTICE.findall(statement):
                    self.heard += 1
                    self.streams.hear(text, 0)
                    self.streams.flush(0)
        got, self.got = self.got, b""
        return got.decode()
