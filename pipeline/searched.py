"""What a search or a tag finds in each column, by one walk through what it finds in the office.

A condition on the contact's text cannot be asked along an index of cards: for each column it read all that is found in
the office again. Beyond `MOST` found the columns are walked one by one, since such a word soon fills a page.
"""

import json
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from base.sql import columns_of, listed, loaded
from pipeline import kept
from pipeline.columns.counts import MAILS
from pipeline.models import Column
from pipeline.selection import MANY, Selection

COLUMN = columns_of(Column)
MOST = 30_000  # contacts that are looked up on the board at once

# `hits` has a limit, so PostgreSQL plans the join for few rows; with more than MOST it is not carried out.
FOUND = f"""
WITH hits (id) AS MATERIALIZED ({{hits}}),
number AS MATERIALIZED (SELECT count(*) AS all_hits FROM hits),
found AS MATERIALIZED (
    SELECT card.contact_id, card.column_id, card.rank
    FROM hits JOIN pipeline_card AS card ON card.contact_id = hits.id
    WHERE (SELECT all_hits FROM number) <= {MOST}
)
SELECT number.all_hits, {listed("col", COLUMN)},
    (SELECT count(*) FROM (SELECT FROM found WHERE column_id = col.id) AS held),
    {MAILS.format(column="col")},
    ARRAY(SELECT contact_id FROM found WHERE column_id = col.id ORDER BY rank LIMIT %s)
FROM number CROSS JOIN pipeline_column AS col WHERE col.account_id = %s
ORDER BY col.position
"""


class Found(NamedTuple):
    """What a column has of the selection."""

    column: Column
    total: int
    mails: int | None
    first: list[int]  # ids of its first cards


def expected(selection: Selection) -> int:
    """Return how many contacts PostgreSQL expects the selection to have, by its statistics of words and tags."""
    hits, values = kept.statement(selection, "expected", _all_hits)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {hits}", values)
        (answer,) = cursor.fetchone()
    (plan,) = json.loads(answer) if isinstance(answer, str) else answer
    return int(plan["Plan"]["Plan Rows"])


def in_columns(selection: Selection, limit: int) -> list[Found] | None:
    """Return what the selection has in each column, in one statement; None for more than `MOST` contacts."""
    hits, values = kept.statement(selection, "hits", _hits)
    with connection.cursor() as cursor:
        cursor.execute(FOUND.format(hits=hits), [*values, limit, selection.user.account_id])
        rows = cursor.fetchall()
    if any(number > MOST for number, *_found in rows):
        return None
    return [
        Found(loaded(Column, COLUMN, row), min(total, MANY + 1), mails, first)
        for _number, *row, total, mails, first in rows
    ]


def _all_hits(selection: Selection) -> QuerySet[Any]:
    return selection.contacts().order_by().values("pk")


def _hits(selection: Selection) -> QuerySet[Any]:
    return _all_hits(selection)[: MOST + 1]
