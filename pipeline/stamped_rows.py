"""Rows of the list as HTML, by a stamp of their template (`base.stamps`); some are kept, as cards are (`stamped`)."""

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from functools import cached_property, lru_cache
from html import escape
from typing import Any

from base.dates import when_label
from base.stamps import stamp
from contacts import signs
from contacts.signs import Who
from pipeline.cards.stamped import MARKS, TICKING, Scene
from pipeline.listed import ListedContact

TEMPLATE = "pipeline/_row.html"
KEPT = 300  # rows
ALWAYS = ("id", "name", "status", "key", "tail", "acted", "bubbles", "due", "circle", "source", "created")
SOMETIMES = ("email", "address", "phone", "e164", "detail")  # what the row shows only if there is something


@dataclass(frozen=True)
class Rows:
    """What all rows of a page have in common. `tail` is the filter as the end of an address."""

    scene: Scene
    tail: str

    def row(self, contact: ListedContact) -> str:
        """Return the row's HTML."""
        scene = self.scene
        html = _kept(contact.shown, self.tail, scene.can_assign, scene.today, scene.now.tzinfo, scene.language)
        return scene.ticked(html, contact.card__waits_since)

    def rendered(self, contact: ListedContact) -> str:
        """Return it without looking whether it is known."""
        values, scene = self.values(contact), self.scene
        some = tuple([name for name in SOMETIMES if values[name]])
        who, marks = contact.who, (contact.column_key == "new", contact.card__waits_since is not None)
        form = _shared(marks, some, who, scene.can_assign, contact.due_on, scene.today, scene.language)
        return form % (MARKS | values)

    def values(self, contact: ListedContact) -> dict[str, str]:
        """Return the HTML of what differs from row to row, but for circle and due date."""
        now, values = self.scene.now, signs.values_of(contact.pk, contact.display_name)
        values["status"] = escape(contact.column_name)
        values["key"] = contact.column_key or ""
        values["tail"] = self._tail
        values["acted"] = escape(when_label(contact.last_action_at, now))
        values["bubbles"] = signs.bubbles(values, contact.counts, named=True, language=self.scene.language)
        values["source"] = escape(contact.source_label)
        values["created"] = escape(when_label(contact.created_at, now))
        values["email"] = escape(contact.email)
        values["address"] = signs.parted(contact.email)
        values["phone"] = escape(contact.phone)
        values["e164"] = escape(contact.phone_e164)
        values["detail"] = escape(contact.source_detail)
        return values

    @cached_property
    def _tail(self) -> str:
        return escape(self.tail)


@lru_cache(maxsize=KEPT)
def _kept(
    shown: tuple[Any, ...], tail: str, can_assign: bool, today: date, zone: tzinfo | None, language: str | None
) -> str:
    """Return the HTML of the row that shows these values, which does not depend on the time of the day."""
    rows = Rows(Scene(datetime.combine(today, time(), zone), can_assign, language), tail)
    return rows.rendered(ListedContact(shown))


@lru_cache(maxsize=300)
def _shared(
    marks: tuple[bool, bool],
    some: tuple[str, ...],
    who: Who | None,
    can_assign: bool,
    due_on: date | None,
    today: date,
    language: str | None,
) -> str:
    """Return the form of all rows with this assignee and due date, whose signs are in it already."""
    return signs.with_signs(_row(*marks, some, language), who, can_assign, due_on, today, language=language)


@lru_cache
def _row(is_new: bool, waits: bool, some: tuple[str, ...], language: str | None) -> str:
    return stamp(TEMPLATE, (*ALWAYS, *TICKING, *some), is_new=is_new, waits=waits)
