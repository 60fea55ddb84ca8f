"""Keeping mails, each once in an office, whatever way it comes."""

from datetime import datetime

from accounts.models import Account
from intake import arrivals
from intake.models import Arrival, Inlet, InletKind, Result
from intake.opening import MAIL
from intake.reading.lead import MAX_BYTES
from intake.reading.mails import key_of

KINDS = (InletKind.ADDRESS, InletKind.MAILBOX)


def keep_mail(*, inlet: Inlet, raw: bytes, now: datetime) -> Arrival:
    """Keep a mail, or its beginning, in the caller's transaction, for the worker to take in at once.

    Returns the earlier one if the office has it. Raises `arrivals.TooMuch`.
    """
    Account.objects.select_for_update(no_key=True).get(pk=inlet.account_id)  # two ways at once
    raw = raw[:MAX_BYTES]
    key = key_of(raw)
    ways = Inlet.objects.of(inlet.account_id).filter(kind__in=KINDS)
    known = Arrival.objects.of(inlet.account_id).filter(inlet__in=ways, key=key).exclude(inlet=inlet).first()
    if known is not None:
        return known
    kept = arrivals.keep(inlet=inlet, key=key, raw=raw, content_type=MAIL, now=now)
    Arrival.objects.of(inlet.account_id).filter(pk=kept.pk, result=Result.WAITING).update(due_at=now)
    return kept
