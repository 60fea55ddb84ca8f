"""What a contact allowed, as evidence: rows are added, never changed, and the newest of a channel counts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import NotUnderstood
from contacts.finding import lock
from contacts.models import Consent, Contact

BY_HAND: tuple[Any, ...] = (Consent.Method.SPOKEN, Consent.Method.WRITTEN, Consent.Method.FORM)


@dataclass(frozen=True)
class State:
    """What holds for one channel; `newest` None: never asked."""

    channel: str
    newest: Consent | None

    @property
    def label(self) -> str:
        return str(Consent.Channel(self.channel).label)

    @property
    def granted(self) -> bool:
        return self.newest is not None and self.newest.granted


@transaction.atomic
def record(
    *,
    contact: Contact,
    channel: str,
    granted: bool,
    method: str,
    wording: str = "",
    place: str = "",
    occurred_at: datetime | None = None,
    actor: User,
    now: datetime,
) -> Consent:
    """Adds one piece of evidence. A withdrawal counts in any form, a consent only with what was agreed to.

    Raises Http404 and Gone like `finding.lock`, NotUnderstood for a moment after `now`, for a consent without
    wording and for a way that only the product itself can attest.
    """
    locked = lock(actor, contact.pk)
    if method not in BY_HAND:
        raise NotUnderstood(_("Bitte angeben, wie die Einwilligung erteilt oder widerrufen wurde."))
    if granted and not wording.strip():
        raise NotUnderstood(_("Bitte den Wortlaut der Einwilligung angeben."))
    if occurred_at is not None and occurred_at > now:
        raise NotUnderstood(_("Der Zeitpunkt liegt in der Zukunft."))
    return Consent.objects.create(
        account_id=locked.account_id,
        contact_id=locked.pk,
        channel=channel,
        granted=granted,
        wording=wording,
        place=place,
        method=method,
        occurred_at=occurred_at or now,
        recorded_by=actor,
        recorded_at=now,
    )


def states(contact: Contact) -> list[State]:
    """What holds now, for each channel: one statement."""
    rows = Consent.objects.of(contact.account_id).filter(contact=contact).select_related("recorded_by")
    newest = rows.order_by("channel", "-occurred_at", "-pk").distinct("channel")
    found = {row.channel: row for row in newest}
    return [State(channel, found.get(channel)) for channel in Consent.Channel.values]
