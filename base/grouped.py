"""Pages of rows sorted by a key that many of them share: a short walk along an index for each key, no sort of all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import IntegerField, Q, QuerySet, Value

from base import keyset
from base.keyset import Page, Place


@dataclass(frozen=True)
class Row:
    """A row's key and id."""

    sort_key: int
    pk: int


def page(
    rows: QuerySet[Any], groups: Sequence[tuple[int, Q]], *, descending: bool, place: Place | None, size: int
) -> Page:
    """Return a page of the rows by (key, id), in one statement. `groups` are the ascending keys with their rows."""
    rising = keyset.rises(descending, place)
    if place:
        groups = [(key, having) for key, having in groups if key == place.key or (key > place.key) == rising]
    walks = [_walk(rows.filter(having), key, place, rising, size) for key, having in groups]
    if len(walks) > 1:
        sign = "" if rising else "-"
        walks = [walks[0].union(*walks[1:], all=True).order_by(f"{sign}sort_key", f"{sign}pk")[: size + 1]]
    return keyset.cut([Row(*row) for walk in walks for row in walk], place, size)


def _walk(rows: QuerySet[Any], key: int, place: Place | None, rising: bool, size: int) -> QuerySet[Any]:
    if place and place.key == key:
        rows = rows.filter(**{"pk__gt" if rising else "pk__lt": place.pk})
    keyed = rows.annotate(sort_key=Value(key, IntegerField())).order_by("pk" if rising else "-pk")
    return keyed.values_list("sort_key", "pk")[: size + 1]
