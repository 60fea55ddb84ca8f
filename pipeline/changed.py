"""What became of cards and rows that an open board or list shows, for the user and within the selection it shows."""

from collections.abc import Hashable
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from base.ids import is_id
from contacts.models import Change, sight
from pipeline import board, kept, listed
from pipeline.cards import loading
from pipeline.cards.loading import ShownCard
from pipeline.listed import ListedContact
from pipeline.models import Move
from pipeline.selection import MANY, Selection

# Cards of a column whose order is answered: twenty further pages. Only ids, so that a thousand take as long as fifteen
# and 3 kB more; loading a board anew with as many takes twenty questions and 1.3 MB.
DEEPEST = 1015
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


class Known(NamedTuple):
    """What an open list knows: since when, what it has heard of and does not show, and how many contacts it had.

    `number` is without those that left it since; None if the list does not know.
    """

    since: datetime
    met: list[int]
    number: int | None


class Entered(NamedTuple):
    """How many contacts a selection has that an open list does not show, and did not have when it was loaded.

    `are_new`: all of them were created since, rather than moved, assigned, restored ... into it.
    """

    number: int  # one more than `MANY` for any larger one
    are_new: bool


def entered(selection: Selection, known: Known, total: int) -> Entered:
    """Return what has entered the selection since a list was loaded.

    Whoever did it: the list does not show what another tab of the same browser has made either, and says of nobody that
    it was somebody else. Where not all could be heard of (many at once, or without a stream), the number of contacts
    says how many have entered at least.
    """
    since: dict[Hashable, Any] = {SINCE: known.since}
    new = len(kept.rows(selection, "arrived", _arrived, since))
    marks = kept.among(known.met) | since
    others = len(kept.rows(selection, "entered", _entered, marks, by_id=True)) if known.met else 0
    lacking = 0 if known.number is None or selection.exceeds(total) else total - known.number
    return Entered(min(max(new + others, lacking), MANY + 1), new >= lacking and not others)


def _arrived(selection: Selection) -> QuerySet[Any]:
    new = selection.contacts().filter(card__isnull=False, created_at__gte=SINCE)
    return new.order_by().values_list("pk")[: MANY + 1]


def _entered(selection: Selection) -> QuerySet[Any]:
    """Older contacts of which something has changed that the selection, or who sees them, depends on."""
    kinds = {Change.Kind.RESTORED}
    if selection.assignee or sight(selection.user):
        kinds |= {Change.Kind.ASSIGNED}
    if selection.due:
        kinds |= {Change.Kind.DUE, Change.Kind.IMPORTED}
    if selection.q or selection.source or selection.tag:
        kinds |= {Change.Kind.EDITED, Change.Kind.IMPORTED}
    account = selection.user.account
    just_now = {"contact": OuterRef("pk"), "at__gte": SINCE}
    ways = Q(Exists(Change.objects.of(account).filter(kind__in=sorted(kinds), **just_now)))
    if selection.status:
        ways |= Q(Exists(Move.objects.of(account).filter(**just_now)))
    found = selection.contacts().filter(kept.AMONG, ways, card__isnull=False, created_at__lt=SINCE)
    return found.order_by().values_list("pk")
