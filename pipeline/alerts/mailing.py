"""The worker's mails to those who wish to be told of contacts: several in one, and no mail twice.

The server is asked first whether it is there. Then what the mail names is taken from the rows and committed, and only
then it is handed over: a worker that dies meanwhile, or a line that breaks, may lose this one mail, but no user gets it
twice. What the server refuses to take now is put back.
"""

import logging
import smtplib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import ngettext

from accounts import posting
from base.sql import all_rows, changed
from contacts.models import Contact
from pipeline.alerts.naming import shown_name
from pipeline.alerts.telling import concerns, mail_due
from pipeline.models import Alert, Column, Wish

log = logging.getLogger(__name__)

NAMED = 20  # contacts in a mail
LATEST = timedelta(days=3)  # then nobody needs to be told any more
HEADERS = {"Auto-Submitted": "auto-generated"}  # keeps out-of-office replies away
DUE = "SELECT user_id FROM pipeline_wish WHERE mail_at <= %(now)s ORDER BY mail_at LIMIT 50"
LOCK = """
SELECT user_id FROM pipeline_wish WHERE user_id = %(user)s AND mail_at <= %(now)s FOR NO KEY UPDATE SKIP LOCKED
"""
# A minute at first, in the end an hour.
LATER = """
UPDATE pipeline_wish SET failures = failures + 1,
    mail_at = %(now)s + least(60 * power(2, failures), 3600) * interval '1s'
WHERE user_id = %(user)s AND mail_at <= %(now)s
"""


class Claimed(NamedTuple):
    """What one mail tells, and the rows it was taken from."""

    wish: Wish
    contacts: list[Contact]  # the newest first
    alerts: list[Alert]
    last: datetime | None  # when the mail before it was sent


def send_due(*, now: datetime) -> int:
    """Mail everybody whose time has come, in all offices; return how many mails the server took.

    With nothing to do it is one look at an index. Several workers at once share the work.
    """
    return sum(_send(user_id, now) for (user_id,) in all_rows(DUE, {"now": now}))


def _send(user_id: int, now: datetime) -> bool:
    wish = Wish.objects.select_related("user__account").get(pk=user_id)
    server = mail.get_connection()
    if shown(wish, "by_mail", now)[0] and not _is_there(server):
        changed(LATER, {"user": user_id, "now": now})
        return False
    try:
        claimed = claim(user_id, now)
        return claimed is not None and _hand_over(claimed, server, now)
    finally:
        server.close()


def _is_there(server: BaseEmailBackend) -> bool:
    try:
        server.open()
    except (OSError, smtplib.SMTPException) as fault:
        log.warning("The mail server is away: %s", type(fault).__name__)
        return False
    return True


@transaction.atomic
def claim(user_id: int, now: datetime) -> Claimed | None:
    """Take what a mail to this user names from the rows; None if another worker does, or there is nothing to tell."""
    if not all_rows(LOCK, {"user": user_id, "now": now}):
        return None
    wish = Wish.objects.select_related("user__account").get(pk=user_id)
    if (due := mail_due(wish, now, gathers=False)) > now and wish.mail != Wish.Mail.NONE:
        wish.mail_at = due  # these are quiet hours by now
        wish.save(update_fields=["mail_at"])
        return None
    contacts, alerts = shown(wish, "by_mail", now)
    taken = Alert.objects.of(wish.account_id).filter(user=user_id, by_mail=True)
    taken.filter(by_push=False).delete()
    taken.update(by_mail=False)
    last, wish.mail_at, wish.mailed_at = wish.mailed_at, None, now if contacts else wish.mailed_at
    wish.save(update_fields=["mail_at", "mailed_at"])
    return Claimed(wish, contacts, alerts, last) if contacts and wish.mail != Wish.Mail.NONE else None


