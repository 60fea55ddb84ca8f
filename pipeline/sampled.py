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
SPARSE = 15 * MANY  # cards of a column for each card that a span is wider: its neighbours share pages
WIDEST = 4  # cards in a span, on average
LOOKED_AT = 16  # cards of a span, at most

# The ids of a column's contacts are cut into spans of one length, of some cards each, and spans are drawn at random.
# The share of drawn spans in which something is found cannot be misled by how ids lie: there are no more spans with
# something in them than contacts found. If no more than `MANY` were found, the number of drawn ones would follow about
# a Poisson distribution with the mean `chance`, and exceed the bound once in a million times.
FULL = f"""
WITH col AS MATERIALIZED (
    SELECT col.id, {tally.CARDS.format(column="col")} AS cards FROM pipeline_column AS col WHERE col.account_id = %s
), wide AS MATERIALIZED (
    SELECT id, least(greatest(cards / %s, 1), {WIDEST}) AS width, cards,
        least(%s / (SELECT sum(cards) FROM col), 1) AS of_cards
    FROM col WHERE cards > {MANY}
), share AS MATERIALIZED (
    SELECT id, cards / width AS spans, {MANY}.0 / (cards / width) AS few, 1 - (1 - of_cards) ^ width AS expected
    FROM wide
), size AS MATERIALIZED (
    SELECT share.id, spans, few, low, greatest((high - low) / spans, 1) AS length,
        (13 / expected + ((5 * sqrt(few) + 2 * sqrt(expected)) / (expected - few)) ^ 2)::int AS draws
    FROM share CROSS JOIN LATERAL (
        SELECT min(contact_id) AS low, max(contact_id) AS high FROM pipeline_card WHERE column_id = share.id
    ) AS ids
    WHERE expected > 1.2 * few
), span AS MATERIALIZED (
    SELECT id, draw, low + floor(random() * spans)::bigint * length AS first, length, draws * few AS chance
    FROM size CROSS JOIN LATERAL generate_series(1, draws) AS draw
    WHERE draws <= {MAX_DRAWS}
), card AS MATERIALIZED (
    SELECT span.id, draw, chance, contact_id FROM span CROSS JOIN LATERAL (
        SELECT contact_id FROM pipeline_card
        WHERE column_id = span.id AND contact_id >= first AND contact_id < first + length LIMIT {LOOKED_AT}
    ) AS one
), hit (id) AS MATERIALIZED ({{hits}})
SELECT card.id FROM card JOIN hit ON hit.id = contact_id
GROUP BY card.id, chance HAVING count(DISTINCT draw) > chance + 5 * sqrt(chance) + 5
"""


def full(selection: Selection, expected: int) -> list[int]:
    """Return ids of columns, if not of all, in which more than `MANY` are found; about `expected` are in the office."""
    hits, values = kept.statement(selection, "sampled", _drawn)
    with connection.cursor() as cursor:
        cursor.execute(FULL.format(hits=hits), [selection.user.account_id, SPARSE, float(expected), *values])
        return [column_id for (column_id,) in cursor.fetchall()]


def _drawn(selection: Selection) -> QuerySet[Any]:
    drawn = RawSQL("contacts_contact.id = ANY (ARRAY(SELECT contact_id FROM card))", [], output_field=BooleanField())
    return selection.contacts().filter(drawn).order_by().values("pk")
