"""Whether an office's mails leave: switched on by its people, and sent by a worker that is alive."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from funnel import outbox
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


def silence(user: User, now: datetime) -> str:
    """„E-Mail-Versand steht seit 14:02“ for those who can do something about it, or "": one statement.

    `now` in the office's time zone.
    """
    since = outbox.silent_since(now) if user.leads else None
    if since is None:
        return ""
    local = since.astimezone(now.tzinfo)
    moment = f"{local:%H:%M}" if local.date() == now.date() else f"{local:%d.%m., %H:%M}"
    return _("E-Mail-Versand steht seit %s") % moment
