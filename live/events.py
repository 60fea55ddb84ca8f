"""What a notice of the database becomes for each reader: an event, or nothing. Pure: no Django, no sockets.

An event names only what its reader may see. It is encoded as the browser reads it (server-sent events).
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from base.notices import Kind, Notice, Seen

# What may change the list of marketing, which shows name, status, source and last action. Only some facts and actions
# do; a notice does not say which ones, since all other readers ask anew for whatever has changed.
LISTED = {
    *(Kind.MOVED, Kind.COLUMNS, Kind.ACTED, Kind.EDITED, Kind.IMPORTED),
    *(Kind.ARRIVED, Kind.TRASHED, Kind.RESTORED, Kind.ERASED),
}
GONE = "gone"  # the kind of an event that says no more than that contacts left the reader's sight


class Audience(NamedTuple):
    """Whom an event is for: readers of an office who see the same."""

    office: int
    limited_to: int | None  # the id of a user who sees only their own contacts and those of nobody; None: all
    works_contacts: bool = True  # False: marketing
    leads: bool = True

    def sees(self, assignee: int | None) -> bool:
        return self.limited_to is None or assignee is None or assignee == self.limited_to


class Event(NamedTuple):
    name: str
    data: dict[str, Any]

    def encoded(self, now: int) -> bytes:
        """Return it with the moment as its id: until then its reader has everything."""
        data = json.dumps(self.data, separators=(",", ":"), ensure_ascii=False)
        return f"id: {now}\nevent: {self.name}\ndata: {data}\n\n".encode()


RESYNC = Event("resync", {})  # something may have been missed
BEAT = Event("beat", {})  # a sign of life, or a page could not tell silence from a line that is dead


def read(payload: str) -> Notice:
    """Return the notice. Raises ValueError, TypeError or KeyError for what is none."""
    facts = json.loads(payload)
    contacts = facts.pop("contacts")
    return Notice(
        Kind(facts.pop("kind")),
        int(facts.pop("office")),
        None if contacts is None else tuple(Seen(*contact) for contact in contacts),
        frozenset(facts.pop("columns")),
        facts.pop("user"),
        tuple(facts.items()),
    )


def events(notice: Notice, audience: Audience, *, is_own: bool = False) -> Iterator[Event]:
    """Yield what these readers are told: nothing of other offices, nor of contacts that they do not see.

    Only whoever did it (`is_own`) learns from which tab: it would tell others how to hide a change from that tab.
    """
    if notice.office_id != audience.office or notice.kind in (Kind.ACCESS, Kind.HERE):
        return
    if notice.kind is Kind.INTAKE and not audience.leads:
        return
    if not audience.works_contacts:
        if notice.kind not in LISTED:
            return
        notice = _of_a_list(notice)
    contacts = notice.contacts or ()
    seen = [contact for contact in contacts if audience.sees(contact.after)]
    lost = [contact for contact in contacts if audience.sees(contact.before) and not audience.sees(contact.after)]
    sees_all = audience.limited_to is None or (notice.contacts is not None and len(seen) == len(contacts))
    columns = sorted(notice.columns) if sees_all else []  # or they would say where the others are
    if seen or not contacts:
        named = None if notice.contacts is None else [[contact.contact_id, contact.version] for contact in seen]
        origin = dict(notice.more).get("origin", "") if is_own else ""
        facts = {"kind": notice.kind, "contacts": named, "columns": columns, "user": notice.user, "origin": origin}
        yield Event("change", facts)
    if lost:
        yield Event(
            "change", {"kind": GONE, "contacts": [[contact.contact_id, None] for contact in lost], "columns": columns}
        )


def _of_a_list(notice: Notice) -> Notice:
    """Return it as whoever sees a list alone may know it: neither who did it, nor what became of a card or a story."""
    kind = Kind.EDITED if notice.kind is Kind.ACTED else notice.kind
    contacts = notice.contacts and tuple(contact._replace(version=None) for contact in notice.contacts)
    return notice._replace(kind=kind, contacts=contacts, user=None)
