"""Mails of two contacts that become one, and of one that becomes two again.

A step that either has been sent is sent no more; the series of the contact that is merged end. What it was sent goes
over with the series, so that nothing plans those steps again; it names no status change any more.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from base.refusals import Conflict
from funnel.models import (
    Enrolment,
    EnrolmentChange,
    EnrolmentReason,
    EnrolmentState,
    Message,
    MessageReason,
    MessageState,
)
from funnel.series import enrolments, planning, undoing

Rows = dict[str, list[int]]


def unite(*, account_id: int, into: int, merged: int, cause: int, actor: User, now: datetime) -> Rows:
    """Hand over series and mails from `merged`, whose contact is locked as that of `into`; return which ones.

    `cause` is what ends and cancels, by which `part` finds it. Raises Conflict while a mail to one of them is leaving.
    """
    rows = enrolments.lock_rows(account_id, [into, merged])
    of_both = Message.objects.of(account_id).filter(contact__in=[into, merged])
    if of_both.filter(state=MessageState.SENDING).exists():
        raise Conflict(_("An einen der beiden Kontakte geht gerade eine Mail hinaus. Bitte gleich noch einmal."))
    enrolments.stop(
        account_id=account_id, contact_ids=[merged], reason=EnrolmentReason.MERGED, cause=cause, actor=actor, now=now
    )
    mine, theirs = of_both.filter(contact=into), of_both.filter(contact=merged)
    served = set(theirs.filter(state__in=planning.DONE).values_list("step", flat=True))
    mine.filter(state__in=planning.OPEN, step__in=served).update(
        state=MessageState.CANCELLED, reason=MessageReason.MERGED, finished_at=now, cancelled_by=cause
    )
    known = {row.sequence_id: row.pk for row in rows if row.contact_id == into}
    whole = [row.pk for row in rows if row.contact_id == merged and row.sequence_id not in known]
    had = set(mine.filter(state__in=planning.DONE).values_list("step", flat=True))
    single = theirs.filter(state__in=planning.DONE).exclude(enrolment__in=whole).exclude(step__in=had)
    series = dict(single.values_list("pk", "step__sequence"))
    moved = {
        "enrolments": whole,
        "of_enrolments": list(theirs.filter(enrolment__in=whole).values_list("pk", flat=True)),
        "messages": sorted(series),
    }
    Enrolment.objects.of(account_id).filter(pk__in=whole).update(contact=into)
    theirs.filter(pk__in=moved["of_enrolments"]).update(contact=into, planned_by=None)
    for sequence_id, enrolment_id in known.items():
        ids = [pk for pk, of_series in series.items() if of_series == sequence_id]
        if ids:
            theirs.filter(pk__in=ids).update(contact=into, enrolment=enrolment_id, planned_by=None)
    return moved


def part(
    *,
    account_id: int,
    into: int,
    merged: int,
    rows: Mapping[str, Sequence[int]],
    cause: int,
    since: datetime,
    now: datetime,
) -> tuple[bool, list[datetime]]:
    """Take back what `unite` did at `since`; return whether all of it could be. What was sent stays sent.

    A series that was changed since stays with `into`; returned is also when its mails left, which stay with it. The
    others begin again as they were, unless something ends them: an objection, a bounce, a consent that was withdrawn.
    """
    held = enrolments.lock_rows(account_id, [into, merged])
    changes = EnrolmentChange.objects.of(account_id).filter(enrolment__in=rows.get("enrolments", []), at__gt=since)
    touched = set(changes.values_list("enrolment", flat=True))
    back = {row.pk for row in held if row.contact_id == into and row.pk in rows.get("enrolments", [])} - touched
    messages = Message.objects.of(account_id).filter(contact=into)
    Enrolment.objects.of(account_id).filter(pk__in=back).update(contact=merged)
    messages.filter(pk__in=rows.get("of_enrolments", []), enrolment__in=back).update(contact=merged)
    for row in held:
        if row.contact_id == merged:
            single = messages.filter(pk__in=rows.get("messages", []), step__sequence=row.sequence_id)
            single.update(contact=merged, enrolment=row)
    undoing.undo_many(account_id=account_id, causes={merged: cause, into: cause}, now=now)
    running = [row for row in held if row.contact_id == into and row.state != EnrolmentState.ENDED]
    again = [row.pk for row in running if row.pk not in back]
    undoing.plan_again(account_id=account_id, enrolment_ids=again, cause=cause)
    stays = messages.filter(pk__in=rows.get("of_enrolments", []), enrolment__in=touched, state=MessageState.SENT)
    return not touched, [message.finished_at for message in stays.only("finished_at") if message.finished_at]
