"""Turns of the offices in a process of the web server: while one office waits, there is a thread for the others.

Each office has a number of places, one less than there are threads. Its further requests stand in line and hold no
thread. A line behind requests that all do nothing, since they wait for a lock, is dissolved: it is refused.
"""

import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import Error
from django.urls import reverse

from base.refusals import HOOKS, PROGRAMS
from base.sql import one_row

PATIENCE = 1.0  # seconds in a line that does not move
STIR = 0.002  # seconds of processor time in which more is done than waiting for an answer of PostgreSQL
NOBODY = 0  # whoever is not logged in stands in one line
MANY = 50_000  # sessions
# Plain SQL, because the web server loads this module before Django can load models.
OFFICE = """
SELECT login.account_id
FROM usersessions_usersession AS seen JOIN accounts_user AS login ON login.id = seen.user_id
WHERE seen.session_key = %(key)s
"""
# A key of another program counts for its office, too, and so does the unguessable address of a web hook.
OFFICE_OF_KEY = """
SELECT account_id FROM intake_apikey WHERE digest = %(key)s AND revoked_at IS NULL
UNION ALL SELECT account_id FROM intake_inlet WHERE token = %(key)s
"""


@dataclass(eq=False)
class Turn:
    """What a request has or waits for: the place of its office. `since`: when it began to do so."""

    office: int | None  # None: it needs no place
    since: float
    has_place: bool = True
    is_refused: bool = False
    worked: Callable[[], float] = float  # the processor time of its thread; it grows on the busiest machine
    seen: float = 0.0

    @property
    def is_waiting(self) -> bool:
        return not (self.has_place or self.is_refused)

    def begin(self, worked: Callable[[], float], now: float) -> None:
        self.worked, self.seen, self.since = worked, worked(), now

    def look(self, now: float) -> None:
        """Begin anew to count how long it has done nothing, if it has done something."""
        worked = self.worked()
        if worked - self.seen > STIR:
            self.seen, self.since = worked, now


@dataclass
class Office:
    at_work: list[Turn] = field(default_factory=list)
    line: deque[tuple[Turn, Any]] = field(default_factory=deque)
    has_waited: bool = False  # the last request that ended

    def is_stuck(self, now: float) -> bool:
        for turn in self.at_work:
            turn.look(now)
        return self.has_waited or all(now - turn.since > PATIENCE for turn in self.at_work)


class Turns:
    """Times are given by the caller. Safe to use from several threads."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.offices: dict[int, Office] = {}
        self.in_line: set[int] = set()  # offices
        self.lock = threading.Lock()

    def ask(self, office: int | None, now: float) -> Turn:
        """Return the turn of a new request: with a place, or to be put in line."""
        turn = Turn(office, now)
        if office is None:
            return turn
        with self.lock:
            its = self.offices.setdefault(office, Office())
            turn.has_place = not its.line and len(its.at_work) < self.places
            if turn.has_place:
                its.at_work.append(turn)
            return turn

    def end(self, turn: Turn, now: float) -> None:
        """Give the place back, if the turn has one."""
        if turn.office is None or not turn.has_place:
            return
        with self.lock:
            its = self.offices[turn.office]
            its.at_work.remove(turn)
            its.has_waited = now - turn.since > PATIENCE and turn.office in self.in_line

    def stand(self, turn: Turn, request: Any) -> None:
        """Put the request at the end of its line."""
        assert turn.office is not None
        with self.lock:
            self.offices[turn.office].line.append((turn, request))
            self.in_line.add(turn.office)

    def due(self, now: float) -> list[Any]:
        """Take the requests out of their lines that have got their place, or are refused, and return them."""
        if not self.in_line:
            return []
        with self.lock:
            found = [request for office in self.in_line for request in self._due(self.offices[office], now)]
            self.in_line = {office for office in self.in_line if self.offices[office].line}
            return found

    def _due(self, office: Office, now: float) -> Iterator[Any]:
        while office.line and len(office.at_work) < self.places:
            turn, request = office.line.popleft()
            turn.has_place, turn.since = True, now
            office.at_work.append(turn)
            yield request
        is_stuck = bool(office.line) and office.is_stuck(now)
        while is_stuck and office.line and now - office.line[0][0].since > PATIENCE:
            turn, request = office.line.popleft()
            turn.is_refused = True
            yield request


class Sessions:
    """The offices of the sessions seen by this process. Who may do what is decided elsewhere, with each request."""

    def __init__(self) -> None:
        self.offices: dict[str, int] = {}
        self.free = (reverse("healthz"), reverse("readyz"), settings.STATIC_URL)  # wait for nobody
        self.cookie = re.compile(rf"(?:^|;\s*){re.escape(settings.SESSION_COOKIE_NAME)}=([^;]+)")

    def office(self, path: str, headers: list[tuple[str, str]]) -> int | None:
        """Return the office that the request counts for, or None for one that counts for nobody."""
        if path.startswith(self.free):
            return None
        if path.startswith(PROGRAMS):
            given = next((value for name, value in headers if name == "AUTHORIZATION"), "").partition(" ")[2].strip()
            token = path.split("/")[2] if path.startswith(HOOKS) else given
            key = sha256(token.encode(errors="replace")).hexdigest()
            return self.offices.get(key) or self._look_up(key, OFFICE_OF_KEY)
        cookies = next((value for name, value in headers if name == "COOKIE"), "")
        found = self.cookie.search(cookies)
        if found is None:
            return NOBODY
        return self.offices.get(found[1]) or self._look_up(found[1], OFFICE)

    def _look_up(self, key: str, statement: str) -> int:
        try:
            row = one_row(statement, {"key": key})
        except (Error, ValueError):  # away; a key with a zero byte
            return NOBODY
        if row is None:
            return NOBODY
        if len(self.offices) >= MANY:
            self.offices.clear()
        office = self.offices[key] = int(row[0])
        return office
