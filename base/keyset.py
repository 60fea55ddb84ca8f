"""Keyset pagination of long, sorted tables: each page begins after (or ends before) a row named in the query string.

Rows are sorted by (key, id), both in the same direction; rows without a key come last in either direction. The place
in the address is the key and the id of a row, so it stays valid if that row moves or is deleted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Combinable
from django.http import QueryDict
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from base.ids import is_id

MAX_LENGTH = 1200  # characters of a place in the address


Section = bool | None  # rows without a key (True), with one (False), or all (None)


@dataclass(frozen=True)
class Order:
    """What rows can be sorted by. `read` makes a key of its text in the address, or raises ValueError."""

    expression: str | Combinable
    read: Callable[[str], Any]
    nullable: bool = False


@dataclass(frozen=True)
class Place:
    """A row's key and id; the page begins after it, or ends before it."""

    key: Any
    pk: int
    is_before: bool = False


@dataclass(frozen=True)
class Page:
    """The rows in order, and the places of the adjacent pages ("" if there is none)."""

    rows: list[Any]
    previous: str = ""
    next: str = ""


def text(value: str) -> str:
    return value


def moment(value: str) -> datetime:
    """Return a point in time with its zone; raises ValueError."""
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError
    return found


day = date.fromisoformat


def asked(query: QueryDict, order: Order) -> Place | None:
    """Return the place named by `after` or `before`; None for the first page and for anything invalid."""
    for name in ("after", "before"):
        if name in query:
            return _parse(str(query[name]), order, is_before=name == "before")
    return None


def page(rows: QuerySet, order: Order, *, descending: bool, place: Place | None, size: int) -> Page:
    """Return the requested page: one statement, or two if it reaches the rows without a key."""
    read = lambda section: list(walk(rows, order, section, descending, place)[: size + 1])  # noqa: E731
    return pieced(read, order, descending=descending, place=place, size=size)


def pieced(
    read: Callable[[Section], list[Any]], order: Order, *, descending: bool, place: Place | None, size: int
) -> Page:
    """Return the requested page of rows that `read` returns in sections, each as `walk` does."""
    found: list[Any] = []
    for section in _sections(order, place, rises(descending, place)):
        if len(found) <= size:
            found += read(section)[: size + 1 - len(found)]
    return cut(found, place, size)


def walk(rows: QuerySet, order: Order, section: Section, descending: bool, place: Place | None) -> QuerySet:
    """Return the rows of a section from the place on, annotated with their `sort_key`."""
    key = order.expression if isinstance(order.expression, Combinable) else F(order.expression)
    return _section(rows.annotate(sort_key=key), section, place, rises(descending, place))


def rises(descending: bool, place: Place | None) -> bool:
    """Return whether rows are read from the lowest key upwards: a page before a place is read backwards."""
    return descending == (place is not None and place.is_before)


def cut(found: list[Any], place: Place | None, size: int) -> Page:
    """Return the page of rows as they were read from its place on; one too many says that there are more."""
    backwards = place is not None and place.is_before
    has_more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    before = found and (has_more if backwards else place is not None)
    behind = found and (backwards or has_more)
    return Page(found, _text(found[0]) if before else "", _text(found[-1]) if behind else "")


def _sections(order: Order, place: Place | None, rising: bool) -> list[Section]:
    """Return which rows are next, in this order."""
    if not order.nullable:
        return [False]
    if place is None:
        return [None] if rising else [False, True]
    if place.is_before:
        return [True, False] if place.key is None else [False]
    return [True] if place.key is None else [False, True]


def _section(rows: QuerySet, is_missing: Section, place: Place | None, rising: bool) -> QuerySet:
    side = "gt" if rising else "lt"
    sign = "" if rising else "-"
    beyond = Q()
    if is_missing is None:  # the index has rising keys in this very order
        return rows.order_by(F("sort_key").asc(nulls_last=True), "pk")
    if is_missing:
        rows = rows.filter(sort_key=None)
        if place and place.key is None:
            beyond = Q(**{f"pk__{side}": place.pk})
        return rows.filter(beyond).order_by(f"{sign}pk")
    rows = rows.filter(sort_key__isnull=False)
    if place and place.key is not None:
        # Said twice so that an index on (key, id) finds the place and the second part only sorts out its equals.
        beyond = Q(**{f"sort_key__{side}e": place.key}) & (
            Q(**{f"sort_key__{side}": place.key}) | Q(**{f"pk__{side}": place.pk})
        )
    return rows.filter(beyond).order_by(f"{sign}sort_key", f"{sign}pk")


def _text(row: Any) -> str:
    """Return a row's place for the address: its id, and its key in base64, since names hold every sign there is."""
    key = row.sort_key
    if key is None:
        return str(row.pk)
    written = key.isoformat() if isinstance(key, date | datetime) else str(key)
    return f"{row.pk}.{urlsafe_base64_encode(written.encode())}"


def _parse(written: str, order: Order, *, is_before: bool) -> Place | None:
    pk, dot, coded = written.partition(".")
    if len(written) > MAX_LENGTH or not is_id(pk):
        return None
    try:
        key = order.read(urlsafe_base64_decode(coded).decode()) if dot else None
    except ValueError:
        return None
    if (key is None and not order.nullable) or (isinstance(key, str) and "\x00" in key):
        return None
    return Place(key, int(pk), is_before)
