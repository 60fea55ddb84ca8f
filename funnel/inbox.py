"""What becomes of what comes back: a reply ends the series, a hard bounce and a complaint close the address for good.

It comes by mail, or the provider that mails for us reports it (`provider_reports`). The mailbox is the one that bounces
and answers come back to (`IMAP_URL`, imaps://user:password@host/folder). A mail is marked as seen after it was carried
out, so one that fails is read again.
"""

import email
import email.policy
import imaplib
import re
from datetime import datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from contacts import actions
from contacts.kinds import Kind as ActionKind
from contacts.models import Action, Contact
from funnel import enrolments, tokens, withdrawal
from funnel.incoming import Kind, Received, classify
from funnel.models import Enrolment, Message, Suppression
from funnel.suppression import address_hash, suppress

MOST_AT_ONCE = 200
LARGEST = 5_000_000  # bytes; a larger mail is left unread for people
TIMEOUT = 20  # seconds
# What each kind means: the action that is noted, why the series ends, why the address is closed.
MEANING = {
    Kind.REPLY: (ActionKind.MAIL_IN, Enrolment.Reason.REPLY, None),
    Kind.HARD_BOUNCE: (ActionKind.BOUNCE, Enrolment.Reason.BOUNCE, Suppression.Reason.BOUNCE),
    Kind.COMPLAINT: (ActionKind.OPT_OUT, Enrolment.Reason.COMPLAINT, Suppression.Reason.COMPLAINT),
}


def receive(raw: bytes, *, now: datetime) -> Kind:
    """Carries out what a received mail means; answers like `carry_out`."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    received = classify(mail)
    return carry_out(received, text=received.reason or _subject(mail), moment=_moment(mail), now=now)


def carry_out(received: Received, *, text: str, moment: datetime | None, now: datetime) -> Kind:
    """What came back takes effect; answers its kind, `OTHER` if it speaks of no mail of ours.

    `moment` is when it happened, if that is known. Repeated, also by mail and provider both: no second effect.
    Automatic answers and soft bounces change nothing.
    """
    message = _spoken_of(received)
    if message is None:
        return Kind.OTHER
    if received.kind is Kind.UNSUBSCRIBED:
        said = tokens.unsubscription(message)
        place = _("Abmeldung beim Versanddienst, E-Mail an %(address)s") % {"address": said.masked}
        withdrawal.unsubscribe(said=said, place=place, now=now)
    elif received.kind in MEANING:
        _note(message, received.kind, text, moment if moment and moment < now else now, now)
    return received.kind


def poll(*, now: datetime) -> int:
    """Reads the unread mails of the mailbox; answers how many. Without `IMAP_URL` there is nothing to read.

    Raises what the network raises; the next poll tries again.
    """
    if not settings.IMAP_URL:
        return 0
    box = _open(settings.IMAP_URL)
    try:
        _, (found,) = box.uid("SEARCH", "UNSEEN", "SMALLER", str(LARGEST))
        numbers = (found or b"").split()[:MOST_AT_ONCE]
        for number in numbers:
            _, parts = box.uid("FETCH", number.decode(), "(BODY.PEEK[])")
            for part in parts:
                if isinstance(part, tuple):
                    receive(part[1], now=now)
            box.uid("STORE", number.decode(), "+FLAGS", r"(\Seen)")
        return len(numbers)
    finally:
        box.logout()


def _open(url: str) -> imaplib.IMAP4:
    parts = urlsplit(url)
    kind = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
    box = kind(parts.hostname or "", parts.port or (993 if parts.scheme == "imaps" else 143), timeout=TIMEOUT)
    box.login(unquote(parts.username or ""), unquote(parts.password or ""))
    box.select(unquote(parts.path.lstrip("/")) or "INBOX")
    return box


def _spoken_of(received: Received) -> Message | None:
    ours = {row.message_id: row for row in Message.objects.filter(message_id__in=received.about)}
    return next((ours[one] for one in received.about if one in ours), None)


@transaction.atomic
def _note(message: Message, kind: Kind, text: str, moment: datetime, now: datetime) -> None:
    action, why, closed = MEANING[kind]
    same = Contact.objects.of(message.account_id).filter(email__iexact=message.address)
    concerned = same if closed else Contact.objects.of(message.account_id).filter(pk=message.contact_id)
    contacts = list(concerned.order_by("pk").select_for_update(no_key=True))
    ids = [contact.pk for contact in contacts]
    known = Action.objects.of(message.account_id).filter(contact__in=ids, kind=action)
    if known.filter(performed_at=moment).exists():
        return  # told before; the address may have been opened again since
    digest = address_hash(message.account_id, message.address)
    is_news = not closed or suppress(account_id=message.account_id, digest=digest, reason=closed, now=now)
    enrolments.stop(account_id=message.account_id, contact_ids=ids, reason=why, now=now)
    noted = set() if is_news else set(known.values_list("contact", flat=True))  # an address is closed once
    for contact in contacts:
        if contact.pk not in noted:
            actions.perform(contact=contact, kind=action, actor=None, now=now, performed_at=moment, text=text)


def _subject(mail: EmailMessage) -> str:
    return re.sub(r"[\x00-\x1f\x7f]+", " ", str(mail.get("Subject", "")))[:300].strip()


def _moment(mail: EmailMessage) -> datetime | None:
    """When the mail was written, if it says so."""
    try:
        written = parsedate_to_datetime(str(mail["Date"]))
    except (TypeError, ValueError):
        return None
    return written if written.tzinfo else None
