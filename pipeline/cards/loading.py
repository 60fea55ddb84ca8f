"""Loading cards with contact and assignee, as the board shows them, by plain SQL in one statement."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accounts.models import Account, Role, User
from base.sql import all_rows, columns_of, listed, loaded, one_row
from contacts.models import Contact
from contacts.naming import Named
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
WHERE {{which}} AND card.account_id = %(account)s
  AND (%(sees_all)s OR contact.assignee_id IS NULL OR contact.assignee_id = %(user)s)
{{end}}
"""
SHOW = CARDS.format(which="card.contact_id = ANY(%(contacts)s)", more="", end="")
# Reads along whether a series concerns the contact, so that moving any other contact needs no query in the funnel, and
# what lies around the place it is to have. The caller has locked the columns, so that nothing there moves.
LOCK = CARDS.format(
    which="card.contact_id = %(contact)s",
    more=""",
    EXISTS (SELECT FROM funnel_enrolment WHERE contact_id = card.contact_id AND state <> 'ended'),
    EXISTS (SELECT FROM contacts_contact WHERE id = %(after)s AND account_id = %(account)s),
    (SELECT rank FROM pipeline_card WHERE contact_id = %(after)s AND column_id = %(column)s),
    (SELECT rank FROM pipeline_card
     WHERE column_id = %(column)s AND contact_id <> %(contact)s AND rank > coalesce((
         SELECT rank FROM pipeline_card WHERE contact_id = %(after)s AND column_id = %(column)s
     ), '')
     ORDER BY rank LIMIT 1)""",
    end="FOR UPDATE OF card",
)


# The columns a card shows of each: creating model objects would take as long as rendering.
SHOWN = (
    *(f"card.{name}" for name in ("contact_id", "column_id", "rank", "version")),
    "card.asked_again_at IS NOT NULL",
    "card.waits_since",
    "card.chosen_by",
    *(f"contact.{name}" for name in Named.__annotations__),
    *(f"contact.{name}" for name in ("due_on", "last_action_at", "action_counts", "assignee_id")),
    *(f"assignee.{name}" for name in ("first_name", "last_name", "email", "hue", "is_active")),
)
ON_BOARD = f"""
SELECT {", ".join(SHOWN)}
FROM unnest(%(columns)s::bigint[]) WITH ORDINALITY AS col (id, place)
CROSS JOIN LATERAL (SELECT * FROM pipeline_card WHERE column_id = col.id ORDER BY rank LIMIT %(limit)s) AS card
JOIN contacts_contact AS contact ON contact.id = card.contact_id
LEFT JOIN accounts_user AS assignee ON assignee.id = contact.assignee_id
ORDER BY col.place, card.rank
"""
FIRST_IDS = """
SELECT col.id, ARRAY(SELECT contact_id FROM pipeline_card WHERE column_id = col.id ORDER BY rank LIMIT %(limit)s)
FROM unnest(%(columns)s::bigint[]) AS col (id)
"""
BY_ID = f"""
SELECT {", ".join(SHOWN)}
FROM pipeline_card AS card
JOIN contacts_contact AS contact ON contact.id = card.contact_id
LEFT JOIN accounts_user AS assignee ON assignee.id = contact.assignee_id
WHERE card.contact_id = ANY(%(contacts)s) AND card.account_id = %(account)s
  AND (%(sees_all)s OR contact.assignee_id IS NULL OR contact.assignee_id = %(user)s)
"""


@dataclass(frozen=True, slots=True)
class ShownCard(Named):
    """A card as the board shows it: a row of `SHOWN`."""

    pk: int
    column_id: int
    rank: str
    version: int
    is_again: bool  # somebody who asked again waits
    waits_since: datetime | None  # for a first answer
    chosen_by: str  # why the product chose the assignee
    title: str
    first_name: str
    last_name: str
    company: str
    partner_title: str
    partner_first_name: str
    partner_last_name: str
    email: str
    phone: str
    due_on: date | None
    last_action_at: datetime | None
    action_counts: str  # JSON
    assignee_id: int | None
    who: tuple[str, str, str, int, bool]  # the assignee's first and last name, address, hue, and whether active

    @classmethod
    def of(cls, card: Card) -> "ShownCard":
        """Return the same for a card that was loaded as a model, with contact and assignee."""
        contact, user = card.contact, card.contact.assignee
        who = (
            (user.first_name, user.last_name, user.email, user.hue, user.is_active) if user else ("", "", "", 0, False)
        )
        return cls(
            pk=card.contact_id,
            column_id=card.column_id,
            rank=card.rank,
            version=card.version,
            is_again=card.asked_again_at is not None,
            waits_since=card.waits_since,
            chosen_by=card.chosen_by,
            **{name: getattr(contact, name) for name in Named.__annotations__},
            due_on=contact.due_on,
            last_action_at=contact.last_action_at,
            action_counts=json.dumps(contact.action_counts),
            assignee_id=contact.assignee_id,
            who=who,
        )


BESIDE_WHO = 20  # fields of a row before the assignee's


def shown_first(column_ids: Collection[int], limit: int) -> list[ShownCard]:
    """Return the first cards of each of these columns, in the order of the columns and their ranks."""
    return _shown(all_rows(ON_BOARD, {"columns": list(column_ids), "limit": limit}))


def first_ids(column_ids: Collection[int], limit: int) -> dict[int, list[int]]:
    """Return the ids of the first cards of each of these columns, from above."""
    return dict(all_rows(FIRST_IDS, {"columns": list(column_ids), "limit": limit}))


def shown(user: User, contact_ids: Collection[int]) -> dict[int, ShownCard]:
    """Return these cards by id, without those this user may not see."""
    return {card.pk: card for card in _shown(all_rows(BY_ID, _seen_by(user) | {"contacts": list(contact_ids)}))}


def _shown(rows: Iterable[tuple[Any, ...]]) -> list[ShownCard]:
    return [ShownCard(*row[:BESIDE_WHO], row[BESIDE_WHO:]) for row in rows]  # type: ignore[call-arg]


def load(user: User, contact_ids: Collection[int]) -> dict[int, Card]:
    """Return these cards by id, without those this user may not see."""
    cards = map(_card, all_rows(SHOW, _seen_by(user) | {"contacts": list(contact_ids)}))
    return {card.pk: card for card in cards}


def lock(user: User, contact_id: int, column_id: int | None = None, after_id: int | None = None) -> Card | None:
    """Lock the card until the commit and return it; None if this user may not see it.

    A statement about one card, since PostgreSQL keeps no plan for an array of unknown length.
    """
    place = {"contact": contact_id, "column": column_id, "after": after_id}
    row = one_row(LOCK, _seen_by(user) | place)
    if row is None:
        return None
    card = _card(row)
    card.has_series, *card.around = row[WIDTH:]
    return card


def _seen_by(user: User) -> dict[str, Any]:
    limited = user.role == Role.AGENT and user.account.agents_see == Account.Sight.OWN
    return {"account": user.account_id, "user": user.pk, "sees_all": not limited}


def _card(row: tuple[Any, ...]) -> Card:
    card = loaded(Card, CARD, row[: len(CARD)])
    contact = loaded(Contact, CONTACT, row[len(CARD) : PEOPLE])
    contact.action_counts = json.loads(contact.action_counts)
    if contact.assignee_id:
        contact.assignee = loaded(User, ASSIGNEE, row[PEOPLE:WIDTH])
    card.contact = contact
    return card
