"""Reading the trash: what is in it, who put it there, and how long it stays."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.db.models import F, QuerySet
from django.http import QueryDict

from accounts.models import User
from base import keyset
from contacts.models import Contact, sight
from pipeline.leads import TRASH_DAYS
from pipeline.models import TrashedCard
from pipeline.picked import named, unavailable

PAGE = 50  # rows
ORDER = keyset.Order(F("contact__trashed_at"), keyset.moment)


@dataclass(frozen=True)
class Item:
    """A contact in the trash."""

    card: TrashedCard
    days_left: int


@dataclass(frozen=True)
class Shelf:
    """A page of the trash, the newest first."""

    total: int
    items: list[Item]
    previous: str
    next: str


def load(user: User, query: QueryDict, now: datetime) -> Shelf:
    """Return the requested page of the trash, or the first page if that one is empty."""
    rows = _seen(user).select_related("contact", "column", "trashed_by")
    place = keyset.asked(query, ORDER)
    page = keyset.page(rows, ORDER, descending=True, place=place, size=PAGE)
    if place and not page.rows:
        page = keyset.page(rows, ORDER, descending=True, place=None, size=PAGE)
    items = [Item(card, _days_left(card, now)) for card in page.rows]
    previous, following = (
        f"?{side}={place}" if place else "" for side, place in (("before", page.previous), ("after", page.next))
    )
    return Shelf(rows.count(), items, previous, following)


def ids(user: User, data: QueryDict) -> set[int]:
    """Return the contacts named in the field `contact`. Raises `NotUnderstood` if one does not exist for this user."""
    wanted = named(data)
    if Contact.objects.of(user.account).filter(sight(user), pk__in=wanted).count() != len(wanted):
        raise unavailable()
    return wanted


def _seen(user: User) -> QuerySet[TrashedCard]:
    return TrashedCard.objects.of(user.account).filter(sight(user, "contact__"), contact__merged_into=None)


def _days_left(card: TrashedCard, now: datetime) -> int:
    """Return the days left, begun ones included: what is erased within the hour still has one."""
    left = cast(datetime, card.contact.trashed_at) + timedelta(days=TRASH_DAYS) - now
    return max(0, -(-left // timedelta(days=1)))
