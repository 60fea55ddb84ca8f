"""Inquiries that no user enters: by a form, a webhook or a mail.

A person who fills in „Kontakt anlegen“ is warned of duplicates and decides. Nobody can be asked here, so that
`contacts.identity` alone decides who is the same person.
"""

from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from accounts.models import Account, User
from base import notices
from contacts import actions, facts
from contacts.description import EDITED, FACTS
from contacts.kinds import Kind
from contacts.models import Contact
from pipeline import leads
from pipeline.cards import bulk, places
from pipeline.columns import verbs
from pipeline.imports import matching
from pipeline.imports.people import People
from pipeline.imports.rows import Row
from pipeline.models import Card, Column, Move


class TakenIn(NamedTuple):
    contact: Contact
    is_new: bool


@transaction.atomic
def take_in(
    *,
    account: Account,
    values: dict[str, Any],
    text: str = "",
    column_id: int | None = None,
    enrol: bool = False,
    now: datetime,
    actor: User | None = None,
) -> TakenIn:
    """Record an inquiry on the office's contact that is the same person, or on a new contact.

    A known contact moves to the top of its column; out of a lost column or the trash, to the top of `new`. Its fields
    are completed but never overwritten; a new number or address is added. It is not enrolled. A new contact goes to
    `column_id`, by default to `new`, and is enrolled in that column's series if `enrol` is set. If names contradict
    each other or several contacts match, a new contact is added, and `duplicates` shows them with each other.

    `values` are validated fields of `Contact`. Raises `NotUnderstood` for an unknown column. Each call adds an inquiry.
    """
    columns = verbs.lock_all_columns(account)  # an office's inquiries wait for each other: two at once are one contact
    row = Row(line=0, name="", facts={name: values[name] for name in FACTS if values.get(name)})
    contact = known = _known(account, row)
    with notices.as_one(notices.Kind.MOVED if known else notices.Kind.ARRIVED):
        if contact is None:
            contact = leads.add(now=now, account=account, actor=actor, values=values, column_id=column_id, enrol=enrol)
        else:
            _come_up(contact, columns, now)
            _complete(contact, row, now)
        actions.perform(contact=contact, kind=Kind.INQUIRY, actor=None, text=text, now=now)
    contact.refresh_from_db()
    return TakenIn(contact, known is None)


def _known(account: Account, row: Row) -> Contact | None:
    """Lock contact and card of this person and return the contact; None if there is none, or it was just erased."""
    people = People(account, with_consents=False)
    people.load([row])
    person = people.find(row, repeats=False).person
    if person is None:
        return None
    contact = Contact.objects.of(account).select_for_update(of=("self",), no_key=True).filter(pk=person.key).first()
    Card.objects.of(account).select_for_update(of=("self",)).filter(pk=person.key).first()
    return contact


def _come_up(contact: Contact, columns: list[Column], now: datetime) -> None:
    """Move the contact to the top of its column; out of a lost column or the trash, to the top of `new`."""
    first = next(column for column in columns if column.key == Column.Key.NEW)
    if contact.trashed_at is not None:
        leads.bring_back(contact, first, now)
        return
    cards = Card.objects.of(contact.account).filter(pk=contact.pk)
    card = cards.get()
    if next(column for column in columns if column.pk == card.column_id).is_lost:
        bulk.move_cards(cards, first, None, Move.Via.INQUIRY, now)
    elif Card.objects.of(contact.account).filter(column=card.column_id, rank__lt=card.rank).exists():
        cards.update(rank=places.top(card.column_id)[0])  # told with the inquiry


def _complete(contact: Contact, row: Row, now: datetime) -> None:
    """Fill in missing fields without overwriting any."""
    known = {name: getattr(contact, name) for name in FACTS}
    added = matching.filled(known, row.facts)
    if added := {name: value for name, value in added.items() if name in EDITED}:
        facts.write(contact, added, None, now)
