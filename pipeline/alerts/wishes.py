"""What users say of how they wish to be told."""

from datetime import datetime, time

from django.db import transaction

from accounts.models import User
from pipeline.alerts import telling
from pipeline.models import Alert, Wish


def of(user: User) -> Wish:
    """Return the user's wish, the default one if they never said."""
    found = Wish.objects.of(user.account).filter(pk=user.pk).first()
    return found or Wish(account=user.account, user=user)


@transaction.atomic
def settle(
    *, user: User, mail: str, leads: str, quiet_from: time | None, quiet_until: time | None, now: datetime
) -> None:
    """Keep what the user wishes. It counts at once, for what waits to be told as well. Idempotent."""
    for wish in telling.lock(user.account_id, [user.pk]):
        wish.mail, wish.leads, wish.quiet_from, wish.quiet_until = mail, leads, quiet_from, quiet_until
        waiting = Alert.objects.of(user.account).filter(user=user)
        if mail == Wish.Mail.NONE:
            waiting.filter(by_push=False).delete()
            waiting.update(by_mail=False)
        wish.mail_at = telling.mail_due(wish, now) if waiting.filter(by_mail=True).exists() else None
        wish.push_at = telling.push_due(wish, now) if waiting.filter(by_push=True).exists() else None
        wish.save(update_fields=["mail", "leads", "quiet_from", "quiet_until", "mail_at", "push_at"])
