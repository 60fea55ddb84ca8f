"""The open streams, and what each is told when. Pure: lines are written to, and times given, by the caller.

Times are milliseconds of the epoch.
"""

import logging
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, Protocol, Self

from base.notices import Kind, Notice
from live.events import BEAT, RESYNC, Audience, Event, events, read
from live.past import Past
from live.presence import Changed, Presence

OF_A_USER, OF_ALL = 30, 2000  # streams
LIFE = 15 * 60_000  # milliseconds: then the ordinary view decides anew who may read what
SOON = 10_000  # the same, if a notice of changed rights may have been missed
WINDOW = 40  # between two tellings: a hundred writes to a hundred readers are work
PULSE = 20_000  # between two signs of life
PATIENCE = 30_000  # with a reader that takes nothing
BACKLOG = 50  # notices; after more, asking anew for everything is less work

log = logging.getLogger("pipeline.stream")


class Line(Protocol):
    """A connection. Writing never waits; what cannot leave at once is the connection's to keep."""

    def write(self, data: bytes) -> None: ...
    def end(self) -> None: ...


class Request(NamedTuple):
    """What the view says of a reader, and what the browser asked for."""

    office: int
    user: int
    is_limited: bool  # to their own contacts and those of nobody
    works_contacts: bool
    leads: bool
    at: int  # when the request began by which all this was decided, on the clock of this machine
    since: str = ""  # the moment until which the page has everything: when it was read, or of its last event
    server: str = ""  # which web server's connection it is

    @classmethod
    def of(cls, facts: dict[str, Any]) -> Self:
        """Return it. Raises TypeError for words of another version: they may limit a reader otherwise."""
        return cls(**facts | {"server": sys.intern(facts["server"])})


class Reader:
    """An open stream."""

    __slots__ = ("audience", "beat", "behind_since", "ends", "has_missed", "line", "server", "user")

    def __init__(self, line: Line, request: Request, now: int, ends: int) -> None:
        self.line = line
        self.user = request.user
        limited_to = request.user if request.is_limited else None
        self.audience = Audience(request.office, limited_to, request.works_contacts, request.leads)
        self.server = request.server
        self.ends = ends
        self.beat = now
        self.behind_since: int | None = None  # since when its connection takes nothing more
        self.has_missed = False

    def tell(self, data: bytes, now: int) -> None:
        """Write, unless the reader is behind: then they are told the newest state later, not a backlog."""
        if self.behind_since is not None:
            self.has_missed = True
            return
        self.beat = now
        self.line.write(data)


