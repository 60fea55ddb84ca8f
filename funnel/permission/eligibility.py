"""Whether a contact may be mailed at all: a valid address, consent, and no suppression of the address."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from contacts import consent
from contacts.models import Consent, Contact
from funnel.models import MessageReason
from funnel.permission.suppression import is_suppressed, suppressed


def missing(contact: Contact) -> str:
    """Return why the contact may not be mailed, as a `MessageReason`, or ""."""
    address = contact.email.strip().lower()
    if not has_address(address):
        return MessageReason.NO_ADDRESS
    if is_suppressed(contact.account_id, address):
        return MessageReason.SUPPRESSED
    return "" if with_consent([contact.pk], contact.account_id) else MessageReason.NO_CONSENT


def missing_many(
    account_id: int, addresses: Mapping[int, str], coming: Mapping[int, datetime] | None = None
) -> dict[int, str]:
    """Return what `missing` returns for many contacts, by contact id; contacts that may be mailed are left out.

    `addresses` maps contact ids to addresses. `coming` maps contacts whose consent is about to be recorded to the
    moment it was given; a later withdrawal outweighs it. Takes two statements.
    """
    known = {pk: address.strip().lower() for pk, address in addresses.items()}
    closed = suppressed(account_id, known.values())
    consenting = _consenting_or_coming(account_id, known, coming or {})
    lacking: dict[int, str] = {}
    for pk, address in known.items():
        if not has_address(address):
            lacking[pk] = MessageReason.NO_ADDRESS
        elif address in closed:
            lacking[pk] = MessageReason.SUPPRESSED
        elif pk not in consenting:
            lacking[pk] = MessageReason.NO_CONSENT
    return lacking


def has_address(address: str) -> bool:
    """Return whether it is the address of a mailbox."""
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True


def consented_since(contact: Contact, moment: datetime) -> bool:
    """Return whether consent for e-mail was given after `moment`, as a changed address requires."""
    rows = Consent.objects.of(contact.account_id).filter(contact=contact, channel=Consent.Channel.EMAIL)
    return rows.filter(consent.counts(), granted=True, occurred_at__gt=moment).exists()


def with_consent(contact_ids: Collection[int], account_id: int) -> set[int]:
    """Return the contacts whose most recent evidence on e-mail grants it."""
    return _consenting_or_coming(account_id, contact_ids, {})


def _consenting_or_coming(account_id: int, contact_ids: Collection[int], coming: Mapping[int, datetime]) -> set[int]:
    rows = Consent.objects.of(account_id).filter(contact__in=contact_ids, channel=Consent.Channel.EMAIL)
    newest = rows.filter(consent.counts()).order_by("contact", "-occurred_at", "-pk").distinct("contact")
    found = {pk: (granted, at) for pk, granted, at in newest.values_list("contact", "granted", "occurred_at")}
    granted = {pk for pk, (granted, at) in found.items() if granted or (pk in coming and coming[pk] >= at)}
    return granted | (coming.keys() & {*contact_ids}) - found.keys()
