"""Cards as HTML, by a stamp of their template (`base.stamps`)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from html import escape

from django.utils.translation import get_language

from base.dates import when_label
from base.stamps import stamp
from contacts import signs
from pipeline.cards.loading import ShownCard

DIFFERING = ("id", "name", "version", "acted", "circle", "bubbles", "due")
TEMPLATE = "pipeline/_card.html"


@dataclass(frozen=True)
class Scene:
    """What all cards of a page have in common. `now` is in the office's time zone."""

    now: datetime
    can_assign: bool
    language: str | None = field(default_factory=get_language)  # asking for it takes longer than filling in a card

    @property
    def today(self) -> date:
        return self.now.date()

    def values(self, card: ShownCard) -> dict[str, str]:
        """Return the HTML of what differs from card to card."""
        values = signs.values_of(card.pk, card.display_name)
        who = signs.who(*card.who) if card.assignee_id else None
        return values | {
            "version": str(card.version),
            "acted": escape(when_label(card.last_action_at, self.now)),
            "circle": signs.circle(values, who, self.can_assign, language=self.language),
            "bubbles": signs.bubbles(values, card.action_counts, named=False, language=self.language),
            "due": signs.due(values, card.due_on, self.today, language=self.language),
        }

    def card(self, card: ShownCard, key: str | None) -> str:
        """Return the card's HTML, in a column with this key."""
        return _card(key == "new", self.language) % self.values(card)

    def moved(self, card: ShownCard, key: str | None, after_id: int | None) -> str:
        """Return the HTML that puts the card in its place on a board that is open: below the card of `after_id`."""
        place = {"column": str(card.column_id), "after": "" if after_id is None else str(after_id)}
        return _moved(key == "new", self.language) % (self.values(card) | place)


@lru_cache
def _card(is_new: bool, language: str | None) -> str:
    return stamp(TEMPLATE, DIFFERING, is_new=is_new)


@lru_cache
def _moved(is_new: bool, language: str | None) -> str:
    return stamp(TEMPLATE, (*DIFFERING, "column", "after"), is_new=is_new, is_moved=True)
