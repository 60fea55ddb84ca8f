"""What the worker does every minute: start series that may start now, and end those that are complete."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery

from base import notices
from contacts import consent
from contacts.models import Consent, Contact
from funnel.models import Enrolment, EnrolmentReason, EnrolmentState, Message
from funnel.permission import eligibility
from funnel.series import enrolments, planning

BATCH = 500  # enrolments per run


def resume_ready(*, now: datetime) -> int:
    """Start the series that waited for an address or consent and now have both. Return their number."""
    evidence = Consent.objects.filter(contact=OuterRef("contact"), channel=Consent.Channel.EMAIL)
    evidence = evidence.filter(consent.counts())
    newest = Subquery(evidence.order_by("-occurred_at", "-pk").values("granted")[:1])
    waiting = Enrolment.objects.filter(
        state=EnrolmentState.PAUSED, reason=EnrolmentReason.NO_BASIS, contact__trashed_at=None
    )
    # In random order, so that series which still cannot start never crowd out the others.
    granted = waiting.exclude(contact__email="").alias(is_granted=newest).filter(is_granted=True)
    return sum(_start(pk, now) for pk in list(granted.order_by("?").values_list("pk", flat=True)[:BATCH]))


@transaction.atomic
@notices.as_one(notices.Kind.MAILED)
def _start(enrolment_id: int, now: datetime) -> bool:
    rows = Enrolment.objects.select_for_update(skip_locked=True)
    row = rows.filter(pk=enrolment_id, state=EnrolmentState.PAUSED, reason=EnrolmentReason.NO_BASIS).first()
    contact = row and Contact.objects.of(row.account_id).filter(pk=row.contact_id, trashed_at=None).first()
    if not row or not contact or eligibility.missing(contact):
        return False
    enrolments.replan(row, contact, cause=None, actor=None, now=now)
    return True


@transaction.atomic
@notices.as_one(notices.Kind.MAILED)
def finish_completed(*, now: datetime) -> int:
    """End the active series that have no mail left to send. Return their number."""
    coming = Message.objects.filter(enrolment=OuterRef("pk"), state__in=planning.UNDER_WAY)
    rows = Enrolment.objects.filter(~Exists(coming), state=EnrolmentState.ACTIVE).order_by("pk")
    held = {row.pk: row for row in rows.select_for_update(skip_locked=True)[:BATCH]}
    # Checked again under the lock: the statement before does not see what was planned while it waited.
    busy = Message.objects.filter(enrolment__in=held, state__in=planning.UNDER_WAY)
    through = held.keys() - set(busy.values_list("enrolment", flat=True))
    for pk in sorted(through):
        enrolments.end(held[pk], EnrolmentReason.FINISHED, None, None, now)
    return len(through)
