"""Possible duplicates: contacts that share a name, number or address with another. A warning, never a decision."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from contacts import identity
from contacts.identity import Record
from contacts.models import Contact, ContactQuerySet

MAX_FOUND = 10
READ = 50  # rows: of several who share a name, not each one shares anything else


def find(user: User, contact: Contact) -> list[Contact]:
    """Return at most ten possible duplicates that the user sees, each with `shared`: what they have in common.

    Those that share an address or number are first, regardless of their names; then the oldest. `contact` may be
    unsaved.
    """
    known = identity.record(vars(contact))
    seen: ContactQuerySet = Contact.objects.of(user.account).visible_to(user).exclude(pk=contact.pk)
    by_name = _keys(user, identity.name_keys(known))
    reached = _keys(user, [*map(identity.email_key, known.emails), *map(identity.phone_key, known.numbers)])
    near = seen.filter(keys__overlap=[*reached, *by_name]).alias(is_reached=Q(keys__overlap=reached))
    found = []
    for other in near.order_by("-is_reached", "pk").defer("search")[:READ]:
        if shared := in_common(known, identity.record(vars(other))):
            other.shared = shared
            found.append(other)
    return found[:MAX_FOUND]


def in_common(one: Record, other: Record) -> str:
    """Return what two records have in common: „gleiche E-Mail-Adresse, gleicher Name“, or ""."""
    reasons: dict[str, Any] = {
        _("gleiche E-Mail-Adresse"): {*one.emails} & {*other.emails},
        _("gleiche Telefonnummer"): {*one.numbers} & {*other.numbers},
        _("gleicher Name"): identity.same_name(one, other),
    }
    if not reasons[_("gleiche E-Mail-Adresse")]:
        reasons[_("ähnliche E-Mail-Adresse")] = _loose(one.emails) & _loose(other.emails)
    return ", ".join(reason for reason, is_so in reasons.items() if is_so)


def _loose(addresses: Iterable[str]) -> set[str]:
    return {identity.loose(address) for address in addresses}


def _keys(user: User, keys: Iterable[str]) -> list[str]:
    return [f"{user.account_id}:{key}" for key in keys]
