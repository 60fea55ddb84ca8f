"""What a transaction tells open pages: who changed what, by NOTIFY, which PostgreSQL delivers on commit only.

A notice carries ids, kinds and versions, never contents: what a page then fetches goes through the ordinary views.
Each verb that changes what somebody can see calls `tell` in its transaction, and only if it has changed something. A
verb that is made of others puts them into `as_one`.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Any, NamedTuple, Self

from base.sql import all_rows

CHANNEL = "live"
MOST_CONTACTS = 100  # that a notice names; more are "many"
MOST_BYTES = 7900  # of what PostgreSQL carries
# For a statement that tells by itself: what `payload` returns.
SEND = f"CASE WHEN %(notice)s::text IS NOT NULL THEN pg_notify('{CHANNEL}', %(notice)s::text) END"
ENCODER = json.JSONEncoder(separators=(",", ":"))
TAB = re.compile("[A-Za-z0-9]{1,32}")


class Kind(StrEnum):
    """What has changed. The outermost verb says it, so a contact that was "moved" may have other mails as well."""

    MOVED = "moved"  # into another column
    PLACED = "placed"  # within its column
    COLUMNS = "columns"  # inserted, renamed, shifted, deleted, or their switch for mails
    ASSIGNED = "assigned"
    DUE = "due"
    ACTED = "acted"  # an action added, planned, done, edited or removed
    EDITED = "edited"  # facts, consent, what bars mails
    ARRIVED = "arrived"
    TRASHED = "trashed"
    RESTORED = "restored"
    ERASED = "erased"
    MAILED = "mailed"  # whatever the funnel did about a contact
    SERIES = "series"  # series, steps, sender, free days, mails on or off
    INTAKE = "intake"  # what arrived by itself, or was decided of it
    IMPORTED = "imported"  # a step or the end of an import
    ACCESS = "access"  # who may see what: never forwarded, ends streams
    HERE = "here"  # who looks at what


class Seen(NamedTuple):
    """A contact with its assignee before and after: who may see it decides who is told."""

    contact_id: int
    before: int | None
    after: int | None
    version: int | None = None  # of its card, where the verb knows it

    @classmethod
    def kept(cls, contact_id: int, assignee_id: int | None, version: int | None = None) -> Self:
        """Return a contact whose assignee stayed the same."""
        return cls(contact_id, assignee_id, assignee_id, version)


class Notice(NamedTuple):
    """What one transaction tells the pages of one office."""

    kind: Kind
    office_id: int
    contacts: tuple[Seen, ...] | None = ()  # None: many
    columns: frozenset[int] = frozenset()
    user: int | None = None  # who did it; None: the worker, or somebody outside
    more: tuple[tuple[str, Any], ...] = ()

    def text(self) -> str:
        """Return it as JSON that PostgreSQL carries, with the tab the request came from."""
        facts = {
            "kind": self.kind,
            "office": self.office_id,
            "contacts": self.contacts,
            "columns": sorted(self.columns),
            "user": self.user,
            "origin": origin.get(),
        }
        text = ENCODER.encode(facts | dict(self.more))
        return text if len(text) <= MOST_BYTES or self.contacts is None else self._replace(contacts=None).text()


origin: ContextVar[str] = ContextVar("origin", default="")  # the tab that asked for the change; "": none
_gathered: ContextVar[list[Notice] | None] = ContextVar("gathered", default=None)
_is_quiet: ContextVar[bool] = ContextVar("is_quiet", default=False)


@contextmanager
def coming_from(tab: str) -> Iterator[None]:
    """Have what is told inside say which tab did it. Anything but the id of a tab is as none."""
    token = origin.set(tab if TAB.fullmatch(tab) else "")
    try:
        yield
    finally:
        origin.reset(token)


def tell(
    kind: Kind,
    office_id: int,
    contacts: Iterable[Seen] | None = (),
    columns: Iterable[int | None] = (),
    user: int | None = None,
    **more: Any,
) -> None:
    """Tell the office's open pages when the transaction commits. `contacts` None: many.

    `columns` are those whose heads changed, `user` is the id of who did it.
    """
    text = payload(kind, office_id, contacts, columns, user, **more)
    if text is not None:
        all_rows("SELECT pg_notify(%s, %s)", [CHANNEL, text])


def payload(
    kind: Kind,
    office_id: int,
    contacts: Iterable[Seen] | None = (),
    columns: Iterable[int | None] = (),
    user: int | None = None,
    **more: Any,
) -> str | None:
    """Return what `tell` sends, for a statement that sends it itself; None if it is not told, or with others."""
    if _is_quiet.get():
        return None
    seen = None if contacts is None else tuple(contacts)
    if seen is not None and len(seen) > MOST_CONTACTS:
        seen = None
    heads = frozenset(pk for pk in columns if pk is not None)
    notice = Notice(kind, office_id, seen, heads, user, tuple(more.items()))
    gathered = _gathered.get()
    if gathered is None:
        return notice.text()
    gathered.append(notice)
    return None


@contextmanager
def as_one(kind: Kind) -> Iterator[None]:
    """Tell all that is told inside as one notice of this kind for each office, at the end; nothing if nothing is."""
    gathered: list[Notice] = []
    token = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(token)
    for office_id in dict.fromkeys(notice.office_id for notice in gathered):
        merged = _merged(kind, [notice for notice in gathered if notice.office_id == office_id])
        tell(kind, office_id, merged.contacts, merged.columns, merged.user, **dict(merged.more))


@contextmanager
def quiet() -> Iterator[None]:
    """Tell nothing of what is told inside: the caller does."""
    token = _is_quiet.set(True)
    try:
        yield
    finally:
        _is_quiet.reset(token)


def is_quiet() -> bool:
    """Return whether nothing is told, so that nothing need be read for it."""
    return _is_quiet.get()


def _merged(kind: Kind, notices: list[Notice]) -> Notice:
    """Return all in one: of a contact that is in several, the first says whose it was, the last whose it is.

    Nobody saw one that arrived: whose it was while it was written is told to nobody.
    """
    seen: dict[int, Seen] = {}
    for contact in (contact for notice in notices for contact in notice.contacts or ()):
        known = seen.get(contact.contact_id, contact)
        version = known.version if contact.version is None else contact.version
        before = contact.after if kind is Kind.ARRIVED else known.before
        seen[contact.contact_id] = contact._replace(before=before, version=version)
    users = {notice.user for notice in notices} - {None}  # what follows by itself has none
    return Notice(
        kind,
        notices[0].office_id,
        None if any(notice.contacts is None for notice in notices) else tuple(seen.values()),
        frozenset().union(*(notice.columns for notice in notices)),
        users.pop() if len(users) == 1 else None,
        tuple(fact for notice in notices for fact in notice.more),
    )
