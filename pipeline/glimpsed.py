"""What a search finds on top of each column, for the answer to typing, which need not count.

Looking up all contacts that a common word finds takes as long as it is common, but such a word is met near the top of
each column. So beyond `MOST` found the columns are walked by rank, as far as a bound: only of a column that was walked
to its end is known how many there are. The whole answer, which follows when nobody types (`static/js/typeahead.js`),
counts.
"""

from typing import Any

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from base.sql import loaded
from pipeline import kept, searched
from pipeline.models import Column
from pipeline.searched import COLUMN, Found
from pipeline.selection import Selection

MOST = 500  # contacts that are looked up
LOOKED_AT = 1_400  # cards of a board that are walked along

IDS = "CASE WHEN %s THEN NULL ELSE ARRAY({hits}) END"
# Contacts are looked up one by one until there are enough: a join would begin with all that the word finds.
MET = f"""
CASE WHEN cardinality(hits.ids) <= {{most}} THEN {searched.HELD} ELSE ARRAY(
    SELECT hit.id
    FROM (SELECT contact_id, rank FROM pipeline_card WHERE column_id = col.id ORDER BY rank LIMIT (
        SELECT %s / count(*) FROM pipeline_column WHERE account_id = %s
    )) AS card CROSS JOIN LATERAL ({{hit}}) AS hit (id)
    ORDER BY card.rank LIMIT %s
) END
"""


def is_likely_common(selection: Selection) -> bool:
    """Return whether the selection should be met on a walk before it is looked up, though nothing is known of it."""
    return selection.is_beginning and not searched.is_in_large(selection)


def in_columns(selection: Selection, limit: int, expected: int) -> list[Found]:
    """Return what the selection, of which `expected` contacts are expected, has on top of each column."""
    if is_likely_common(selection):
        found = _found(selection, limit, is_walked=True)
        if all(column.total is not None or len(column.first) == limit for column in found):
            return found
    return _found(selection, limit, is_walked=expected > MOST)


def _found(selection: Selection, limit: int, *, is_walked: bool) -> list[Found]:
    hits, values = kept.statement(selection, ("glimpsed", MOST), _hits)
    hit, values_of_one = kept.statement(selection, "met", _met)
    account_id = selection.user.account_id
    statement = searched.FOUND.format(ids=IDS.format(hits=hits), most=MOST, first=MET.format(hit=hit, most=MOST))
    met = [LOOKED_AT, account_id, *values_of_one, limit]
    rows = kept.found(selection, statement, [is_walked, *values, limit, *met, account_id])
    searched.learn(account_id, sum(cards for _hits, cards, *_found in rows))
    bound = LOOKED_AT // max(len(rows), 1)
    found = []
    for number, cards, *row, total, mails, first in rows:
        if number is None or number > MOST:
            total = len(first) if cards <= bound and len(first) < limit else None
        found.append(Found(loaded(Column, COLUMN, row), total, mails, first))
    return found


def _hits(selection: Selection) -> QuerySet[Any]:
    return selection.contacts().order_by().values("pk")[: MOST + 1]


def _met(selection: Selection) -> QuerySet[Any]:
    of_card = RawSQL("contacts_contact.id = card.contact_id", [], output_field=BooleanField())
    return selection.contacts().filter(of_card).order_by().values("pk")[:1]
