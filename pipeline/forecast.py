"""What starting a series for many contacts at once would mean, said before anybody does it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from accounts.models import Account
from funnel import basis
from funnel.models import Sequence
from pipeline.models import Column


@dataclass(frozen=True)
class Forecast:
    """A status with a series, and how many mails it would plan at most."""

    column: Column
    mails: int


def load(account: Account, contact_ids: Collection[int]) -> dict[str, Any]:
    """The statuses to choose from, how many of the contacts may be mailed, and what that means for each series."""
    columns = list(Column.objects.of(account).order_by("position"))
    coming = Q(steps__is_on=True, steps__removed_at=None)
    steps = dict(
        Sequence.objects.of(account)
        .annotate(coming=Count("steps", filter=coming))
        .values_list("pk", "coming")
    )
    mailable = basis.mailable(account.pk, contact_ids)
    return {
        "columns": columns,
        "mailable": mailable,
        "lacking": len(contact_ids) - mailable,
        "forecasts": [
            Forecast(column, mailable * steps[column.sequence_id]) for column in columns if column.sequence_id
        ],
    }
