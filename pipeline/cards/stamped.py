"""Cards as HTML, by a stamp of their template (`base.stamps`).

The HTML of some cards is kept, since all colleagues see the same cards on top of their columns, and the same again
while they type. It is found by everything that it shows: whatever changes, of the card or of the day, is another card.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from functools import cached_property, lru_cache
from html import escape

from django.utils.translation import get_language

from base.dates import when_label
from base.stamps import stamp
from contacts import signs
from contacts.signs import Who
from pipeline.cards.loading import ShownCard

DIFFERING = ("id", "name", "version", "acted", "circle", "bubbles", "due")
TEMPLATE = "pipeline/_card.html"
KEPT = 500  # cards, each of 2.5 kB
Marks = tuple[bool, bool]  # whether the card is new, and whether somebody asked again


@dataclass(frozen=True)
class Scene:
    """What all cards of a page have in common. `now` is in the office's time zone."""

    now: datetime
    can_assign: bool
    language: str | None = field(default_factory=get_language)  # asking for it takes longer than filling in a card

    @cached_property
    def today(self) -> date:
        return self.now.date()

    def card(self, card: ShownCard, key: str | None) -> str:
        """Return the card's HTML, in a column with this key."""
        return _kept(card, key, self.can_assign, self.today, self.now.tzinfo, self.language)

    def moved(self, card: ShownCard, key: str | None, after_id: int | None) -> str:
        """Return the HTML that puts the card in its place on a board that is open: below the card of `after_id`."""
        place = {"column": str(card.column_id), "after": "" if after_id is None else str(after_id)}
        return self._form(card, key, is_moved=True) % (self.values(card) | place)

    def _form(self, card: ShownCard, key: str | None, is_moved: bool) -> str:
        who = signs.who(*card.who) if card.assignee_id else None
        marks = key == "new", card.is_again
        return _shared(marks, is_moved, who, self.can_assign, card.due_on, self.today, self.language)

    def values(self, card: ShownCard) -> dict[str, str]:
        """Return the HTML of what differs from card to card, but for circle and due date."""
        values = signs.values_of(card.pk, card.display_name)
        values["version"] = str(card.version)
        values["acted"] = escape(when_label(card.last_action_at, self.now))
        values["bubbles"] = signs.bubbles(values, card.action_counts, named=False, language=self.language)
        return values


@lru_cache(maxsize=KEPT)
def _kept(
    card: ShownCard, key: str | None, can_assign: bool, today: date, zone: tzinfo | None, language: str | None
) -> str:
    """Return the card's HTML, which does not depend on the time of the day."""
    scene = Scene(datetime.combine(today, time(), zone), can_assign, language)
    return scene._form(card, key, is_moved=False) % scene.values(card)


@lru_cache(maxsize=300)
def _shared(
    marks: Marks,
    is_moved: bool,
    who: Who | None,
    can_assign: bool,
    due_on: date | None,
    today: date,
    language: str | None,
) -> str:
    """Return the form of all cards with this assignee and due date, whose signs are in it already."""
    form = _moved(*marks, language) if is_moved else _card(*marks, language)
    return signs.with_signs(form, who, can_assign, due_on, today, language=language)


@lru_cache
def _card(is_new: bool, is_again: bool, language: str | None) -> str:
    return stamp(TEMPLATE, DIFFERING, is_new=is_new, is_again=is_again)


@lru_cache
def _moved(is_new: bool, is_again: bool, language: str | None) -> str:
    return stamp(TEMPLATE, (*DIFFERING, "column", "after"), is_new=is_new, is_again=is_again, is_moved=True)
