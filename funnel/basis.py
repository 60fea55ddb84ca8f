"""Whether anything may be mailed to a contact at all: address, consent, and no suppression of the address."""

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from contacts.models import Consent, Contact
from funnel.models import Enrolment, Message
from funnel.suppression import is_suppressed, suppressed

Reason = Message.Reason


def missing(contact: Contact) -> str:
    """Why nothing may be mailed to the contact (a `Message.Reason`), or ""."""
    address = contact.email.strip().lower()
    if not has_address(address):
        return Reason.NO_ADDRESS
    if is_suppressed(contact.account_id, address):
        return Reason.SUPPRESSED
    return "" if consents([contact.pk], contact.account_id) else Reason.NO_CONSENT


def mailable(account_id: int, contact_ids: Collection[int]) -> int:
    """How many of the contacts may be mailed: three statements for all of them."""
    rows = Contact.objects.of(account_id).filter(pk__in=contact_ids).exclude(email="")
    addresses = {pk: email.strip().lower() for pk, email in rows.values_list("pk", "email")}
    closed = suppressed(account_id, addresses.values())
    consenting = consents(list(addresses), account_id)
    return sum(
        pk in consenting and address not in closed and has_address(address)
        for pk, address in addresses.items()
    )


def has_address(address: str) -> bool:
    """Whether mail can be sent there."""
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True


def moved(contact: Contact) -> Enrolment | None:
    """A series that runs or waits for an address the contact no longer has."""
    series = Enrolment.objects.of(contact.account_id).filter(contact=contact)
    address = contact.email.strip().lower()
    return series.exclude(state=Enrolment.State.ENDED).exclude(address=address).first()


def lacks_consent(contact: Contact, moved: Enrolment | None) -> bool:
    """Whether there is something to ask for: no consent for e-mail, or none since the address is another (`moved`)."""
    if not consents([contact.pk], contact.account_id):
        return True
    return moved is not None and not consented_since(contact, moved.changed_at)


def consented_since(contact: Contact, moment: datetime) -> bool:
    """Whether consent for e-mail was given after the moment: what a changed address needs."""
    rows = Consent.objects.of(contact.account_id).filter(contact=contact, channel=Consent.Channel.EMAIL)
    return rows.filter(granted=True, occurred_at__gt=moment).exists()


def consents(contact_ids: list[int], account_id: int) -> set[int]:
    """Those of the contacts whose newest evidence for e-mail grants it."""
    rows = Consent.objects.of(account_id).filter(contact__in=contact_ids, channel=Consent.Channel.EMAIL)
    newest = rows.order_by("contact", "-occurred_at", "-pk").distinct("contact")
    return {contact for contact, granted in newest.values_list("contact", "granted") if granted}