class Hub:
    def __init__(self, now: int, chance: Callable[[], float] = random.random) -> None:
        self.chance = chance
        self.past, self.presence = Past(now), Presence()
        self.readers: dict[int, set[Reader]] = {}  # of each office
        self.told_at: dict[int, int] = {}  # when its readers were told something
        self.held: dict[int, list[Notice]] = {}  # what they are told together, shortly

    def __iter__(self) -> Iterator[Reader]:
        """Yield all readers; some may be closed meanwhile."""
        return iter([reader for readers in self.readers.values() for reader in readers])

    def has_room(self, request: Request) -> bool:
        """Return whether one more stream of this user is not too many."""
        of_user = sum(reader.user == request.user for reader in self.readers.get(request.office, ()))
        return of_user < OF_A_USER and sum(map(len, self.readers.values())) < OF_ALL

    def open(self, line: Line, request: Request, now: int) -> Reader:
        """Greet a new reader, tell them what they missed, and return them."""
        reader = Reader(line, request, now, self._end(request, now))
        self.readers.setdefault(request.office, set()).add(reader)
        greeting = [Event("hello", {"user": request.user, "now": now}), *self._people(reader)]
        greeting += self._missed(reader, request)
        reader.tell(self._encoded(greeting, now), now)
        if reader.ends <= now:
            line.end()
        return reader

    def close(self, reader: Reader) -> None:
        """Forget a reader whose connection has ended."""
        office = reader.audience.office
        readers = self.readers.get(office, set())
        readers.discard(reader)
        if not readers:
            self.readers.pop(office, None)

    def end(self, server: str | None = None) -> None:
        """End the streams that go through this web server's connections, by default all."""
        for reader in self:
            if server in (None, reader.server):
                reader.line.end()

    def hear(self, payload: str, now: int) -> None:
        """Take in a notice of the database, and tell those whom it concerns."""
        try:
            notice = read(payload)
            places = self.presence.note(notice, now) if notice.kind == Kind.HERE else []
        except (ValueError, TypeError, KeyError, AttributeError):
            log.warning("a notice was not understood")
            return
        if notice.kind == Kind.HERE:
            self._tell_people(places, now)
            return
        self.past.keep(notice, len(payload), now)
        self._tell_people(self.presence.reassign(notice), now)
        if notice.kind == Kind.ACCESS:
            self._tell_people(self.presence.leave(notice.office_id, dict(notice.more).get("of")), now)
            for reader in list(self.readers.get(notice.office_id, ())):
                if _concerns(notice, reader.user):
                    reader.line.end()
        self._publish(notice, now)

    def flush(self, now: int) -> None:
        """Tell what is held back. To be called `WINDOW` after `hear` has left something there."""
        held, self.held = self.held, {}
        for office, notices in held.items():
            self._tell(office, notices, now)

    def resume(self, now: int) -> None:
        """Go on after notices may have been missed: everybody asks anew, and soon for their rights as well."""
        self.past.begin(now)
        for reader in self:
            reader.ends = min(reader.ends, self._soon(now))
            reader.tell(self._encoded([RESYNC], now), now)

    def fall_behind(self, reader: Reader, now: int) -> None:
        """Note that the connection takes nothing more for now."""
        reader.behind_since = now

    def catch_up(self, reader: Reader, now: int) -> None:
        """Note that the connection takes more again."""
        reader.behind_since = None
        if reader.has_missed:
            reader.has_missed = False
            reader.tell(self._encoded([RESYNC, *self._people(reader)], now), now)

    def tick(self, now: int) -> None:
        """Do what time brings: signs of life, and ends. To be called about once a second."""
        for reader in self:
            if reader.ends <= now or (reader.behind_since or now) < now - PATIENCE:
                reader.line.end()
            elif reader.beat <= now - PULSE and reader.behind_since is None:
                reader.tell(self._encoded([BEAT], now), now)
        self._tell_people(self.presence.forget(now), now)

    def _publish(self, notice: Notice, now: int) -> None:
        """Tell it at once after silence; under load with all that comes within `WINDOW`."""
        office = notice.office_id
        if now - self.told_at.get(office, 0) < WINDOW:
            self.held.setdefault(office, []).append(notice)
        else:
            self._tell(office, [notice], now)

    def _tell(self, office: int, notices: list[Notice], now: int) -> None:
        self.told_at[office] = now
        actors = {notice.user for notice in notices}
        encoded: dict[tuple[Audience, int | None], bytes] = {}
        for reader in list(self.readers.get(office, ())):
            same = reader.audience, reader.user if reader.user in actors else None
            if same not in encoded:
                encoded[same] = self._encoded(_events(notices, reader), now)
            if encoded[same]:
                reader.tell(encoded[same], now)

    def _tell_people(self, places: Changed, now: int) -> None:
        for place, company in dict(places).items():
            for reader in list(self.readers.get(place.office, ())):
                if event := self.presence.here(place, company, reader.audience):
                    reader.tell(self._encoded([event], now), now)

    def _people(self, reader: Reader) -> list[Event]:
        return self.presence.everywhere(reader.audience)

    def _missed(self, reader: Reader, request: Request) -> list[Event]:
        """Return what the reader has missed since the moment they name.

        With other rights than before they may see less of the page, or more, than any event would say.
        """
        moment = request.since
        if not moment:
            return []
        is_moment = moment.isascii() and moment.isdigit() and len(moment) < 16
        notices = self.past.since(request.office, int(moment)) if is_moment else None
        if notices is None or len(notices) > BACKLOG or _change_rights(notices, reader.user):
            return [RESYNC]
        return _events(notices, reader)

    def _end(self, request: Request, now: int) -> int:
        """Return when the stream ends: at once if the reader's rights have changed since the view looked at them.

        Soon if nobody knows: it was before LISTEN.
        """
        since = self.past.since(request.office, request.at, slack=0)
        if since is None:
            return self._soon(now)
        return now if _change_rights(since, request.user) else now + int(LIFE * (0.8 + 0.2 * self.chance()))

    def _soon(self, now: int) -> int:
        """Return when a stream ends that is to be decided anew, not at the same time as all others."""
        return now + int(SOON * (0.2 + 0.8 * self.chance()))

    def _encoded(self, found: Iterable[Event], now: int) -> bytes:
        return b"".join(event.encoded(now) for event in found)


def _events(notices: Iterable[Notice], reader: Reader) -> list[Event]:
    """Return what the reader is told of these."""
    return [event for notice in notices for event in events(notice, reader.audience, is_own=notice.user == reader.user)]


def _change_rights(notices: Iterable[Notice], user: int) -> bool:
    return any(notice.kind == Kind.ACCESS and _concerns(notice, user) for notice in notices)


def _concerns(notice: Notice, user: int) -> bool:
    """Return whether a notice of changed rights concerns the user: it names whom, or means the whole office."""
    return dict(notice.more).get("of") in (None, user)
