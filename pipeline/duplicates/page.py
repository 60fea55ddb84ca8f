"""The pages of duplicates and of merges."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.http import QueryDict

from accounts.models import User
from base import keyset
from base.ids import is_id
from contacts import identity
from contacts.models import Contact
from pipeline.duplicates import undoing
from pipeline.duplicates.comparing import common
from pipeline.models import Duplicate, Merge

PAGE = 25  # rows


def _id(text: str) -> int:
    """Return the id; raises ValueError."""
    if not is_id(text):
        raise ValueError
    return int(text)


ORDER = keyset.Order(F("pk"), _id)


@dataclass(frozen=True)
class Pair:
    """Two contacts that are likely one person, and why."""

    duplicate: Duplicate
    reason: str

    @property
    def contacts(self) -> Sequence[Contact]:
        return self.duplicate.first, self.duplicate.second


@dataclass(frozen=True)
class Pairs:
    """A page of pairs, those found last first."""

    pairs: list[Pair]
    previous: str
    next: str


@dataclass(frozen=True)
class Line:
    """A merge, and what can be done about it."""

    merge: Merge
    merged: Contact | None
    can_undo: bool
    days: int  # that are left


@dataclass(frozen=True)
class Merges:
    """A page of the merges of the last thirty days, the newest first."""

    lines: list[Line]
    previous: str
    next: str


def load(user: User, query: QueryDict) -> Pairs:
    """Return the requested page. What the worker has not compared again yet is left out if it is no pair any more."""
    rows = Duplicate.objects.of(user.account).filter(dismissed_at=None, first__trashed_at=None, second__trashed_at=None)
    places = [f"{side}__{name}" for side in ("first", "second") for name in ("card__column", "assignee")]
    rows = rows.select_related(*places).defer("first__search", "second__search")
    page, previous, following = _page(rows, query)
    return Pairs([Pair(row, common(row.first, row.second)) for row in page if _is_one(row)], previous, following)


def merges(user: User, query: QueryDict, now: datetime) -> Merges:
    """Return the requested page of merges."""
    rows = Merge.objects.of(user.account).filter(at__gt=now - undoing.UNDO, into__trashed_at=None)
    page, previous, following = _page(rows.select_related("into", "by"), query)
    merged = Contact.objects.of(user.account).defer("search").in_bulk([row.merged_id for row in page])
    lines = [
        Line(row, merged.get(row.merged_id), undoing.can_undo(row, now), _days(row.at + undoing.UNDO - now))
        for row in page
    ]
    return Merges(lines, previous, following)


def _page(rows, query: QueryDict):  # type: ignore[no-untyped-def]
    place = keyset.asked(query, ORDER)
    page = keyset.page(rows, ORDER, descending=True, place=place, size=PAGE)
    if place and not page.rows:
        page = keyset.page(rows, ORDER, descending=True, place=None, size=PAGE)
    addresses = [f"?{side}={at}" if at else "" for side, at in (("before", page.previous), ("after", page.next))]
    return page.rows, *addresses


def _is_one(row: Duplicate) -> bool:
    people = [vars(row.first), vars(row.second)]
    at_one_place = bool(identity.places(people[0]) & identity.places(people[1]))
    return bool(identity.likely(*map(identity.record, people), at_one_place=at_one_place))


def _days(left: timedelta) -> int:
    return max(0, -(-left // timedelta(days=1)))
