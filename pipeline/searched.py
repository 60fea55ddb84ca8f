"""What a search or a tag finds in each column, by one walk through what it finds in the office.

A condition on the contact's text cannot be asked along an index of cards: for each column it read all that is found in
the office again. Beyond `MOST` found the columns are walked one by one, since such a word soon fills a page.
"""

from typing import NamedTuple

from django.db import connection

from pipeline.selection import Selection

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
SELECT col.id, number.all_hits,
    (SELECT count(*) FROM (SELECT FROM found WHERE column_id = col.id) AS held),
    ARRAY(SELECT contact_id FROM found WHERE column_id = col.id ORDER BY rank LIMIT %s)
FROM number CROSS JOIN pipeline_column AS col WHERE col.account_id = %s
"""


class Found(NamedTuple):
    """What a column has of the selection."""

    total: int
    first: list[int]  # ids of its first cards


def in_columns(selection: Selection, limit: int) -> dict[int, Found] | None:
    """Return what the selection has in each column, by id, in one statement; None for more than `MOST` contacts."""
    hits = selection.contacts().order_by().values("pk")[: MOST + 1]
    statement, values = hits.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(FOUND.format(hits=statement), [*values, limit, selection.user.account_id])
        rows = cursor.fetchall()
    if any(number > MOST for _column, number, _total, _first in rows):
        return None
    return {column: Found(total, first) for column, _number, total, first in rows}
