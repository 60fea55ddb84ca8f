"""What an office decides about its mails as a whole: who they come from, when they leave, its free days."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from base.refusals import Conflict
from funnel import tasks
from funnel.models import Holiday, Sender
from funnel.permission.holidays import nationwide
from funnel.transport import verification

MAX_HOLIDAYS = 200


class Overtaken(Conflict):
    """Somebody saved the form in between; `sender` is what stands there now."""

    def __init__(self, sender: Sender) -> None:
        super().__init__(_("Diese Angaben wurden soeben von jemand anderem geändert. Es wurde nichts gespeichert."))
        self.sender = sender


@transaction.atomic
def save_sender(*, user: User, values: dict[str, Any], version: int, now: datetime) -> Sender:
    """Writes the sender, the Impressum and the rules of sending; the switch and the relay are not among them. Another
    own address is not used before its test mail has passed, which is sent at once.

    `version` is the one the values were typed against. What is so already writes nothing, whatever the version. Raises
    Overtaken for an old one.
    """
    sender = _sender(user)
    changed = [name for name, value in values.items() if getattr(sender, name) != value]
    if not changed:
        return sender
    if version != sender.version:
        raise Overtaken(sender)
    for name in changed:
        setattr(sender, name, values[name])
    sender.version += 1
    sender.save(update_fields=[*changed, "version"])
    if "email" in changed:
        Sender.objects.of(user.account).update(proof="", asked_at=None)
        check_address(user=user, now=now)
        sender.refresh_from_db()
    return sender


@transaction.atomic
def check_address(*, user: User, now: datetime) -> bool:
    """Has a test mail sent from the office's own address; answers whether there is one to send.

    Raises Conflict within three minutes of the last one.
    """
    is_asked = verification.request(account_id=user.account_id, now=now)
    if is_asked:
        tasks.prove_sender.defer(account_id=user.account_id)
    return is_asked


@transaction.atomic
def add_holiday(*, user: User, day: date, name: str) -> Holiday:
    """A day without mails; once more, it only takes the other name. Raises Conflict when there are too many."""
    _sender(user)
    holidays = Holiday.objects.of(user.account)
    if holidays.exclude(day=day).count() >= MAX_HOLIDAYS:
        raise Conflict(_("Es sind schon %d freie Tage eingetragen.") % MAX_HOLIDAYS)
    holiday, _is_new = holidays.update_or_create(account=user.account, day=day, defaults={"name": name})
    return holiday


@transaction.atomic
def add_nationwide(*, user: User, now: datetime) -> int:
    """The nationwide holidays of this year and the next that are not there yet; answers how many were added."""
    _sender(user)
    known = set(Holiday.objects.of(user.account).values_list("day", flat=True))
    year = now.astimezone(user.account.zone).year
    days = [pair for each in (year, year + 1) for pair in nationwide(each) if pair[0] not in known]
    Holiday.objects.bulk_create([Holiday(account=user.account, day=day, name=name) for day, name in days])
    return len(days)


@transaction.atomic
def remove_holiday(*, user: User, holiday_id: int) -> date:
    """Mails may leave on this day again. Raises Http404."""
    holiday = Holiday.objects.of(user.account).filter(pk=holiday_id).first()
    if holiday is None:
        raise Http404
    holiday.delete()
    return holiday.day


def _sender(user: User) -> Sender:
    """The office's sender, locked: its people change it one after the other."""
    return Sender.objects.of(user.account).select_for_update(no_key=True).get()
