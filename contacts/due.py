"""The day on which a contact is to be followed up. Independent of the status: no move ever touches it."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from base import notices
from contacts.finding import lock
from contacts.models import Change, Contact
from contacts.telling import tell_of


@transaction.atomic
def set_due(*, contact: Contact, due_on: date | None, note: str = "", actor: User, now: datetime) -> Contact:
    """Set the due date and its note, or clear both (None), and return the contact as it is now.

    A date in the past is allowed. Writes nothing if both are the same as before. Raises Http404 and Gone like
    `finding.lock`.
    """
    locked = lock(actor, contact.pk)
    note = note if due_on else ""
    if (locked.due_on, locked.due_note) == (due_on, note):
        return locked
    before = _text(locked)
    locked.due_on, locked.due_note = due_on, note
    locked.save(update_fields=["due_on", "due_note"])
    Change.objects.create(
        account_id=locked.account_id,
        contact_id=locked.pk,
        kind=Change.Kind.DUE,
        before=before,
        after=_text(locked),
        actor=actor,
        at=now,
    )
    tell_of(notices.Kind.DUE, locked, actor)
    return locked


def _text(contact: Contact) -> str:
    if contact.due_on is None:
        return ""
    day = f"{contact.due_on:%d.%m.%Y}"
    return f"{day}: {contact.due_note}" if contact.due_note else day
