"""Notifying people by mail of what they must decide or have fixed: a reply that may be an objection, and a hold.

Each is notified once: the row that says so and the worker's jobs, one per person, are written in one transaction. The
mails go through the installation's server, even if it is an office's own that fails, and wait if it fails itself.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from accounts import posting
from accounts.models import Role, User
from base.text import one_line
from funnel.models import Hold, Message
from funnel.transport import holds

ALERT_DELAY = timedelta(minutes=10)  # a fault that may end by itself is reported only if it lasts this long
# Tasks by name, because the module of the tasks imports the mailbox, which imports this one.
DOUBT_TASK, HOLD_TASK = "tell_of_doubt", "tell_of_hold"
HEADERS = {"Auto-Submitted": "auto-generated"}  # keeps out-of-office replies away


def notify_of_doubt(message: Message) -> None:
    """Queue an alert to the assignee, else to all who lead the office, within the caller's transaction."""
    assignee = message.contact.assignee
    people = [assignee] if assignee and assignee.is_active and assignee.works_contacts else []
    for user in people or _people([message.account_id], Role.ADMINISTRATOR, Role.MANAGER):
        app.configure_task(DOUBT_TASK).defer(message_id=message.pk, user_id=user.pk)


@transaction.atomic
def notify_of_holds(*, now: datetime) -> int:
    """Queue alerts of the holds that nobody was notified of yet. Return the number of holds."""
    untold = Hold.objects.filter(ended_at=None, told_at=None)
    lasting = untold.filter(Q(try_at=None) | Q(since__lte=now - ALERT_DELAY)).order_by("pk")
    found = list(lasting.select_for_update(skip_locked=True))
    for hold in found:
        offices = holds.offices_of([hold.account_id])
        people: list[int | None] = [user.pk for user in _people(offices, Role.ADMINISTRATOR)]
        for user_id in [*people, *([] if hold.account_id else [None])]:
            app.configure_task(HOLD_TASK).defer(hold_id=hold.pk, user_id=user_id)
        hold.told_at = now
        hold.save(update_fields=["told_at"])
    return len(found)


def mail_doubt(*, message_id: int, user_id: int) -> bool:
    """Ask one user to decide, unless somebody has. Return whether the mail was accepted. Raises NotTaken."""
    doubted = Message.objects.filter(pk=message_id, is_in_doubt=True, contact__trashed_at=None)
    message = doubted.select_related("contact").first()
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if message is None or user is None:
        return False
    name = one_line(str(message.contact))
    context = {"name": name, "url": f"{settings.BASE_URL}{message.contact.get_absolute_url()}#permission"}
    subject = _("Ist das ein Werbewiderspruch? Antwort von %(name)s") % {"name": name}
    return _post(subject, render_to_string("funnel/mail/doubt.txt", context), user.email)


def mail_hold(*, hold_id: int, user_id: int | None) -> bool:
    """Notify one user, or the operator if None, that sending is or was held. Raises NotTaken."""
    hold = Hold.objects.filter(pk=hold_id).first()
    user = User.objects.filter(pk=user_id, is_active=True).select_related("account").first()
    if hold is None or (user is None and user_id is not None):
        return False
    zone = user.account.zone if user else ZoneInfo(settings.TIME_ZONE)
    context = {
        "hold": hold,
        "since": f"{hold.since.astimezone(zone):%d.%m., %H:%M}",
        "ended": f"{hold.ended_at.astimezone(zone):%d.%m., %H:%M}" if hold.ended_at else "",
        "is_operator": user is None,
        "url": settings.BASE_URL + reverse("funnel:outbox"),
    }
    subject = _("E-Mail-Versand stand") if hold.ended_at else _("E-Mail-Versand steht")
    body = render_to_string("funnel/mail/hold.txt", context)
    return _post(f"{subject}: {hold.get_kind_display()}", body, user.email if user else settings.OPERATOR_EMAIL)


def _people(offices: object, *roles: str) -> list[User]:
    """Return the users of the offices with these roles who have accepted their invitation."""
    found = User.objects.filter(account__in=offices, role__in=roles, is_active=True)
    return list(found.exclude(password__startswith="!").order_by("pk"))


def _post(subject: str, body: str, address: str) -> bool:
    return posting.post(EmailMessage(subject, body, to=[address], headers=HEADERS))
