"""How a contact is looked up for somebody: 404 if it does not exist for them, 410 if it lies in the trash."""

from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import Account, Role, User
from accounts.refusals import Gone
from contacts.models import Contact, ContactQuerySet, sight


def find(user: User, contact_id: int) -> Contact:
    """The live contact with its assignee. Raises Http404 if it is foreign, unknown or hidden, Gone if trashed."""
    return _the_one(seen_by(user).filter(pk=contact_id).select_related("assignee"))


def lock(user: User, contact_id: int) -> Contact:
    """The same, locked until the end of the transaction; what may be seen is decided after waiting for the lock.

    NO KEY: rows that refer to the contact (actions, moves) may still be written by others.
    """
    contacts = seen_by(user).filter(pk=contact_id).select_related("assignee")
    return _the_one(contacts.select_for_update(of=("self",), no_key=True))


def sees(user: User, contact: Contact) -> bool:
    """Whether the contact, as it now is, exists for the user: `sight` for one row already read."""
    limited = user.role == Role.AGENT and user.account.agents_see == Account.Sight.OWN
    return not limited or contact.assignee_id in (None, user.pk)


def seen_by(user: User) -> ContactQuerySet:
    """The contacts that exist for this user, those in the trash included."""
    return Contact.objects.of(user.account).filter(sight(user))


def _the_one(contacts: ContactQuerySet) -> Contact:
    contact = contacts.first()
    if contact is None:
        raise Http404
    if contact.trashed_at is not None:
        raise Gone(
            _("Kontakt wurde gelöscht. Solange er im Papierkorb liegt, kann er wiederhergestellt werden.")
        )
    return contact
