"""Reading the list: a page of the selection in the requested order, in a fixed number of statements."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from base import grouped, keyset
from base.keyset import Order, Page, Place
from contacts.models import Contact, ContactQuerySet, Source
from pipeline import counting, glimpsed, kept, listed, searched
from pipeline.listed import ListedContact
from pipeline.models import Column
from pipeline.selection import Selection

PAGE = 50  # rows
SHORT = 25  # of an answer to typing (`board.SHORT`)
FEW = 500  # contacts that are sorted by themselves if a search finds no more
LABELS = {
    "name": _("Name"),
    "status": _("Status"),
    "action": _("Letzte Aktion"),
    "due": _("Fällig am"),
    "source": _("Quelle"),
    "created": _("Angelegt"),
}
FOR_MARKETING = ("name", "status", "action", "source")
NEWEST_FIRST = ("action", "created")  # descending at the first click on the head

ORDERS = {
    "name": Order("sort_name", keyset.text, nullable=True),
    "status": Order("card__column__position", int),  # in groups
    "action": Order("last_action_at", keyset.moment, nullable=True),
    "due": Order("due_on", keyset.day, nullable=True),
    "source": Order("source", int),  # in groups
    "created": Order("created_at", keyset.moment),
}
# What is sorted by where a status is filtered: an index of cards has both. At 300,000 contacts the newest of a status
# with old contacts took 152,000 buffers along the order of all contacts.
OF_STATUS = {"created": Order("card__created_at", keyset.moment)}


@dataclass(frozen=True)
class Sort:
    """A sort key with its direction, written "due" or "-due" in the address."""

    key: str
    descending: bool = False

    @classmethod
    def parse(cls, user: User, query: QueryDict, used: str = "") -> "Sort":
        """Return the order of the query, else the one `used` last, else the newest first (marketing: by name).

        Unknown keys are ignored.
        """
        for text in (query.get("sort", ""), used):
            key = text.removeprefix("-")
            if key in keys(user):
                return cls(key, text.startswith("-"))
        return cls("created", True) if user.works_contacts else cls("name")

    def __str__(self) -> str:
        return f"-{self.key}" if self.descending else self.key


@dataclass(frozen=True)
class Head:
    """A column's head with the address that sorts by it, or reverses the order if it is sorted by it."""

    key: str
    label: str
    state: str  # "ascending", "descending" or ""
    address: str


@dataclass(frozen=True)
class Listing:
    """A page of the list, with the addresses of other pages and orders."""

    sort: Sort
    total: int | None  # None: not counted yet, in an answer to typing
    contacts: list[ListedContact]
    previous: str
    next: str
    heads: dict[str, Head]
    is_short: bool  # whether it ends before the page does


def keys(user: User) -> tuple[str, ...]:
    """Return what this user may sort by: only what they see."""
    return tuple(ORDERS) if user.works_contacts else FOR_MARKETING


def choices(user: User) -> list[tuple[str, str]]:
    """Return all orders with their labels, for narrow windows, where the table has no head."""
    return [
        (str(Sort(key, descending)), f"{LABELS[key]} {'↓' if descending else '↑'}")
        for key in keys(user)
        for descending in (False, True)
    ]


def load(selection: Selection, query: QueryDict, used: str = "", size: int | None = None) -> Listing:
    """Return the requested page, of `size` rows if given. `used` is the order used last, for a query without one.

    A place after the end (because rows were deleted) shows the first page.
    """
    sort = Sort.parse(selection.user, query, used)
    order = ORDERS[sort.key]
    place = keyset.asked(query, order)
    size = size or PAGE
    is_typed = bool(selection.q) and size < PAGE and not searched.is_counted_at_once(selection)
    hits = _hits(selection, sort, is_typed)
    few = hits if hits is not None and len(hits) <= FEW else None
    page = _page(selection, sort, place, size, few)
    if place and not page.rows:
        page = _page(selection, sort, None, size, few)
    return Listing(
        sort=sort,
        total=_total(selection, page, is_typed) if hits is None else len(hits),
        contacts=page.rows,
        previous=_address(selection, sort, before=page.previous) if page.previous else "",
        next=_address(selection, sort, after=page.next) if page.next else "",
        heads={key: _head(selection, sort, key) for key in keys(selection.user)},
        is_short=size < PAGE and bool(page.next),
    )


def _hits(selection: Selection, sort: Sort, is_typed: bool) -> list[int] | None:
    if is_typed:
        return None if glimpsed.is_likely_common(selection) else counting.few(selection, FEW)
    return counting.hits(selection) if selection.q and sort.key not in GROUPS else None


def _total(selection: Selection, page: Page, is_typed: bool) -> int | None:
    if not page.previous and not page.next:
        return len(page.rows)
    return None if is_typed else counting.found(selection)


