"""Feedback to the operator: stored first, then mailed once. State lives in the row, so a failed mail loses nothing."""

import logging
from datetime import datetime, timedelta
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from base.refusals import TooMany
from base.text import one_line
from help.models import Feedback

MAX_PER_HOUR = 20
MAIL_SECONDS = 5  # somebody is waiting for the page
MAX_NAME_LENGTH = 80

logger = logging.getLogger(__name__)


class SpentKey(Exception):
    """The form's key belongs to another message already; nothing was written. Send it again with a new key."""


@transaction.atomic
def keep(*, user: User, key: UUID, text: str, reply_to: str, page: str, now: datetime) -> Feedback:
    """Store a message. Idempotent for the same key and message, even if called concurrently.

    Raises SpentKey, and TooMany after 20 messages of the user within an hour.
    """
    # One at a time for each user, so that neither the limit nor the key is judged on what is about to change.
    User.objects.of(user.account).select_for_update(no_key=True).get(pk=user.pk)
    own = Feedback.objects.of(user.account).filter(user=user)
    if earlier := own.filter(key=key).first():
        if (earlier.text, earlier.reply_to) != (text, reply_to):
            raise SpentKey
        return earlier
    if own.filter(created_at__gt=now - timedelta(hours=1)).count() >= MAX_PER_HOUR:
        sentence = _("Höchstens %(most)s Nachrichten in einer Stunde. Bitte versuchen Sie es später noch einmal.")
        raise TooMany(sentence % {"most": MAX_PER_HOUR})
    message = Feedback(
        account=user.account,
        user=user,
        key=key,
        text=text,
        reply_to=reply_to,
        page=page,
        version=settings.VERSION,
        created_at=now,
    )
    Feedback.objects.bulk_create([message], ignore_conflicts=True)
    if kept := own.filter(key=key).first():
        return kept
    raise SpentKey


def deliver(*, feedback: Feedback, now: datetime) -> bool:
    """Mail a stored message to the operator, unless it was mailed before; return whether it has been mailed.

    A failure is logged and retried later, never raised, because the text is stored.
    """
    try:
        _send(feedback, now)
    # The server's refusals are OSErrors, those of the mail library ValueErrors.
    except (OSError, ValueError):
        logger.warning("Feedback %s could not be mailed and waits", feedback.pk, exc_info=True)
        return False
    return True


def deliver_waiting(*, now: datetime) -> tuple[int, int]:
    """Mail waiting messages, the oldest first; return how many were mailed, and how many still wait."""
    waiting = Feedback.objects.filter(mailed_at=None).select_related("account", "user").order_by("created_at")
    done = [deliver(feedback=feedback, now=now) for feedback in waiting]
    return sum(done), len(done) - sum(done)


@transaction.atomic
def _send(feedback: Feedback, now: datetime) -> None:
    """Lock the row while the mail is sent: a second caller waits, finds it mailed and sends nothing."""
    rows = Feedback.objects.of(feedback.account).select_for_update()
    waiting = rows.filter(pk=feedback.pk, mailed_at=None).first()
    if waiting is None:
        return
    _mail(feedback).send()
    waiting.mailed_at = now
    waiting.save(update_fields=["mailed_at"])


def _mail(feedback: Feedback) -> EmailMessage:
    office = header_name(feedback.account.name)
    context = {
        "feedback": feedback,
        "office": office,
        "sender": header_name(feedback.user.full_name),
        "address": settings.BASE_URL + feedback.page if feedback.page else "",
        "at": timezone.localtime(feedback.created_at, feedback.account.zone),
    }
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return EmailMessage(
        subject=_("Feedback von %(office)s") % {"office": office},
        body=render_to_string("help/feedback_mail.txt", context),
        to=[settings.OPERATOR_EMAIL],
        reply_to=[feedback.reply_to] if feedback.reply_to else None,
        headers={"Message-ID": f"<feedback-{feedback.key}@{domain}>"},  # the same in every attempt
        connection=get_connection(timeout=MAIL_SECONDS),
    )


def header_name(name: str) -> str:
    """Return the name as it may appear in a header: no line ends or other invisible characters, and not too long."""
    visible = "".join(sign if sign.isprintable() else " " for sign in name)
    return one_line(visible)[:MAX_NAME_LENGTH]
