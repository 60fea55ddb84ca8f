"""An office's settings for all its mails: the sender, when mails are sent, and holidays."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import Account, User
from base import notices, once
from base.refusals import Conflict, Overtaken
from funnel import tasks
from funnel.models import Holiday, Sender
from funnel.permission.holidays import nationwide
from funnel.transport import verification

MAX_HOLIDAYS = 200


def sender_of(account: Account) -> Sender:
    """Return who the office's mails come from."""
    (sender,) = once.rows(_the_sender, account.pk)
    sender.account = account
    return sender


def _the_sender(account_id: int) -> QuerySet[Sender]:
    return Sender.objects.of(account_id)


@transaction.atomic
def save_sender(*, user: User, values: dict[str, Any], version: int, now: datetime) -> Sender:
    """Save the sender, the Impressum and the sending limits. A new own address is used once it is verified.

    `version` is the one that the values were entered for. Raises Overtaken if it is not the present one. Idempotent:
    unchanged values write nothing, whatever the version.
    """
    sender = _sender(user)
    changed = [name for name, value in values.items() if getattr(sender, name) != value]
    if not changed:
        return sender
    if version != sender.version:
        sentence = _("Diese Angaben wurden soeben von jemand anderem geändert. Es wurde nichts gespeichert.")
        raise Overtaken(sentence, sender)
    for name in changed:
        setattr(sender, name, values[name])
    sender.version += 1
    sender.save(update_fields=[*changed, "version"])
    _tell(user)
    if "email" in changed:
        Sender.objects.of(user.account).update(proof="", asked_at=None)
        check_address(user=user, now=now)
        sender.refresh_from_db()
    return sender


@transaction.atomic
def check_address(*, user: User, now: datetime) -> bool:
    """Queue a test mail from the office's own address. Return whether there is an address to verify.

    Raises Conflict within three minutes of the last one.
    """
    is_asked = verification.request(account_id=user.account_id, now=now)
    if is_asked:
        tasks.prove_sender.defer(account_id=user.account_id)
    return is_asked


@transaction.atomic
def add_holiday(*, user: User, day: date, name: str) -> Holiday:
    """Add a holiday, or rename an existing one. Raises Conflict when there are too many."""
    _sender(user)
    holidays = Holiday.objects.of(user.account)
    if holidays.exclude(day=day).count() >= MAX_HOLIDAYS:
        raise Conflict(_("Es sind schon %d freie Tage eingetragen.") % MAX_HOLIDAYS)
    if known := holidays.filter(day=day, name=name).first():
        return known
    holiday, _is_new = holidays.update_or_create(account=user.account, day=day, defaults={"name": name})
    _tell(user)
    return holiday


@transaction.atomic
def add_nationwide(*, user: User, now: datetime) -> int:
    """Add the missing nationwide holidays of this year and the next. Return the number added."""
    _sender(user)
    known = set(Holiday.objects.of(user.account).values_list("day", flat=True))
    year = now.astimezone(user.account.zone).year
    days = [pair for each in (year, year + 1) for pair in nationwide(each) if pair[0] not in known]
    Holiday.objects.bulk_create([Holiday(account=user.account, day=day, name=name) for day, name in days])
    if days:
        _tell(user)
    return len(days)


@transaction.atomic
def remove_holiday(*, user: User, holiday_id: int) -> date:
    """Remove a holiday and return its date. Raises Http404."""
    holiday = Holiday.objects.of(user.account).filter(pk=holiday_id).first()
    if holiday is None:
        raise Http404
    holiday.delete()
    _tell(user)
    return holiday.day


def _tell(user: User) -> None:
    notices.tell(notices.Kind.SERIES, user.account_id, user=user.pk)


def _sender(user: User) -> Sender:
    """Lock and return the office's sender, which serializes changes by its users."""
    return Sender.objects.of(user.account).select_for_update(no_key=True).get()
