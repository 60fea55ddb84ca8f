"""Following up: an action together with the new status of the contact and its due date."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import transaction

from accounts.models import User
from base import notices
from base.notices import Kind
from contacts import actions, finding
from contacts.due import set_due
from contacts.models import Action, Contact
from pipeline.cards import moves
from pipeline.cards.locks import hold_contacts, lock_card, lock_move_columns
from pipeline.cards.moves import Moved
from pipeline.models import Move


@dataclass(frozen=True)
class FollowUp:
    """The result, as the answer shows it."""

    action: Action
    contact: Contact  # as it is afterwards
    moved: Moved | None  # None: the status stayed the same


@transaction.atomic
def follow_up(
    *,
    user: User,
    contact: Contact,
    kind: str,
    now: datetime,
    text: str = "",
    outcome: str = "",
    moment: datetime | None = None,
    is_planned: bool = False,
    key: UUID | None = None,
    due_on: date | None = None,
    column_id: int | None = None,
    version: int = 0,
) -> FollowUp:
    """Record the action (or plan it for `moment`), move the card on top of the column, and set the due date.

    All or nothing. `column_id` None keeps the status; `version` is the card's as the user saw it. `due_on` None keeps
    the due date; another date keeps its note. Locks columns, contact and card, in this order. Idempotent for the same
    `key`.

    Raises what `moves.move_card`, `actions.perform` and `actions.plan` raise.
    """
    with notices.as_one(Kind.ACTED if column_id is None else Kind.MOVED):
        moved = None if column_id is None else _move(user, contact, column_id, version, key, now)
        if is_planned:
            action = actions.plan(
                contact=contact, kind=kind, actor=user, planned_for=moment or now, now=now, text=text, key=key
            )
        else:
            action = actions.perform(
                contact=contact,
                kind=kind,
                actor=user,
                performed_at=moment,
                now=now,
                text=text,
                outcome=outcome,
                key=key,
            )
        contact = finding.lock(user, contact.pk)
        if due_on is not None:
            contact = set_due(contact=contact, due_on=due_on, note=contact.due_note, actor=user, now=now)
    return FollowUp(action, contact, moved)


def _move(user: User, contact: Contact, column_id: int, version: int, key: UUID | None, now: datetime) -> Moved | None:
    """Move the card. One that is in the column already stays in place, unless this very request has moved it there."""
    move_key = str(uuid5(key, f"{column_id} {version}")) if key else ""
    columns = lock_move_columns(user, contact.pk, column_id)
    hold_contacts(user.account_id, [contact.pk])
    card = lock_card(user, contact.pk, columns)
    if card and card.column_id == column_id and not (key and card.last_key == move_key):
        return None
    return moves.move_card(
        user=user,
        contact_id=contact.pk,
        column_id=column_id,
        version=version,
        key=move_key,
        via=Move.Via.DETAIL,
        now=now,
    )
