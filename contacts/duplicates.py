"""Possible duplicates: contacts that share a name, number or address with another. A warning, never a decision."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, Value
from django.utils.translation import gettext as _

from accounts.models import User
from base import once
from contacts import identity
from contacts.identity import Record
from contacts.models import Contact, ContactQuerySet, limits, sight
from contacts.naming import Named

MAX_FOUND = 10
# What contacts are compared by, and shown as.
COMPARED = (*Named.__annotations__, "more_emails", "more_phones")
READ = 50  # rows: of several who share a name, not each one shares anything else


def find(user: User, contact: Contact) -> list[Contact]:
    """Return at most ten possible duplicates that the user sees, each with `shared`: what they have in common.

    Those that share an address or number are first, regardless of their names; then the oldest. `contact` may be
    unsaved.
    """
    known = identity.record(vars(contact))
    by_name = _keys(user, identity.name_keys(known))
    reached = _keys(user, [*map(identity.email_key, known.emails), *map(identity.phone_key, known.numbers)])
    if not reached and not by_name:
        return []
    keys, here, number = [*reached, *by_name], contact.pk or 0, len(reached)
    if limits(user):
        near = list(_near(number, user.account_id, here, *keys).filter(sight(user))[:READ])
    else:
        near = once.rows(_nearest, user.account_id, here, *keys, shape=(number,))
    found = []
    for other in near:
        if shared := in_common(known, identity.record(vars(other))):
            other.shared = shared
            found.append(other)
            if len(found) == MAX_FOUND:
                break
    return found


def _nearest(number: int, *asked: Any) -> ContactQuerySet:
    return _near(number, *asked)[:READ]


def _near(number: int, account_id: int, but_for: int, *keys: str) -> ContactQuerySet:
    """Return the live contacts with one of the keys, first those with one of the first `number`."""
    seen = Contact.objects.of(account_id).live().exclude(pk=but_for).filter(keys__overlap=keys)
    is_reached = Q(keys__overlap=keys[:number]) if number else Value(False)
    return seen.alias(is_reached=is_reached).order_by("-is_reached", "pk").only(*COMPARED)


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
