"""Whether an office's mails are sent: switched on by its users, by a worker that is alive, and not held."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from base import notices
from funnel.models import Hold, Message, MessageState, Sender
from funnel.sending import heartbeat
from funnel.transport import holds


@transaction.atomic
def set_enabled(*, user: User, on: bool) -> Sender:
    """Switch all sending of the office on or off. Off: claimed messages are planned again, and no more are claimed.

    What was already handed to a mail server cannot be recalled. Idempotent.
    """
    sender = Sender.objects.of(user.account).select_for_update().get()
    if sender.is_on != on:
        sender.is_on = on
        sender.save(update_fields=["is_on"])
        notices.tell(notices.Kind.SERIES, user.account_id, user=user.pk)
    if not on:
        claimed = Message.objects.of(user.account).filter(state=MessageState.CLAIMED)
        claimed.update(state=MessageState.PLANNED, claimed_at=None)
    return sender


@dataclass(frozen=True)
class Outage:
    """No mail is sent: a headline, and what users can expect or do."""

    headline: str
    outlook: str
    hold: Hold | None = None  # the hold that causes it, if any


def outage(user: User, now: datetime) -> Outage | None:
    """Return the present outage for users who lead the office, or None.

    Tells apart a worker that is gone, one that is alive but does not sweep, and a hold. `now` must be in the office's
    time zone. Takes one statement while mails are sent.
    """
    if not user.leads:
        return None
    last, hold_id = heartbeat.last_signs(user.account_id)
    if last is not None and last < now - heartbeat.SILENT_AFTER:
        return Outage(_("E-Mail-Versand steht seit %s") % _clock(last, now), _outlook(now))
    hold = holds.current(user.account_id) if hold_id else None
    return _outage_of_hold(hold, now) if hold else None


def _outage_of_hold(hold: Hold, now: datetime) -> Outage:
    values = {"when": _clock(hold.since, now), "why": hold.get_kind_display()}
    headline = _("E-Mail-Versand steht seit %(when)s: %(why)s.") % values
    if hold.try_at:
        outlook = _(
            "Es geht nichts verloren: Alle Mails behalten ihre Reihenfolge und gehen von selbst hinaus, sobald der "
            "Fehler behoben ist. Nächster Versuch: %s."
        ) % _clock(max(hold.try_at, now), now)
    else:
        outlook = _(
            "Es geht nichts verloren: Alle Mails behalten ihre Reihenfolge. Von selbst geht es nicht weiter: Bitte "
            "lassen Sie die Ursache beheben und versuchen Sie es dann von hier aus."
        )
    if hold.account_id is None:
        outlook += " " + _(
            "Betroffen ist der Mailserver dieser Installation: Bitte geben Sie ihrem Betreiber Bescheid."
        )
    return Outage(headline, outlook, hold)


def _clock(moment: datetime, now: datetime) -> str:
    local = moment.astimezone(now.tzinfo)
    return f"{local:%H:%M}" if local.date() == now.date() else f"{local:%d.%m., %H:%M}"


def _outlook(now: datetime) -> str:
    if heartbeat.is_worker_alive(now):
        return _(
            "Der Hintergrunddienst läuft, verschickt aber nichts. Bitte geben Sie dem Betreiber Bescheid; "
            "es geht keine Mail verloren."
        )
    return _("Geplante Mails gehen hinaus, sobald der Hintergrunddienst wieder läuft.")
