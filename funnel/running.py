"""Whether an office's mails leave: switched on by its people, and sent by a worker that is alive."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from funnel import pulse
from funnel.models import Message, Sender


@transaction.atomic
def switch(*, user: User, on: bool) -> Sender:
    """The office's stop button: off, nothing of it is claimed any more, and what was claimed is planned again.

    What a mail server has in its hands already cannot be called back. The same once more changes nothing.
    """
    sender = Sender.objects.of(user.account).select_for_update().get()
    if sender.is_on != on:
        sender.is_on = on
        sender.save(update_fields=["is_on"])
    if not on:
        claimed = Message.objects.of(user.account).filter(state=Message.State.CLAIMED)
        claimed.update(state=Message.State.PLANNED, claimed_at=None)
    return sender


@dataclass(frozen=True)
class Silence:
    """That no mail leaves: the fact, and what becomes of it."""

    headline: str
    outlook: str


def silence(user: User, now: datetime) -> Silence | None:
    """„E-Mail-Versand steht seit 14:02“ for those who can do something about it, or None: one statement while mails
    leave. A worker that runs and yet sweeps nothing is told from one that is gone.

    `now` in the office's time zone.
    """
    since = pulse.silent_since(now) if user.leads else None
    if since is None:
        return None
    local = since.astimezone(now.tzinfo)
    moment = f"{local:%H:%M}" if local.date() == now.date() else f"{local:%d.%m., %H:%M}"
    return Silence(_("E-Mail-Versand steht seit %s") % moment, _outlook(now))


def _outlook(now: datetime) -> str:
    if pulse.worker_runs(now):
        return _(
            "Der Hintergrunddienst läuft, verschickt aber nichts. Bitte geben Sie dem Betreiber Bescheid; "
            "es geht keine Mail verloren."
        )
    return _("Geplante Mails gehen hinaus, sobald der Hintergrunddienst wieder läuft.")
