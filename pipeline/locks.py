"""Locking what a move needs: its two columns, then its card, with all that the answer shows.

Plain SQL, because every drop of every office pays for it: composing these two statements by the ORM took as much time
as all of PostgreSQL's work on a move.
"""

import json

from django.db import connection
from django.db.models import Model

from accounts.models import Account, Role, User
from contacts.models import Contact
from pipeline.board import ASSIGNEE_FIELDS, CONTACT_FIELDS
from pipeline.models import Card, Column


def _fields(model: type[Model], *names: str) -> list[str]:
    """The named columns of the table, by default all, in the model's order: `from_db` takes them in that order only."""
    fields = [field.attname for field in model._meta.concrete_fields]
    return [name for name in fields if not names or name in names]


def _listed(alias: str, names: list[str]) -> str:
    return ", ".join(f"{alias}.{name}" for name in names)


COLUMN = _fields(Column)
CARD = _fields(Card)
CONTACT = _fields(Contact, "id", "account_id", "assignee_id", *CONTACT_FIELDS)
ASSIGNEE = _fields(User, "id", "account_id", *ASSIGNEE_FIELDS)

LOCK_COLUMNS = f"""
SELECT {_listed("col", COLUMN)} FROM pipeline_column AS col
WHERE col.account_id = %(account)s AND (col.id = %(target)s OR col.id = (
    SELECT column_id FROM pipeline_card WHERE contact_id = %(contact)s AND account_id = %(account)s
))
ORDER BY col.id
FOR NO KEY UPDATE
"""
LOCK_CARD = f"""
SELECT {_listed("card", CARD)}, {_listed("contact", CONTACT)}, {_listed("assignee", ASSIGNEE)}
FROM pipeline_card AS card
JOIN contacts_contact AS contact ON contact.id = card.contact_id
LEFT JOIN accounts_user AS assignee ON assignee.id = contact.assignee_id
WHERE card.contact_id = %(contact)s AND card.account_id = %(account)s
  AND (%(sees_all)s OR contact.assignee_id IS NULL OR contact.assignee_id = %(user)s)
FOR UPDATE OF card
"""


def lock_columns(user: User, contact_id: int, target_id: int | None) -> dict[int, Column]:
    """The target and the card's present column, locked in the order of their ids."""
    with connection.cursor() as cursor:
        values = {"account": user.account_id, "target": target_id, "contact": contact_id}
        cursor.execute(LOCK_COLUMNS, values)
        columns = [Column.from_db(connection.alias, COLUMN, row) for row in cursor.fetchall()]
    return {column.pk: column for column in columns}


def lock_card(user: User, contact_id: int, columns: dict[int, Column]) -> Card | None:
    """The card, if it exists for this user, with its contact, assignee and (if locked) column."""
    limited = user.role == Role.AGENT and user.account.agents_see == Account.Sight.OWN
    with connection.cursor() as cursor:
        values = {"contact": contact_id, "account": user.account_id, "user": user.pk, "sees_all": not limited}
        cursor.execute(LOCK_CARD, values)
        row = cursor.fetchone()
    if row is None:
        return None
    card = Card.from_db(connection.alias, CARD, row[: len(CARD)])
    card.contact = _contact(row[len(CARD) :])
    if card.column_id in columns:
        card.column = columns[card.column_id]
    return card


def _contact(row: tuple) -> Contact:
    contact = Contact.from_db(connection.alias, CONTACT, row[: len(CONTACT)])
    contact.action_counts = json.loads(contact.action_counts)
    if contact.assignee_id:
        contact.assignee = User.from_db(connection.alias, ASSIGNEE, row[len(CONTACT) :])
    return contact
