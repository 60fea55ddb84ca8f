"""The door for what comes in by itself: a form, a web hook, a mail. Who is the same person is said by `identity`.

A human who fills in „Kontakt anlegen“ is warned and decides; nobody is asked here, so that the rule is the verdict.
"""

from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from accounts.models import Account, User
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
    """Records a person's inquiry: on the one contact of the whole office that is the same person, else on a new one.

    A known contact comes to the top of its column, out of a lost one or the trash to the top of `new`; it keeps what is
    known of it, gets what was missing and a further number or address, and nothing enrols it. A new one begins in
    `column_id`, by default in `new`, and with `enrol` that column's mails begin. Where the names contradict each other,
    or several contacts may be meant, it is a new one, and `duplicates` shows them with each other. `values` are checked
    fields of `Contact`. Raises `NotUnderstood` for an unknown column. Each call adds an inquiry.
    """
    columns = verbs.lock_all_columns(account)  # an office's inquiries wait for each other: two at once are one contact
    row = Row(line=0, name="", facts={name: values[name] for name in FACTS if values.get(name)})
    contact = known = _known(account, row)
    if contact is None:
        given = {"account": account, "actor": actor, "values": values, "column_id": column_id, "enrol": enrol}
        contact = leads.add(now=now, **given)
    else:
        _come_up(contact, columns, now)
        _complete(contact, row, now)
    actions.perform(contact=contact, kind=Kind.INQUIRY, actor=None, text=text, now=now)
    contact.refresh_from_db()
    return TakenIn(contact, known is None)


def _known(account: Account, row: Row) -> Contact | None:
    """The one contact of the office that is this person, locked after its card; None if it has just been erased."""
    people = People(account, with_consents=False)
    people.load([row])
    person = people.find(row, repeats=False).person
    if person is None:
        return None
    Card.objects.of(account).select_for_update(of=("self",)).filter(pk=person.key).first()
    return Contact.objects.of(account).select_for_update(of=("self",), no_key=True).filter(pk=person.key).first()


def _come_up(contact: Contact, columns: list[Column], now: datetime) -> None:
    """To the top of its column; out of a lost one, or out of the trash, to the top of `new`."""
    first = next(column for column in columns if column.key == Column.Key.NEW)
    if contact.trashed_at is not None:
        leads.bring_back(contact, first, now)
        return
    cards = Card.objects.of(contact.account).filter(pk=contact.pk)
    card = cards.get()
    if next(column for column in columns if column.pk == card.column_id).is_lost:
        bulk.move_cards(cards, first, None, Move.Via.INQUIRY, now)
    elif Card.objects.of(contact.account).filter(column=card.column_id, rank__lt=card.rank).exists():
        cards.update(rank=places.top(card.column_id)[0])


def _complete(contact: Contact, row: Row, now: datetime) -> None:
    """Adds what was not known yet, and overwrites nothing."""
    known = {name: getattr(contact, name) for name in FACTS}
    added = matching.filled(known, row.facts)
    if added := {name: value for name, value in added.items() if name in EDITED}:
        facts.write(contact, added, None, now)