def _page(selection: Selection, sort: Sort, place: Place | None, size: int, few: list[int] | None) -> Page:
    """Return a page of the selection; of `few` contacts if these are all it has."""
    order = OF_STATUS.get(sort.key, ORDERS[sort.key]) if selection.status else ORDERS[sort.key]
    if sort.key in GROUPS:
        return _in_groups(selection, sort, place, size)
    marked, marks = _marked(place)

    def read(section: keyset.Section) -> list[ListedContact]:
        def walk(chosen: Selection) -> QuerySet[Any]:
            found = chosen.contacts() if few is None else _by_id(chosen)
            contacts = keyset.walk(listed.on_board(found), order, section, sort.descending, marked)
            return contacts.values_list(*listed.SHOWN, "sort_key")[: size + 1]

        key = ("list", size, sort, order.expression, section, marked, few is None)
        values = marks if few is None else marks | kept.among(few)
        return [ListedContact(row) for row in kept.rows(selection, key, walk, values, by_id=few is not None)]

    return keyset.pieced(read, order, descending=sort.descending, place=place, size=size)


def _in_groups(selection: Selection, sort: Sort, place: Place | None, size: int) -> Page:
    field, all_groups = GROUPS[sort.key](selection)
    groups = grouped.onwards(all_groups, sort.descending, place)
    if not groups:
        return Page([])
    marked, marks = _marked(place)
    keys = [(key, mark) for key, (mark, _value) in groups]

    def walk(chosen: Selection) -> QuerySet[Any]:
        contacts = chosen.contacts().filter(card__isnull=False)
        having = [(key, Q(**{field: mark})) for key, mark in keys]
        return grouped.walk(contacts, having, descending=sort.descending, place=marked, size=size)

    values = marks | dict(group for _key, group in groups)
    key_of = {pk: key for key, pk in kept.rows(selection, ("list", size, sort, *keys, marked), walk, values)}
    found = rows(selection, list(key_of))
    for row in found:
        row.sort_key = key_of[row.pk]
    return keyset.cut(found, place, size)


def _marked(place: Place | None) -> tuple[Place | None, dict[Hashable, Any]]:
    """Return the place with marks for its id and, unless that is one of few, its key; and what they stand for."""
    if place is None:
        return None, {}
    mark = MARKS.get(type(place.key))
    values = {PLACE: place.pk} | ({} if mark is None else {mark: place.key})
    return replace(place, key=place.key if mark is None else mark, pk=PLACE), values


# Marks, see `kept`.
PLACE, GROUP = (kept.FIRST_ID + number for number in (11, 20))
MARKS = {str: "\ue010", date: date(1, 2, 1), datetime: datetime(1, 2, 1, tzinfo=UTC)}

Groups = tuple[str, list[tuple[int, tuple[Hashable, Any]]]]  # a field, and for each key a mark with the field's value


def _by_status(selection: Selection) -> Groups:
    columns = kept.rows(selection, "columns", _columns, by_id=True)
    return "card__column", [(position, (GROUP + place, pk)) for place, (position, pk) in enumerate(columns)]


def _columns(selection: Selection) -> QuerySet[Any]:
    return Column.objects.of(selection.user.account).order_by("position").values_list("position", "pk")


def _by_source(selection: Selection) -> Groups:
    """Sort by the German labels, not by the stored values."""
    labelled = sorted(Source.choices, key=lambda choice: str(choice[1]))
    return "source", [(place, (value, value)) for place, (value, _label) in enumerate(labelled)]


GROUPS = {"status": _by_status, "source": _by_source}  # these orders have few keys, with many contacts each


def rows(selection: Selection, ids: list[int]) -> list[ListedContact]:
    """Return these contacts with what a row shows, in the order of the ids, in one statement."""

    def shown(chosen: Selection) -> QuerySet[Any]:
        return listed.on_board(_by_id(chosen)).values_list(*listed.SHOWN)

    read = kept.rows(selection, "rows", shown, kept.among(ids), by_id=True)
    found = {row.pk: row for row in map(ListedContact, read)}
    return [found[pk] for pk in ids if pk in found]


def _by_id(selection: Selection) -> ContactQuerySet:
    return Contact.objects.of(selection.user.account).filter(kept.AMONG)


def _head(selection: Selection, sort: Sort, key: str) -> Head:
    if sort.key != key:
        state, following = "", Sort(key, key in NEWEST_FIRST)
    else:
        state = "descending" if sort.descending else "ascending"
        following = Sort(key, not sort.descending)
    return Head(key, str(LABELS[key]), state, _address(selection, following))


def _address(selection: Selection, sort: Sort, **place: str) -> str:
    """Return the list's address with filter, order and place. Order and place are not shared with the board."""
    return "?" + "&".join(filter(None, (selection.query_string, urlencode({"sort": str(sort)} | place))))
