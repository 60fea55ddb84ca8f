"""Columns of which a random sample proves that a search finds more than `MANY` contacts in them.

Counting a thousand contacts that a word finds reads as many contacts as the word is rare, in each column: for one in
six 42,000 on a board of seven columns. A sample reads some hundred a column.
"""

from typing import Any

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from pipeline import kept
from pipeline.columns import tally
from pipeline.selection import MANY, Selection

MAX_DRAWS = 2_000  # of a column

# The ids of a column's contacts are cut into as many spans of one length as it has cards, and spans are drawn at
# random. The share of drawn spans in which something is found cannot be misled by how ids lie: there are no more
# spans with something in them than contacts found. If no more than `MANY` were found, the number of drawn ones
# would follow about a Poisson distribution with the mean `chance`, and exceed the bound once in a million times.
FULL = f"""
WITH col AS MATERIALIZED (
    SELECT col.id, {tally.CARDS.format(column="col")} AS cards FROM pipeline_column AS col WHERE col.account_id = %s
), share AS MATERIALIZED (
    SELECT id, cards, {MANY}.0 / cards AS few, %s / (SELECT sum(cards) FROM col) AS expected
    FROM col WHERE cards > {MANY}
), size AS MATERIALIZED (
    SELECT share.id, cards, few, low, greatest((high - low) / cards, 1) AS length,
        (13 / expected + ((5 * sqrt(few) + 2 * sqrt(expected)) / (expected - few)) ^ 2)::int AS draws
    FROM share CROSS JOIN LATERAL (
        SELECT min(contact_id) AS low, max(contact_id) AS high FROM pipeline_card WHERE column_id = share.id
    ) AS ids
    WHERE expected > 2 * few
), span AS MATERIALIZED (
    SELECT id, draw, low + floor(random() * cards)::bigint * length AS first, length, draws * few AS chance
    FROM size CROSS JOIN LATERAL generate_series(1, draws) AS draw
    WHERE draws <= {MAX_DRAWS}
), card AS MATERIALIZED (
    SELECT span.id, draw, chance, contact_id FROM span CROSS JOIN LATERAL (
        SELECT contact_id FROM pipeline_card
        WHERE column_id = span.id AND contact_id >= first AND contact_id < first + length LIMIT 8
    ) AS one
), hit (id) AS MATERIALIZED ({{hits}})
SELECT card.id FROM card JOIN hit ON hit.id = contact_id
GROUP BY card.id, chance HAVING count(DISTINCT draw) > chance + 5 * sqrt(chance) + 5
"""


def full(selection: Selection, expected: int) -> list[int]:
    """Return ids of columns, if not of all, in which more than `MANY` are found; about `expected` are in the office."""
    hits, values = kept.statement(selection, "sampled", _drawn)
    with connection.cursor() as cursor:
        cursor.execute(FULL.format(hits=hits), [selection.user.account_id, float(expected), *values])
        return [column_id for (column_id,) in cursor.fetchall()]


def _drawn(selection: Selection) -> QuerySet[Any]:
    drawn = RawSQL("contacts_contact.id = ANY (ARRAY(SELECT contact_id FROM card))", [], output_field=BooleanField())
    return selection.contacts().filter(drawn).order_by().values("pk")
