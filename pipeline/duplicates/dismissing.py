"""„Kein Duplikat“: two contacts that people say are not the same person."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from contacts import finding
from pipeline.models import Duplicate


@transaction.atomic
def dismiss(*, user: User, ids: tuple[int, int], now: datetime) -> None:
    """Never offer these two as a pair again. Idempotent. Raises Http404 and Gone like `finding.find`."""
    first, second = (finding.find(user, pk) for pk in sorted(ids))
    row, _is_new = Duplicate.objects.of(user.account).get_or_create(
        first=first, second=second, defaults={"account": user.account, "found_at": now}
    )
    if row.dismissed_at is None:
        row.dismissed_at, row.dismissed_by = now, user
        row.save(update_fields=["dismissed_at", "dismissed_by"])
