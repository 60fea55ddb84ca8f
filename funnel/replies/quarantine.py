"""Mails that could not be processed: the operator is notified, can list them and have one processed again."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils.translation import gettext as _

from funnel.models import Arrival, Mailbox

MAX_LISTED = 200  # lines
MIN_INTERVAL = timedelta(hours=1)  # between mails to the operator, however many such mails arrive
MAIL_SECONDS = 10

logger = logging.getLogger(__name__)


def quarantined() -> list[Arrival]:
    """Return the quarantined mails, the newest first."""
    rows = Arrival.objects.exclude(fault="").select_related("mailbox")
    return list(rows.order_by("-at", "-pk")[:MAX_LISTED])


def describe(arrival: Arrival) -> str:
    """Return a line by which the operator finds the mail."""
    return _("Nr. %(id)s, %(at)s: %(mailbox)s, UID %(uid)s – %(fault)s") % {
        "id": arrival.pk,
        "at": f"{arrival.at:%d.%m.%Y %H:%M}",
        "mailbox": arrival.mailbox.name,
        "uid": arrival.uid,
        "fault": arrival.get_fault_display(),
    }


def notify_operator(*, now: datetime) -> int:
    """Mail the operator a list of newly quarantined mails, at most once an hour. Return their number.

    A failure to send is logged, and the next call tries again.
    """
    told = Arrival.objects.exclude(fault="").filter(told_at__gt=now - MIN_INTERVAL)
    news = Arrival.objects.exclude(fault="").filter(told_at=None).select_related("mailbox")
    rows = list(news.order_by("pk")[:MAX_LISTED])
    if not rows or told.exists():
        return 0
    try:
        _mail(rows).send()
    except (OSError, ValueError):
        logger.warning("The operator could not be notified of quarantined mails", exc_info=True)
        return 0
    Arrival.objects.filter(pk__in=[row.pk for row in rows]).update(told_at=now)
    return len(rows)


@transaction.atomic
def release(*, arrival_id: int) -> bool:
    """Have the next poll process a quarantined mail again. Return whether there is one with this id."""
    arrival = Arrival.objects.exclude(fault="").filter(pk=arrival_id).first()
    if arrival is None:
        return False
    mailbox = Mailbox.objects.select_for_update().get(pk=arrival.mailbox_id)
    if mailbox.validity == arrival.validity:
        mailbox.next_uid = min(mailbox.next_uid, arrival.uid)
        mailbox.save(update_fields=["next_uid"])
    arrival.delete()
    return True


def _mail(rows: list[Arrival]) -> EmailMessage:
    opening = _(
        "Diese Mails im Postfach für Rückläufer konnten nicht verarbeitet werden. Sie sind dort markiert; alle anderen"
        " werden weiter gelesen. Mit „manage.py inbox --again NR“ wird eine noch einmal gelesen."
    )
    return EmailMessage(
        subject=_("Kontakte-Pipeline: %(count)s Mail(s) zurückgelegt") % {"count": len(rows)},
        body="\n".join([opening, "", *(describe(row) for row in rows)]),
        to=[settings.OPERATOR_EMAIL],
        connection=get_connection(timeout=MAIL_SECONDS),
    )
