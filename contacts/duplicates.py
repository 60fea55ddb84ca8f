"""Contacts that may be the same person: the same e-mail address, or the same phone number and name."""

from django.db.models import Q

from accounts.models import User
from contacts.models import Contact, ContactQuerySet

MOST = 10


def find(user: User, contact: Contact) -> list[Contact]:
    """Those the user sees, oldest first, at most ten. `contact` may be unsaved, but is derived (`derived.derive`)."""
    same = Q(pk=None)
    if contact.email:
        same |= Q(email=contact.email)
    if contact.phone_e164:
        same |= Q(phone_e164=contact.phone_e164, sort_name=contact.sort_name)
    found: ContactQuerySet = (
        Contact.objects.of(user.account).visible_to(user).filter(same).exclude(pk=contact.pk)
    )
    return list(found.order_by("pk")[:MOST])
