"""Pages of rows sorted by a key that many of them share: a short walk along an index for each key, no sort of all."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import IntegerField, Q, QuerySet, Value

from base import keyset
from base.keyset import Place

Group = TypeVar("Group")


def onwards(groups: Sequence[tuple[int, Group]], descending: bool, place: Place | None) -> list[tuple[int, Group]]:
    """Return those of the groups, each with its key, that rows from the place on are in."""
    if place is None:
        return list(groups)
    rising = keyset.rises(descending, place)
    return [group for group in groups if group[0] == place.key or (group[0] > place.key) == rising]


def walk(
    rows: QuerySet[Any], groups: Sequence[tuple[int, Q]], *, descending: bool, place: Place | None, size: int
) -> QuerySet[Any]:
    """Return key and id of the rows from the place on, sorted by both, one more than a page of `size` has.

    `groups` are the keys with the condition for their rows.
    """
    rising = keyset.rises(descending, place)
    walks = [_walk(rows.filter(having), key, place, rising, size) for key, having in groups]
    if len(walks) == 1:
        return walks[0]
    sign = "" if rising else "-"
    return walks[0].union(*walks[1:], all=True).order_by(f"{sign}sort_key", f"{sign}pk")[: size + 1]


def _walk(rows: QuerySet[Any], key: int, place: Place | None, rising: bool, size: int) -> QuerySet[Any]:
    if place and place.key == key:
        rows = rows.filter(**{"pk__gt" if rising else "pk__lt": place.pk})
    keyed = rows.annotate(sort_key=Value(key, IntegerField())).order_by("pk" if rising else "-pk")
    return keyed.values_list("sort_key", "pk")[: size + 1]
