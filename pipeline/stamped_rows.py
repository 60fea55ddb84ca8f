"""Rows of the list as HTML, by a stamp of their template (`base.stamps`)."""

from dataclasses import dataclass
from functools import lru_cache
from html import escape

from base.dates import when_label
from base.stamps import stamp
from contacts import signs
from pipeline.cards.stamped import Scene
from pipeline.listed import ListedContact

TEMPLATE = "pipeline/_row.html"
ALWAYS = ("id", "name", "status", "key", "tail", "acted", "bubbles", "due", "circle", "source", "created")
SOMETIMES = ("email", "phone", "e164", "detail")  # what the row shows only if there is something


@dataclass(frozen=True)
class Rows:
    """What all rows of a page have in common. `tail` is the filter as the end of an address."""

    scene: Scene
    tail: str

    def row(self, contact: ListedContact) -> str:
        """Return the row's HTML."""
        some = {name: escape(value) for name, value in _sometimes(contact).items() if value}
        is_new = contact.column_key == "new"
        return _row(is_new, tuple(some), self.scene.language) % (self._values(contact) | some)

    def _values(self, contact: ListedContact) -> dict[str, str]:
        scene, now, language = self.scene, self.scene.now, self.scene.language
        values = signs.values_of(contact.pk, contact.display_name)
        return values | {
            "status": escape(contact.column_name),
            "key": contact.column_key or "",
            "tail": escape(self.tail),
            "acted": escape(when_label(contact.last_action_at, now)),
            "bubbles": signs.bubbles(values, contact.counts, named=True, language=language),
            "due": signs.due(values, contact.due_on, scene.today, language=language),
            "circle": signs.circle(values, contact.who, scene.can_assign, language=language),
            "source": escape(contact.source_label),
            "created": escape(when_label(contact.created_at, now)),
        }


def _sometimes(contact: ListedContact) -> dict[str, str]:
    return {
        "email": contact.email,
        "phone": contact.phone,
        "e164": contact.phone_e164,
        "detail": contact.source_detail,
    }


@lru_cache
def _row(is_new: bool, some: tuple[str, ...], language: str | None) -> str:
    return stamp(TEMPLATE, (*ALWAYS, *some), is_new=is_new)
