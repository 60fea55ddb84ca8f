"""Unsubscribing without a working link: the links are mailed to the address, one per office.

Anybody can enter anybody's address, so doing so is no evidence and stops nothing; only the mailed links do. The request
is recorded in each contact's history, so that offices notice if somebody enters their contacts' addresses.
"""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import posting
from accounts.models import Account
from base import notices
from base.notices import Kind
from contacts import finding
from contacts.models import Change, Contact
from contacts.telling import tell_of
from funnel.letters.letterhead import letterhead
from funnel.models import Message, MessageState
from funnel.permission.suppression import address_hash
from funnel.permission.tokens import Unsubscription, mask, token_of


def find_ids(address: str) -> dict[str, int | None]:
    """Return the ids of a contact and of a message with the address. Always two statements, found or not."""
    contact = _contacts(address).order_by("pk").values_list("pk", flat=True).first()
    message = _messages(address).order_by("pk").values_list("pk", flat=True).first()
    return {"contact_id": contact, "message_id": message}


def mail_links(*, contact_id: int | None, message_id: int | None, now: datetime) -> bool:
    """Mail the links of all offices that have the address or have mailed it. Return whether a mail was sent.

    Raises NotTaken where another attempt may help. Not idempotent: a repeat sends another mail.
    """
    address = _address(contact_id, message_id)
    links = _links(address) if address else {}
    if not links:
        return False
    offices = [(letterhead(account_id), _url(unsubscription)) for account_id, unsubscription in links.items()]
    body = render_to_string("funnel/mail/links.txt", {"offices": offices})
    headers = {"Auto-Submitted": "auto-generated"}
    is_taken = posting.post(EmailMessage(_("Ihre Links zum Abbestellen"), body, None, [address], headers=headers))
    if is_taken:
        _note(address, now)
    return is_taken


def _address(contact_id: int | None, message_id: int | None) -> str:
    known = None
    if contact_id is not None:
        known = Contact.objects.filter(pk=contact_id).values_list("email", flat=True).first()
    if not known and message_id is not None:
        known = Message.objects.filter(pk=message_id).values_list("address", flat=True).first()
    return known or ""


def _links(address: str) -> dict[int, Unsubscription]:
    """Return the content of each office's link, by account id."""
    known = [*_messages(address).values_list("account_id", "contact_id")]
    known += (
        _contacts(address).order_by("-pk").values_list("account_id", "pk")
    )  # overrides: the contact that has the address now
    return {
        account_id: Unsubscription(account_id, contact_id, address_hash(account_id, address), mask(address))
        for account_id, contact_id in known
    }


@transaction.atomic
def _note(address: str, now: datetime) -> None:
    contacts = list(_contacts(address))
    Change.objects.bulk_create(
        Change(account_id=contact.account_id, contact_id=contact.pk, kind=Change.Kind.LINKS_ASKED, at=now)
        for contact in contacts
    )
    with notices.as_one(Kind.EDITED):
        for contact in contacts:
            tell_of(Kind.EDITED, contact)


def _contacts(address: str):  # type: ignore[no-untyped-def]
    offices = list(Account.objects.order_by("pk").values_list("pk", flat=True))
    return Contact.objects.filter(finding.mailed_at(address, offices), account__in=offices)


def _messages(address: str):  # type: ignore[no-untyped-def]
    offices = list(Account.objects.order_by("pk").values_list("pk", flat=True))
    return Message.objects.filter(account__in=offices, address=address.lower(), state=MessageState.SENT)


def _url(unsubscription: Unsubscription) -> str:
    return settings.BASE_URL + reverse("funnel:unsubscribe", args=[token_of(unsubscription)])
