"""How many contacts a selection has: everything is tallied, a filter counts up to a thousand."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Func, IntegerField, OuterRef, QuerySet
from django.db.models.expressions import Combinable, RawSQL

from pipeline import kept, searched
from pipeline.columns import tally
from pipeline.selection import MANY, Selection

# Contacts. The index of words gathers all it has of a beginning before it returns the first: for 88,000 contacts this
# took four times as long as looking at contacts until 1,001 had the word.
COMMON = 30_000
# Along an index of cards, column by column until there are enough.
COUNT = f"""
SELECT count(*) FROM (
    SELECT FROM pipeline_column AS col CROSS JOIN LATERAL ({{cards}}) AS card WHERE col.account_id = %s LIMIT {MANY + 1}
) AS found
"""


def found(selection: Selection) -> int:
    """Return the number of contacts in the selection; one more than `MANY` stands for any larger number of a filter."""
    if selection.is_everything:
        total = tally.in_office(selection.user.account_id)
        searched.learn(selection.user.account_id, total)
        return total
    if selection.q or (selection.tag and searched.expected(selection) <= searched.TAGGED):
        return len(hits(selection))
    cards, values = kept.statement(selection, "of a column", _of_column)
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(cards=cards), [*values, selection.user.account_id])
        return cursor.fetchone()[0]


def hits(selection: Selection) -> list[int]:
    """Return ids of contacts that a search or a tag finds: all of them, or one more than `MANY`."""
    if selection.q and searched.expected(selection) > COMMON:
        return [pk for (pk,) in kept.rows(selection, "first hits", _first_hits)]
    return _looked_up(selection, MANY + 1)


def few(selection: Selection, most: int) -> list[int] | None:
    """Return ids of contacts that a search finds, or None if these are more than `most`, as far as is known at once.

    Only of one word PostgreSQL knows well what to expect: two may be common, and never together.
    """
    expected = searched.expected(selection)
    if expected > COMMON or (expected > most and selection.is_one_word):
        return None
    ids = _looked_up(selection, most + 1)
    return ids if len(ids) <= most else None


def _looked_up(selection: Selection, most: int) -> list[int]:
    def hits(chosen: Selection) -> QuerySet[Any]:
        return chosen.contacts().order_by().values("pk")[:most]

    found, values = kept.statement(selection, ("counted", most), hits)
    account_id = selection.user.account_id
    ((ids, cards),) = kept.found(selection, f"SELECT ARRAY({found}), ({tally.SIZE})", [*values, account_id])
    searched.learn(account_id, cards)
    return ids


def _first_hits(selection: Selection) -> QuerySet[Any]:
    """Return hits in the order of their ids, so that PostgreSQL looks at contacts until there are enough."""
    return selection.contacts().order_by("pk").values("pk")[: MANY + 1]


def _of_column(selection: Selection) -> QuerySet[Any]:
    column = RawSQL("col.id", [], output_field=IntegerField())
    return selection.cards().filter(column=column).order_by().values("column")[: MANY + 1]


def of_each_column(selection: Selection, most: int | None = MANY + 1) -> Combinable:
    """Return what a query of columns is annotated with: the number of contacts of the selection in each.

    A filter counts `most` at most; None counts all.
    """
    if selection.is_everything:
        return RawSQL(tally.CARDS.format(column="pipeline_column"), [], output_field=IntegerField())
    # The value is one that each index of cards has, so that no row of a table is read.
    cards = selection.cards().filter(column=OuterRef("pk")).order_by().values("column")[:most]
    return Func(ArraySubquery(cards), function="cardinality", output_field=IntegerField())
