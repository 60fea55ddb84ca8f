"""What became of cards and rows that an open board or list shows, for the user and within the selection it shows."""

from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from django.db.models import QuerySet

from base.ids import is_id
from pipeline import board, kept, listed
from pipeline.cards import loading
from pipeline.cards.loading import ShownCard
from pipeline.listed import ListedContact
from pipeline.selection import MANY, Selection

DEEPEST = 265  # cards of a column whose order is answered
MOST = 50  # cards or rows of one answer; for more a page is loaded anew
SINCE = datetime(1, 2, 1, tzinfo=UTC)  # a mark, see `kept`
LONGEST = timedelta(days=2)  # for which new contacts are counted: a page is loaded anew each day


def asked(text: str, most: int = MOST) -> list[int]:
    """Return the ids of a list with commas, at most so many as are answered. Whatever is no id is left out."""
    return list(dict.fromkeys(int(part) for part in text.split(",")[:most] if is_id(part)))


def moment(text: str, now: datetime) -> datetime:
    """Return the moment of a number of milliseconds since 1970, `LONGEST` ago at most; now if it is none, or later."""
    number = int(text) if is_id(text) else 0
    if not 0 < number < now.timestamp() * 1000:
        return now
    return max(datetime.fromtimestamp(number / 1000, UTC), now - LONGEST)


def depth(text: str) -> int:
    """Return how many cards of each column a board shows at most: the first ones, and whole pages of further ones."""
    further = min(int(text), DEEPEST) - board.FIRST if is_id(text) else 0
    return board.FIRST + board.PAGE * ceil(max(further, 0) / board.PAGE)


def cards(selection: Selection, contact_ids: list[int]) -> list[ShownCard]:
    """Return those of these cards that the selection finds, in two statements."""
    found = kept.rows(selection, "changed cards", _cards, kept.among(contact_ids), by_id=True)
    return list(loading.shown(selection.user, [pk for (pk,) in found]).values())


def _cards(selection: Selection) -> QuerySet[Any]:
    return selection.cards().filter(kept.AMONG).values_list("pk")


def rows(selection: Selection, contact_ids: list[int]) -> list[ListedContact]:
    """Return those of these contacts that the selection finds, with what a row shows, in one statement."""
    found = kept.rows(selection, "changed rows", _rows, kept.among(contact_ids), by_id=True)
    return [ListedContact(row) for row in found]


def _rows(selection: Selection) -> QuerySet[Any]:
    return listed.on_board(selection.contacts().filter(kept.AMONG)).values_list(*listed.SHOWN)


def arrived(selection: Selection, since: datetime) -> int:
    """Return how many contacts of the selection were created since then; one more than `MANY` for any larger number."""
    return len(kept.rows(selection, "arrived", _arrived, {SINCE: since}))


def _arrived(selection: Selection) -> QuerySet[Any]:
    new = selection.contacts().filter(card__isnull=False, created_at__gte=SINCE)
    return new.order_by().values_list("pk")[: MANY + 1]
