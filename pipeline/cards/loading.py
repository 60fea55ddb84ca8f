"""Loading cards with contact and assignee, as the board shows them, by plain SQL in one statement."""

import json
from collections.abc import Collection
from typing import Any

from django.db import connection

from accounts.models import Account, Role, User
from base.sql import all_rows, columns_of, listed
from contacts.models import Contact
from pipeline.models import Card

CARD = columns_of(Card)
CONTACT = columns_of(
    Contact,
    "id",
    "account_id",
    "title",
    "first_name",
    "last_name",
    "company",
    "partner_title",
    "partner_first_name",
    "partner_last_name",
    "email",
    "phone",
    "due_on",
    "assignee_id",
    "last_action_at",
    "action_counts",
)
ASSIGNEE = columns_of(User, "id", "account_id", "email", "first_name", "last_name", "hue", "is_active")
PEOPLE = len(CARD) + len(CONTACT)  # where the assignee begins in a row
WIDTH = PEOPLE + len(ASSIGNEE)

CARDS = f"""
SELECT {listed("card", CARD)}, {listed("contact", CONTACT)}, {listed("assignee", ASSIGNEE)}{{more}}
FROM pipeline_card AS card
JOIN contacts_contact AS contact ON contact.id = card.contact_id
LEFT JOIN accounts_user AS assignee ON assignee.id = contact.assignee_id
WHERE card.contact_id = ANY(%(contacts)s) AND card.account_id = %(account)s
  AND (%(sees_all)s OR contact.assignee_id IS NULL OR contact.assignee_id = %(user)s)
{{end}}
"""
SHOW = CARDS.format(more="", end="")
# Reads along whether a series concerns the contact, so that moving any other contact needs no query in the funnel.
LOCK = CARDS.format(
    more=", EXISTS (SELECT FROM funnel_enrolment WHERE contact_id = card.contact_id AND state <> 'ended')",
    end="ORDER BY card.contact_id FOR UPDATE OF card",
)


def load(user: User, contact_ids: Collection[int], *, lock: bool = False) -> dict[int, Card]:
    """Return these cards by id, without those this user may not see. `lock` locks them until the commit."""
    limited = user.role == Role.AGENT and user.account.agents_see == Account.Sight.OWN
    values = {
        "contacts": list(contact_ids),
        "account": user.account_id,
        "user": user.pk,
        "sees_all": not limited,
    }
    cards = map(_card, all_rows(LOCK if lock else SHOW, values))
    return {card.pk: card for card in cards}


def _card(row: tuple[Any, ...]) -> Card:
    card = Card.from_db(connection.alias, CARD, row[: len(CARD)])
    contact = Contact.from_db(connection.alias, CONTACT, row[len(CARD) : PEOPLE])
    contact.action_counts = json.loads(contact.action_counts)
    if contact.assignee_id:
        contact.assignee = User.from_db(connection.alias, ASSIGNEE, row[PEOPLE:WIDTH])
    card.contact = contact
    card.has_series = any(row[WIDTH:])
    return card