def shown(wish: Wish, channel: str, now: datetime) -> tuple[list[Contact], list[Alert]]:
    """Return the contacts this user is to be told of, as things stand: seen, wished and still without an answer."""
    user = wish.user
    if not (user.is_active and user.works_contacts) or user.is_invited:
        return [], []
    alerts = {
        alert.contact_id: alert
        for alert in Alert.objects.of(wish.account_id).filter(user=user.pk, at__gt=now - LATEST, **{channel: True})
    }
    waits = Q(card__column__key=Column.Key.NEW) | Q(card__asked_again_at__isnull=False)
    found = Contact.objects.visible_to(user).filter(waits, pk__in=alerts, trashed_at=None)
    contacts = []
    for contact in found.select_related("card"):
        why = alerts[contact.pk].why
        if why == Alert.Why.WAITING and contact.card.waits_since is None:
            continue  # who has been answered without a move
        if concerns(wish, contact.assignee_id, why):
            contacts.append(contact)
    contacts.sort(key=lambda contact: (alerts[contact.pk].at, contact.pk), reverse=True)
    return contacts, [alerts[contact.pk] for contact in contacts]


def _hand_over(claimed: Claimed, server: BaseEmailBackend, now: datetime) -> bool:
    try:
        is_taken = posting.post(letter(claimed, server))
    except posting.NotTaken as fault:
        if _is_refused(fault.__cause__):
            _put_back(claimed, now)
        else:  # the server may have it: it is not sent again
            log.warning("The line broke: nobody knows whether a mail about contacts was taken")
        return False
    if claimed.wish.failures:
        Wish.objects.of(claimed.wish.account_id).filter(pk=claimed.wish.pk).update(failures=0)
    return is_taken


def _is_refused(fault: BaseException | None) -> bool:
    """Return whether server or provider said that it does not take the mail, rather than nothing."""
    said = isinstance(fault, (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused))
    return said or getattr(fault, "status_code", None) is not None


def letter(claimed: Claimed, server: BaseEmailBackend | None = None) -> EmailMessage:
    """Return the mail. Its subject names nobody: it is read on a locked telephone."""
    number = len(claimed.contacts)
    further = number - NAMED
    subject = ngettext("%(number)s Kontakt wartet auf Sie", "%(number)s Kontakte warten auf Sie", number)
    named = zip(claimed.contacts[:NAMED], claimed.alerts[:NAMED], strict=True)
    sentence = ngettext("Ein Kontakt wartet auf eine Antwort:", "%(number)s Kontakte warten auf eine Antwort:", number)
    rest = ngettext("und ein weiterer auf der Pipeline:", "und %(number)s weitere auf der Pipeline:", further)
    context = {
        "sentence": sentence % {"number": number},
        "lines": [_line(contact, alert) for contact, alert in named],
        "further": rest % {"number": further} if further > 0 else "",
        "board": settings.BASE_URL + reverse("pipeline:board"),
        "settings": settings.BASE_URL + reverse("pipeline:alerts"),
    }
    body = render_to_string("pipeline/mail/alert.txt", context)
    return EmailMessage(
        subject % {"number": number}, body, to=[claimed.wish.user.email], headers=HEADERS, connection=server
    )


def _line(contact: Contact, alert: Alert) -> dict[str, str]:
    return {
        "name": shown_name(contact),
        "why": alert.get_why_display(),
        "url": f"{settings.BASE_URL}{contact.get_absolute_url()}",
    }


@transaction.atomic
def _put_back(claimed: Claimed, now: datetime) -> None:
    """Have it told later: the server did not take it."""
    _lock_wish(claimed.wish.pk)
    Alert.objects.bulk_create(
        _as_new(claimed.alerts), update_conflicts=True, unique_fields=["user", "contact"], update_fields=["by_mail"]
    )
    wish = claimed.wish
    Wish.objects.of(wish.account_id).filter(pk=wish.pk).update(mail_at=now, mailed_at=claimed.last)
    changed(LATER, {"user": wish.pk, "now": now})


def _lock_wish(user_id: int) -> None:
    all_rows("SELECT FROM pipeline_wish WHERE user_id = %(user)s FOR NO KEY UPDATE", {"user": user_id})


def _as_new(alerts: Iterable[Alert]) -> list[Alert]:
    for alert in alerts:
        alert.pk, alert.by_mail, alert.by_push = None, True, False
    return list(alerts)
