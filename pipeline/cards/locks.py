"""Locking what a move needs: its two columns, then its card, with all that the answer shows.

Plain SQL, because every drop of every office pays for it: composing these two statements by the ORM took as much time
as all of PostgreSQL's work on a move.
"""

from django.db import connection

from accounts.models import User
from base.sql import all_rows, columns_of, listed
from pipeline.cards import loading
from pipeline.models import Card, Column

COLUMN = columns_of(Column)
LOCK_COLUMNS = f"""
SELECT {listed("col", COLUMN)} FROM pipeline_column AS col
WHERE col.account_id = %(account)s AND (col.id = %(target)s OR col.id = (
    SELECT column_id FROM pipeline_card WHERE contact_id = %(contact)s AND account_id = %(account)s
))
ORDER BY col.id
FOR NO KEY UPDATE
"""


def lock_move_columns(user: User, contact_id: int, target_id: int | None) -> dict[int, Column]:
    """The target and the card's present column, locked in the order of their ids."""
    values = {"account": user.account_id, "target": target_id, "contact": contact_id}
    columns = [Column.from_db(connection.alias, COLUMN, row) for row in all_rows(LOCK_COLUMNS, values)]
    return {column.pk: column for column in columns}


def lock_card(user: User, contact_id: int, columns: dict[int, Column]) -> Card | None:
    """The card, if it exists for this user, with its contact, assignee and (if locked) column."""
    card = loading.load(user, [contact_id], lock=True).get(contact_id)
    if card is not None and card.column_id in columns:
        card.column = columns[card.column_id]
    return card
