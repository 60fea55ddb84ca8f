"""The number of cards, from the tally that a trigger keeps (migration `0014_tally`)."""

from django.db.models import Sum

from base.sql import one_row
from pipeline.models import Column, Tally

# For 900,000 cards nine buffers for all heads, where counting the index on columns reads 800 a head.
CARDS = "(SELECT coalesce(sum(part.cards), 0)::int FROM pipeline_tally AS part WHERE part.column_id = {column}.id)"

# Of the office whose id is given.
SIZE = """
SELECT coalesce(sum(part.cards), 0)::int
FROM pipeline_column AS col JOIN pipeline_tally AS part ON part.column_id = col.id AND part.account_id = col.account_id
WHERE col.account_id = %s
"""


def in_column(column: Column) -> int:
    """Return the exact number of cards in a column, visible to the user or not."""
    return Tally.objects.of(column.account_id).filter(column=column).aggregate(cards=Sum("cards", default=0))["cards"]


def in_office(account_id: int) -> int:
    """Return the exact number of cards on the board."""
    row = one_row(SIZE, [account_id])
    return row[0] if row else 0
