"""What a search or a tag finds in each column, by one walk through what it finds in the office.

A condition on the contact's text cannot be asked along an index of cards: for each column it read all that is found in
the office again. Beyond `MOST` found the columns are walked one by one, since such a word soon fills a page.

The statements are prepared: their plan is the same for each word, and planning one took as long as it took to run. Only
offices that were seen to be large are asked first what a word will find.
"""

import json
from dataclasses import replace
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from base.sql import columns_of, listed, loaded
from pipeline import kept
from pipeline.columns import tally
from pipeline.columns.counts import MAILS
from pipeline.models import Column
from pipeline.selection import MANY, Selection

COLUMN = columns_of(Column)
MOST = 30_000  # contacts that are looked up on the board at once
TAGGED = 3_000  # of a tag alone, since cards carry tags
SMALL = 5_000  # contacts of an office in which typing finds figures at once

# An array of ids is looked up in their order, so that a page of the index is read once for all ids on it; a join read
# three pages for each, or all cards. With more than MOST hits nothing is looked up.
FOUND = f"""
WITH hits AS MATERIALIZED (SELECT {{ids}} AS ids), held AS MATERIALIZED (
    SELECT column_id, count(*) AS cards, (array_agg(contact_id ORDER BY rank))[:%s] AS first
    FROM pipeline_card
    WHERE contact_id = ANY ((SELECT ids FROM hits WHERE cardinality(ids) <= {{most}})::bigint[])
    GROUP BY column_id
)
SELECT cardinality(hits.ids), {tally.CARDS.format(column="col")}, {listed("col", COLUMN)},
    coalesce(held.cards, 0), {MAILS.format(column="col")}, {{first}}
FROM hits CROSS JOIN pipeline_column AS col LEFT JOIN held ON held.column_id = col.id
WHERE col.account_id = %s
ORDER BY col.position
"""
HELD = "coalesce(held.first, ARRAY[]::bigint[])"

_sizes: dict[int, int] = {}  # how many contacts an office had when they were last counted


class Found(NamedTuple):
    """What a column has of the selection."""

    column: Column
    total: int | None  # None: not counted
    mails: int | None
    first: list[int]  # ids of its first cards


def most(selection: Selection) -> int:
    """Return up to how many contacts are better looked up than met on a walk through the columns."""
    return MOST if selection.q else TAGGED


def expected(selection: Selection) -> int:
    """Return how many contacts PostgreSQL expects the selection to have, by its statistics of words and tags.

    0 for an office that is not known to be large: there nothing depends on it.
    """
    if not is_in_large(selection):
        return 0
    hits, values = kept.statement(selection, "expected", _expected)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {hits}", values)
        (answer,) = cursor.fetchone()
    (plan,) = json.loads(answer) if isinstance(answer, str) else answer
    return int(plan["Plan"]["Plan Rows"])


def is_in_large(selection: Selection) -> bool:
    """Return whether its office is known to be large, so that it is asked first what to expect."""
    return _sizes.get(selection.user.account_id, 0) > MOST


def is_counted_at_once(selection: Selection) -> bool:
    """Return whether an answer to typing counts what it finds: unless its office is known not to be small."""
    return _sizes.get(selection.user.account_id, 0) <= SMALL


def learn(account_id: int, cards: int) -> None:
    """Remember how large the office is. It decides how a search is asked, never what it finds."""
    _sizes[account_id] = cards


def in_columns(selection: Selection, limit: int) -> list[Found] | None:
    """Return what the selection has in each column, in one statement; None for more than `MOST` contacts."""
    hits, values = kept.statement(selection, "hits", _hits)
    account_id = selection.user.account_id
    statement = FOUND.format(ids=f"ARRAY({hits})", most=MOST, first=HELD)
    rows = kept.found(selection, statement, [*values, limit, account_id])
    learn(account_id, sum(cards for _hits, cards, *_found in rows))
    if any(number > MOST for number, *_found in rows):
        return None
    return [
        Found(loaded(Column, COLUMN, row), min(total, MANY + 1), mails, first)
        for _number, _cards, *row, total, mails, first in rows
    ]


def _expected(selection: Selection) -> QuerySet[Any]:
    """Return its contacts without the condition that is implied by a tag: PostgreSQL counts it as a further one."""
    contacts = replace(selection, tag="").contacts().order_by().values("pk")
    return contacts.filter(tags__contains=[selection.tag]) if selection.tag else contacts


def _hits(selection: Selection) -> QuerySet[Any]:
    return selection.contacts().order_by().values("pk")[: MOST + 1]
