"""What was told a short while ago, for readers who come back or whose page is older than their stream.

Pure; times are milliseconds of the epoch and given by the caller. It is bounded, and it knows where it ends: whoever
asks for more is told to ask anew for everything.
"""

from collections import OrderedDict, deque
from typing import NamedTuple

from base.notices import Notice

SPAN = 5 * 60_000  # milliseconds that are kept
OF_AN_OFFICE = 1000  # notices
OF_ALL = 4_000_000  # bytes of their payloads
SLACK = 2000  # milliseconds between a page's reading and its transaction, and between the clocks of two machines


class Told(NamedTuple):
    at: int
    size: int
    notice: Notice


class Past:
    def __init__(self, now: int) -> None:
        self.begin(now)

    def begin(self, now: int) -> None:
        """Forget everything: from now on, and only from now on, no notice is missed."""
        self.offices: OrderedDict[int, deque[Told]] = OrderedDict()
        self.known_from: dict[int, int] = {}  # where it is later than for all
        self.all_known_from = now
        self.size = 0

    def keep(self, notice: Notice, size: int, now: int) -> None:
        told = self.offices.setdefault(notice.office_id, deque())
        self.offices.move_to_end(notice.office_id)
        told.append(Told(now, size, notice))
        self.size += size
        while len(told) > OF_AN_OFFICE or told[0].at < now - SPAN:
            self._drop_first(notice.office_id)
        while self.size > OF_ALL:
            self._drop_first(next(iter(self.offices)))

    def since(self, office: int, moment: int, slack: int = SLACK) -> list[Notice] | None:
        """Return what the office was told since the moment, or slightly before; None if not all of it is known."""
        begin = moment - slack
        if begin < max(self.all_known_from, self.known_from.get(office, 0)):
            return None
        return [told.notice for told in self.offices.get(office, ()) if told.at >= begin]

    def _drop_first(self, office: int) -> None:
        told = self.offices[office]
        first = told.popleft()
        self.size -= first.size
        self.known_from[office] = first.at + 1
        if not told:
            del self.offices[office]
