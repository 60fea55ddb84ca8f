"""Forecasts of what starting a series for many contacts would mean, shown before it is done."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from accounts.models import Account
from contacts.models import Contact
from funnel.models import EnrolmentReason, MessageReason, Sequence
from funnel.permission import eligibility
from pipeline.models import Column

LACKING = (MessageReason.NO_CONSENT, MessageReason.NO_ADDRESS, MessageReason.SUPPRESSED)


@dataclass(frozen=True)
class Forecast:
    """A status with a series, how many mails it would plan at most, and, if that differs, for how many contacts."""

    column: Column
    mails: int
    contacts: int | None = None


def load(account: Account, contact_ids: Collection[int]) -> dict[str, Any]:
    """Return the template's context: statuses to choose from, how many contacts may be mailed, and the forecasts."""
    columns, steps = list(Column.objects.of(account).order_by("position")), coming_steps(account)
    rows = Contact.objects.of(account).filter(pk__in=contact_ids)
    refused = eligibility.missing_many(account.pk, dict(rows.values_list("pk", "email")))
    mailable = len(contact_ids) - len(refused)
    forecasts = [Forecast(column, mailable * steps[column.sequence_id]) for column in columns if column.sequence_id]
    return {"columns": columns, **figures(mailable, Counter(refused.values()), forecasts)}


def figures(mailable: int, refused: Mapping[str, int], forecasts: list[Forecast]) -> dict[str, Any]:
    """Return the context of `_forecast.html`. `refused` is the number of contacts by the reason they get no mails."""
    lacking = [(reason.label, refused[reason]) for reason in LACKING if refused.get(reason)]
    return {
        "mailable": mailable,
        "lacking": sum(count for _label, count in lacking),
        "reasons": lacking,
        "by_hand": refused.get(EnrolmentReason.MANUAL, 0),
        "forecasts": forecasts,
    }


def coming_steps(account: Account) -> dict[int, int]:
    """Return the number of mails of each series of the office at present."""
    coming = Q(steps__is_on=True, steps__removed_at=None)
    sequences = Sequence.objects.of(account).annotate(coming=Count("steps", filter=coming))
    return dict(sequences.values_list("pk", "coming"))
