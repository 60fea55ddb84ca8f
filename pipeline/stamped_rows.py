"""Rows of the list as HTML, by a stamp of their template (`base.stamps`)."""

import json
from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import escape
from django.utils.translation import get_language

from base.dates import when_label
from base.stamps import stamp
from contacts import signs
from contacts.models import Contact
from pipeline.cards.stamped import Scene

TEMPLATE = "pipeline/_row.html"
ALWAYS = ("id", "name", "status", "key", "tail", "acted", "bubbles", "due", "circle", "source", "created")
SOMETIMES = ("email", "phone", "e164", "detail")  # what the row shows only if there is something


@dataclass(frozen=True)
class Rows:
    """What all rows of a page have in common. `tail` is the filter as the end of an address."""

    scene: Scene
    tail: str

    def row(self, contact: Contact) -> str:
        """Return the row's HTML for a contact with its card, column and assignee."""
        some = {name: escape(value) for name, value in _sometimes(contact).items() if value}
        is_new = contact.card.column.key == "new"
        return _row(is_new, tuple(some), get_language()) % (self._values(contact) | some)

    def _values(self, contact: Contact) -> dict[str, str]:
        values, column, now = signs.values_of(contact.pk, contact.display_name), contact.card.column, self.scene.now
        counts = json.dumps(contact.action_counts)
        return values | {
            "status": escape(column.name),
            "key": column.key or "",
            "tail": escape(self.tail),
            "acted": escape(when_label(contact.last_action_at, now)),
            "bubbles": signs.bubbles(values, counts, named=True),
            "due": signs.due(values, contact.due_on, now.date()),
            "circle": signs.circle(values, signs.who_is(contact.assignee), self.scene.can_assign),
            "source": escape(contact.source_label),
            "created": escape(when_label(contact.created_at, now)),
        }


def _sometimes(contact: Contact) -> dict[str, str]:
    return {
        "email": contact.email,
        "phone": contact.phone,
        "e164": contact.phone_e164,
        "detail": contact.source_detail,
    }


@lru_cache
def _row(is_new: bool, some: tuple[str, ...], language: str | None) -> str:
    return stamp(TEMPLATE, (*ALWAYS, *some), is_new=is_new)
