"""Whether an office's mails leave: switched on by its people, and sent by a worker that is alive."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from funnel.models import Hold, Message, MessageState, Sender
from funnel.sending import heartbeat
from funnel.transport import holds


@transaction.atomic
def set_enabled(*, user: User, on: bool) -> Sender:
    """The office's stop button: off, nothing of it is claimed any more, and what was claimed is planned again.

    What a mail server has in its hands already cannot be called back. The same once more changes nothing.
    """
    sender = Sender.objects.of(user.account).select_for_update().get()
    if sender.is_on != on:
        sender.is_on = on
        sender.save(update_fields=["is_on"])
    if not on:
        claimed = Message.objects.of(user.account).filter(state=MessageState.CLAIMED)
        claimed.update(state=MessageState.PLANNED, claimed_at=None)
    return sender


@dataclass(frozen=True)
class Outage:
    """That no mail leaves: the fact, and what becomes of it."""

    headline: str
    outlook: str
    hold: Hold | None = None  # the fault of ours that holds it


def outage(user: User, now: datetime) -> Outage | None:
    """„E-Mail-Versand steht seit 14:02“ for those who can do something about it, or None: one statement while mails
    leave. A worker that runs and yet sweeps nothing is told from one that is gone, and both from a fault that holds
    the sending.

    `now` in the office's time zone.
    """
    if not user.leads:
        return None
    last, hold_id = heartbeat.last_signs(user.account_id)
    if last is not None and last < now - heartbeat.SILENT_AFTER:
        return Outage(_("E-Mail-Versand steht seit %s") % _clock(last, now), _outlook(now))
    hold = holds.current(user.account_id) if hold_id else None
    return _outage_of_hold(hold, now) if hold else None


def _outage_of_hold(hold: Hold, now: datetime) -> Outage:
    said = {"when": _clock(hold.since, now), "why": hold.get_kind_display()}
    headline = _("E-Mail-Versand steht seit %(when)s: %(why)s.") % said
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
