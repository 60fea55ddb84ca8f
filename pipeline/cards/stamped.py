"""Cards as HTML, by a stamp of their template (`base.stamps`).

The HTML of some cards is kept, since all colleagues see the same cards on top of their columns, and the same again
while they type. It is found by everything that it shows: whatever changes, of the card or of the day, is another card.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from functools import cached_property, lru_cache
from html import escape
from typing import Any

from django.utils.translation import get_language

from base.dates import when_label
from base.stamps import stamp
from contacts import signs, turns
from contacts.signs import Who
from pipeline.cards.loading import ShownCard
from pipeline.cards.waiting import UNKNOWN, Clock

DIFFERING = ("id", "name", "version", "acted", "circle", "bubbles", "due", "why")
# What differs of a card whose lead waits. In cards that are kept it stands as marks: no text of a database has any NUL.
TICKING = ("waiting", "late", "waited")
MARKS = {name: f"\0{name}\0" for name in TICKING}
TEMPLATE = "pipeline/_card.html"
KEPT = 500  # cards, each of 2.5 kB
Marks = tuple[bool, ...]  # whether the card is new, somebody asked again, waits, and the product chose who has it
LATE = ' data-clock="late"'


@dataclass(frozen=True)
class Scene:
    """What all cards of a page have in common. `now` is in the office's time zone."""

    now: datetime
    can_assign: bool
    language: str | None = field(default_factory=get_language)  # asking for it takes longer than filling in a card
    clock: Clock = field(default=UNKNOWN, compare=False)

    @cached_property
    def today(self) -> date:
        return self.now.date()

    def card(self, card: ShownCard, key: str | None) -> str:
        """Return the card's HTML, in a column with this key."""
        html = _kept(card, key, self.can_assign, self.today, self.now.tzinfo, self.language)
        return self.ticked(html, card.waits_since)

    def ticked(self, html: str, since: datetime | None) -> str:
        """Return the HTML of a card or row that was kept, with what has to be new in it."""
        for name, value in self.ticking(since).items() if since else ():
            html = html.replace(MARKS[name], value)
        return html

    def moved(self, card: ShownCard, key: str | None, after_id: int | None) -> str:
        """Return the HTML that puts the card in its place on a board that is open: below the card of `after_id`."""
        values = self.values(card) | (self.ticking(card.waits_since) if card.waits_since else {})
        values |= {"column": str(card.column_id), "after": "" if after_id is None else str(after_id)}
        return self._form(card, key, is_moved=True) % values

    def ticking(self, since: datetime) -> dict[str, str]:
        """Return what a card shows of how long its lead has waited, as HTML."""
        waited = self.clock.waited(since, self.now)
        return {"waiting": str(waited.minutes), "late": LATE if waited.is_late else "", "waited": escape(waited.label)}

    def _form(self, card: ShownCard, key: str | None, is_moved: bool) -> str:
        who = signs.who(*card.who) if card.assignee_id else None
        marks = key == "new", card.is_again, card.waits_since is not None, key == "new" and card.chosen_by != ""
        return _shared(marks, is_moved, who, self.can_assign, card.due_on, self.today, self.language)

    def values(self, card: ShownCard) -> dict[str, str]:
        """Return the HTML of what differs from card to card, but for circle and due date."""
        values = signs.values_of(card.pk, card.display_name)
        values["version"] = str(card.version)
        values["acted"] = escape(when_label(card.last_action_at, self.now))
        values["why"] = escape(turns.told(card.chosen_by))
        values["bubbles"] = signs.bubbles(values, card.action_counts, named=False, language=self.language)
        return values


@lru_cache(maxsize=KEPT)
def _kept(
    card: ShownCard, key: str | None, can_assign: bool, today: date, zone: tzinfo | None, language: str | None
) -> str:
    """Return the card's HTML, which does not depend on the time of the day."""
    scene = Scene(datetime.combine(today, time(), zone), can_assign, language)
    return scene._form(card, key, is_moved=False) % (MARKS | scene.values(card))


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
def _card(is_new: bool, is_again: bool, waits: bool, is_chosen: bool, language: str | None) -> str:
    flags: dict[str, Any] = {"is_new": is_new, "is_again": is_again, "waits": waits, "is_chosen": is_chosen}
    return stamp(TEMPLATE, (*DIFFERING, *TICKING), **flags)


@lru_cache
def _moved(is_new: bool, is_again: bool, waits: bool, is_chosen: bool, language: str | None) -> str:
    flags: dict[str, Any] = {"is_new": is_new, "is_again": is_again, "waits": waits, "is_chosen": is_chosen}
    return stamp(TEMPLATE, (*DIFFERING, *TICKING, "column", "after"), is_moved=True, **flags)
