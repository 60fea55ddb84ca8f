"""Locking what a move needs: its two columns, then its card, loaded with all that the answer shows.

Plain SQL, because it is on the path of every drop: building these two statements with the ORM took as long as
PostgreSQL takes for the whole move.
"""

from collections.abc import Collection

from django.db import connection

from accounts.models import User
from base.sql import all_rows, columns_of, listed, loaded
from contacts.models import Contact
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
    """Lock the target and the card's present column in the order of their ids, and return them by id."""
    values = {"account": user.account_id, "target": target_id, "contact": contact_id}
    columns = [loaded(Column, COLUMN, row) for row in all_rows(LOCK_COLUMNS, values)]
    return {column.pk: column for column in columns}


def hold_contacts(account_id: int, contact_ids: Collection[int]) -> None:
    """Lock these contacts until the commit, before their cards: whoever changes a contact may have to lock its card."""
    contacts = Contact.objects.of(account_id).filter(pk__in=contact_ids).order_by("pk")
    list(contacts.select_for_update(no_key=True).values_list("pk", flat=True))


def carry_later() -> None:
    """Until `carry_now`, changes of contacts do not lock and change their cards. For who must lock columns only later.

    The name is that of the trigger in migration `0021_card_tags`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS pipeline_card_carries DEFERRED")


def carry_now() -> None:
    """Have cards carry what was changed on their contacts since `carry_later`."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS pipeline_card_carries IMMEDIATE")


def lock_card(
    user: User,
    contact_id: int,
    columns: dict[int, Column],
    column_id: int | None = None,
    after_id: int | None = None,
) -> Card | None:
    """Lock the card and return it with contact, assignee and, if it is among `columns`, column.

    For `places.gap` it knows what is around its place below `after_id` in the column. None if the user may not see it.
    """
    card = loading.lock(user, contact_id, column_id, after_id)
    if card is not None and card.column_id in columns:
        card.column = columns[card.column_id]
    return card
